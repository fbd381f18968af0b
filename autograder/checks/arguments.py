"""What a case hands over to a function: copies, so that no call sees what another has changed."""

from __future__ import annotations

from typing import Any

import numpy as np


def differ(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays differ in any bit."""
    return a.shape != b.shape or a.dtype != b.dtype or a.tobytes() != b.tobytes()


def twin(argument: Any) -> Any:
    """A copy that keeps the strides of an array, so that a non-contiguous case stays one."""
    if not isinstance(argument, np.ndarray):
        return argument
    if argument.flags.c_contiguous or argument.base is None:
        return argument.copy(order="K")
    base = argument.base
    while isinstance(base, np.ndarray) and base.base is not None:
        base = base.base
    if not isinstance(base, np.ndarray) or not base.flags.c_contiguous:
        return argument.copy(order="K")
    offset = argument.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return np.ndarray(argument.shape, argument.dtype, base.copy(), offset, argument.strides)
