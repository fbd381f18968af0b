"""Processes that grade or check notebooks, started fresh."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from autograder.course import CourseError


def process_pool(processes: int, initializer: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """A pool of this many processes. Raises CourseError where this user may not make semaphores."""
    try:
        return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=initializer)
    except OSError as error:  # Python names no file here
        raise CourseError(
            f"this user may not make semaphores in /dev/shm ({error.strerror}), which processes that work "
            "together need. In a container, start it with a /dev/shm of its own (docker run --shm-size 64m); "
            "elsewhere, as root: mount -o remount,mode=1777 /dev/shm"
        ) from None
