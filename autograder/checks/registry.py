"""The exercises by name: the modules in the folders of `exercises/`, loaded when first asked for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from autograder import exercises
from autograder.checks.exercise import Exercise

SHARED = "shared"
"""What the exercises of a lesson have in common lies in a module of this name."""


@cache
def _modules() -> Mapping[str, str]:
    """The module of each exercise, by its name."""
    found = {}
    for lesson in pkgutil.iter_modules(exercises.__path__, f"{exercises.__name__}."):
        if lesson.ispkg:
            folder = importlib.import_module(lesson.name).__path__
            names = (m.name for m in pkgutil.iter_modules(folder) if m.name != SHARED)
            found.update({name: f"{lesson.name}.{name}" for name in names})
    return found


@cache
def names() -> tuple[str, ...]:
    """The names of all exercises."""
    return tuple(sorted(_modules()))


@cache
def find(name: str) -> Exercise:
    """The exercise of that name; ValueError with the nearest names where there is none."""
    if name not in names():
        near = get_close_matches(name, names()) or names()
        raise ValueError(f"there is no exercise {name!r}; did you mean {' or '.join(map(repr, near))}?")
    exercise: Exercise = importlib.import_module(_modules()[name]).exercise
    return exercise
