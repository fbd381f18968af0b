"""Limits NumPy to one core, while times are compared or a network is trained."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any


def one_core() -> AbstractContextManager[Any]:
    """In the `with` block, limit the libraries that NumPy uses to one core, if threadpoolctl is installed.

    Layers of the size that a course trains gain little from a second core, and on a busy machine the threads
    of one product wait for each other: two are slower than one.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:  # NumPy alone is installed
        return nullcontext()
    return threadpool_limits(1)
