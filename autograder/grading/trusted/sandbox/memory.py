"""The memory that processes hold, counted from outside."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from autograder.grading.trusted.sandbox.processes import numbers_in

FEW_FILES = 64
"""Descriptors that any process may have without more memory being counted."""


def memory_of(pid: int) -> int:
    """Bytes that a process holds (of each shared page its share), and that the kernel may hold for it."""
    return _mapped_by(pid) + _buffers_of(pid)


def _buffers_of(pid: int) -> int:
    """Bytes that the kernel may hold for a process: page tables, and buffers of sockets.

    Sockets count if the process has room for more than a few descriptors.
    """
    with suppress(OSError, ValueError, IndexError, KeyError):
        about = numbers_in(f"/proc/{pid}/status")
        each = int(Path("/proc/sys/net/core/wmem_default").read_text())
        return max(0, about["FDSize"] - FEW_FILES) * each + (about["VmPTE"] << 10)
    return 0


def _mapped_by(pid: int) -> int:
    with suppress(OSError, KeyError):
        about = numbers_in(f"/proc/{pid}/smaps_rollup")
        return (about["Pss"] + about["SwapPss"]) << 10
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
