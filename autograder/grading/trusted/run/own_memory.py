"""The memory that the process of the tests may take.

Whatever a test makes of what a student's function returns must not take the whole machine along.
"""

from __future__ import annotations

import os
from pathlib import Path

ENOUGH_MEMORY = 256 << 20
"""Bytes that a test should find."""


def limit_memory(megabytes: int) -> None:
    """Let this process take so much more memory than it has now."""
    import resource  # which Windows lacks, where this module is only looked at

    most, hard = _address_space() + (megabytes << 20), resource.getrlimit(resource.RLIMIT_AS)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def memory_left() -> int:
    """Bytes that this process may still take."""
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)[0] - _address_space()


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
