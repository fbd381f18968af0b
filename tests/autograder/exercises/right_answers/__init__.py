"""Right answers to the exercises in different styles; the program of each exercise is one of them."""

from __future__ import annotations

import importlib
from typing import Any

from autograder.checks import find


def right_answers(exercise: str) -> list[Any]:
    """Functions that answer an exercise, the exercise's own program first."""
    program = find(exercise).program
    others = importlib.import_module(f"{__name__}.{exercise}").ANSWERS
    return [program, *others] if program else others
