"""A user id of its own for each sandbox, and the capabilities that this process needs for it."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from autograder.grading.trusted.sandbox.backend import NoSandbox

FIRST_USER, USERS = 200_000, 100_000
_turns = itertools.count()

OVERRIDE, READ_SEARCH, KILL, SETGID, SETUID = 1, 2, 5, 6, 7
"""Numbers in linux/capability.h: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_KILL, CAP_SETGID, CAP_SETUID."""


def own_user() -> int:
    """A user id that no other sandbox has now, since the kernel counts processes by user id.

    0 if the grader is not root and cannot change user ids. Raises NoSandbox if it is a root without root's
    rights. Graders are forks of one worker, so the process id goes into the number.
    """
    if os.geteuid() != 0:
        return 0
    if not all(map(has_right, (KILL, SETGID, SETUID))):
        raise NoSandbox(
            "this root lacks CAP_SETUID, CAP_SETGID or CAP_KILL, so answers cannot run as another user, and "
            "the kernel counts no processes for root; grade as an ordinary user, or give root these rights"
        )
    return FIRST_USER + (os.getpid() * 64 + next(_turns) % 64) % USERS


def has_right(number: int) -> bool:
    """Whether this process has a capability, by its number."""
    rights = Path("/proc/self/status").read_text().partition("\nCapEff:")[2].split()[0]
    return bool(int(rights, 16) >> number & 1)
