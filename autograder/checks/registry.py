"""Finds exercises by their names: the modules in the folders of `exercises/`, loaded when they are needed.

Tests can add others for a while.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cache

from autograder import exercises
from autograder.checks.exercise import Exercise

SHARED = "shared"
"""A module of this name is not an exercise: it holds what the exercises of a lesson share."""


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


_added: dict[str, Exercise] = {}


@contextmanager
def added(*exercises: Exercise) -> Iterator[None]:
    """Let these exercises be found, too, inside a `with` block: in this process and those that it forks."""
    _added.update({exercise.name: exercise for exercise in exercises})
    try:
        yield
    finally:
        for exercise in exercises:
            _added.pop(exercise.name, None)


def names() -> tuple[str, ...]:
    """The names of all exercises."""
    return tuple(sorted({*_modules(), *_added}))


def find(name: str) -> Exercise:
    """The exercise of that name; ValueError with the nearest names if there is none."""
    if name in _added:
        return _added[name]
    if name not in _modules():
        near = " or ".join(map(repr, get_close_matches(name, names())))
        instead = f"did you mean {near}?" if near else f"there are {', '.join(names())}"
        raise ValueError(f"there is no exercise {name!r}; {instead}")
    return _shipped(name)


@cache
def _shipped(name: str) -> Exercise:
    exercise: Exercise = importlib.import_module(_modules()[name]).exercise
    return exercise
