"""Modules and their functions, which both sides have: they cross by name."""

from __future__ import annotations

import importlib
import sys
from typing import Any

_ON_BOTH_SIDES = ("builtins", "math", "cmath", "operator", "numpy", "numpy.linalg", "numpy.random")


class Module:
    """A module that the student imported under a name; the trusted side uses its own, if it has it."""

    def __init__(self, name: str) -> None:
        self.name = name


def module_named(module: str) -> Any:
    """A module, or what it holds under the last part of its name. Raises ImportError."""
    try:
        return importlib.import_module(module)
    except ImportError:
        parent, _, name = module.rpartition(".")
        if not parent:
            raise
        try:
            return getattr(importlib.import_module(parent), name)
        except AttributeError:
            raise ImportError(module) from None


def place_on_both_sides(function: Any) -> tuple[str, str] | None:
    """Module and name under which both sides find this function, e.g. ("math", "sin").

    The student's side then calls its own and needs no call back.
    """
    name = getattr(function, "__name__", None)
    if type(name) is not str:
        return None
    for module in _ON_BOTH_SIDES:
        if module in sys.modules and getattr(importlib.import_module(module), name, None) is function:
            return module, name
    return None
