"""Computing with parts of rows without a copy of them.

If the rows of an operand do not lie end to end, NumPy copies as many of them as its buffer holds before it
adds or multiplies, and back. This takes up to three times as long as the addition itself (NumPy 2.2 to 2.4,
docs/performance.md). If a row is longer than half of the buffer, NumPy adds row by row. So these functions
compute with a small buffer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np

BUFFER = 512  # values; for rows of less than half as many, the copies are worth their time

P = ParamSpec("P")
R = TypeVar("R")


def row_by_row(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function compute with a small buffer. The caller's buffer stays as it is, in every thread."""

    @wraps(function)
    def computing(*args: P.args, **kwargs: P.kwargs) -> R:
        with np.errstate():  # restores the size of the buffer, too
            np.setbufsize(BUFFER)
            return function(*args, **kwargs)

    return computing
