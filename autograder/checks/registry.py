"""The exercises by name: one module each in `exercises/`, loaded when first asked for."""

from __future__ import annotations

import importlib
import pkgutil
from difflib import get_close_matches
from functools import cache

from .exercise import Exercise


@cache
def names() -> tuple[str, ...]:
    """The names of all exercises."""
    package = importlib.import_module(f"{__package__}.exercises")
    return tuple(sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_")))


@cache
def find(name: str) -> Exercise:
    """The exercise of that name; ValueError with the nearest names where there is none."""
    if name not in names():
        near = get_close_matches(name, names()) or names()
        raise ValueError(f"there is no exercise {name!r}; did you mean {' or '.join(map(repr, near))}?")
    exercise: Exercise = importlib.import_module(f"{__package__}.exercises.{name}").exercise
    return exercise
