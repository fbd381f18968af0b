"""Arguments that a student's function changed in place, changed here as well."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import Any

import numpy as np

from autograder.grading.trusted.inside import pandas_tables
from autograder.grading.trusted.inside.named_kinds import take_over

Place = int | str
"""Which argument: a position, or a name."""


class SameArgument:
    """An answer that is the very object which was handed over as this argument."""

    def __init__(self, place: Place) -> None:
        self.place = place


def write_back(changes: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[Place, Any]:
    """Give the changed arguments their new content, in place if they can stay the same objects.

    `changes` are pairs of a place and the new value, as the sandbox sent them. Returns by place what each
    changed argument is now.
    """
    found: dict[Place, Any] = {}
    for change in changes:
        if type(change) is tuple and len(change) == 2:
            place, new = change
            if type(place) is int and 0 <= place < len(args):
                found[place] = _overwrite(args[place], new)
            elif type(place) is str and place in kwargs:
                found[place] = _overwrite(kwargs[place], new)
    return found


def _overwrite(old: Any, new: Any) -> Any:
    if type(old) is not type(new):
        return new
    if type(old) is np.ndarray:
        if old.shape == new.shape and old.dtype == new.dtype and old.flags.writeable:
            old[...] = new
            return old
        return new
    if type(old) is list:
        old[:] = [_overwrite(o, n) for o, n in zip(old, new, strict=False)] + new[len(old) :]
        return old
    if type(old) in (dict, OrderedDict, defaultdict):
        merged = {key: _overwrite(old[key], value) if key in old else value for key, value in new.items()}
        old.clear()
        old.update(merged)
        return old
    if pandas_tables.take_over(old, new) or take_over(old, new):
        return old
    if type(old) is tuple and len(old) == len(new):
        return tuple(_overwrite(o, n) for o, n in zip(old, new, strict=True))
    return new
