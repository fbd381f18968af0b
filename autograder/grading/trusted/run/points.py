"""The points that a test earns: none, all, or the number that its last line gives."""

from __future__ import annotations

import math
import numbers
from decimal import Decimal
from typing import Any

import numpy as np

from autograder.grading.trusted.bridge.remote_objects import Remote
from autograder.grading.trusted.bridge.sandbox_lost import SandboxLost
from autograder.grading.trusted.run.instructor_cells import Ran

Points = tuple[float, str]
"""Points, and the reason if a person would ask for it."""


def points(ran: Ran, most: float) -> Points:
    """The points that a test earns by itself: a finite number from 0 to `most`.

    As in nbgrader, an error earns none, a number in the last line is the points, and anything else earns all.
    Unlike there, a number of any type counts. No points are earned if that number cannot be points, if the
    last line works out something else than a number, or if it gives an object of the student's.
    """
    if ran.error is not None:
        return 0.0, ""
    value = ran.value
    if isinstance(value, Remote):
        return 0.0, "the last line of the test gives an object of the student's"
    span = isinstance(value, np.timedelta64 | np.datetime64)  # whose items may be integers
    if isinstance(value, np.generic | np.ndarray) and value.ndim == 0 and not span:
        value = value.item()
    if isinstance(value, bool):
        return (most if value or not (ran.meant.worked_out or ran.meant.a_number) else 0.0), ""
    if isinstance(value, numbers.Real | Decimal) and not span:
        return _within(value, most)
    if ran.meant.a_number or (
        ran.meant.worked_out and (hasattr(value, "shape") or isinstance(value, numbers.Number))
    ):
        shape = f" of shape {value.shape}" if hasattr(value, "shape") else ""
        return 0.0, f"the test worked out a {type(value).__name__}{shape}, which cannot be points"
    return most, ""


def after_calls(earned: Points, lost: SandboxLost | None, could_run: bool, slow_calls: int) -> Points:
    """The points that are left after a look at the student's process, whatever the test made of its errors.

    A process that died or fell silent during the test has not answered, so the test counts 0.
    """
    if lost is not None:
        return 0.0, str(lost)
    if not could_run:
        return 0.0, "the student's side could not be run"
    if earned[0] and slow_calls:
        return 0.0, "a call ran too long, so this test counts 0"
    return earned


def _within(value: Any, most: float) -> Points:
    """A number as points: none if it is not from 0 to `most`; the last digits may be rounded."""
    try:
        number = float(value)
    except (OverflowError, ValueError):
        number = math.inf
    nearly = 1e-9 * max(most, 1.0)
    if not -nearly <= number <= most + nearly:
        return 0.0, f"the test gave {number!r} points of {most:g}, which cannot be"
    return min(max(number, 0.0), most), ""
