"""Faults of ours: grading tries again, and no student gets a zero for them."""

from __future__ import annotations

import errno

from autograder.grading.trusted.inside.errors import came_over
from autograder.grading.trusted.run.own_memory import ENOUGH_MEMORY, memory_left
from autograder.grading.trusted.sandbox.backend import NoSandbox

_NUMBERS = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENOMEM}
"""Errors of the system that say something of this machine."""


class OurFault(Exception):
    """Grading failed for a reason that is not the submission's."""


def refuse(error: BaseException | None) -> None:
    """Raise a test's error if it means that this machine's disk or memory is full.

    Raises OurFault, or MemoryError if what the test has kept leaves no memory for the next one: a fresh
    process has it.
    """
    if error is None or came_over(error):
        return
    if (isinstance(error, OSError) and error.errno in _NUMBERS) or isinstance(error, NoSandbox):
        raise OurFault(f"{type(error).__name__}: {error}")
    if isinstance(error, MemoryError) and memory_left() < ENOUGH_MEMORY:
        raise error
