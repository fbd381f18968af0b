"""Where two plain values differ, and how: "the third row, `parameters`: yours 36,928, right 36,864".

A list and a tuple are the same if their entries are. 3 and 3.0 are the same, and the order of a dict's keys
does not matter. True and 1 are not the same, and neither are '3' and 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from .compare import same, same_number, wrong
from .nested_data import Data, Key, Part, Path, count, kind_of, place, shown


@dataclass(frozen=True)
class Difference:
    """A place where two values differ, in words; `values` is how many single values are wrong there."""

    path: Path
    words: str
    values: int = 1


def agree(a: Part, b: Part) -> bool:
    """Whether two parts of results are the same up to rounding; the second is the right one."""
    if isinstance(a, Data) and isinstance(b, Data):
        return next(differences(a.value, b.value), None) is None
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and same(a, b)


@dataclass(frozen=True, eq=False)
class DataRow:
    """One part of the results of many cases, as a `Row` is for arrays: None if nothing came back."""

    values: tuple[Data | None, ...]

    @property
    def present(self) -> np.ndarray:
        """In which cases anything came back."""
        return np.array([value is not None for value in self.values], bool)

    def agrees(self, wanted: DataRow) -> bool:
        """Whether both gave the same on every case, or no value."""
        return all(self._pairs(wanted))

    def agreement(self, wanted: DataRow) -> np.ndarray:
        """In which cases both gave the same."""
        return np.array(list(self._pairs(wanted)), bool)

    def is_one_value(self, among: np.ndarray) -> bool:
        """Whether all cases of a mask gave one and the same value, or nothing."""
        found = [v for v, here in zip(self.values, among, strict=True) if here and v is not None]
        return all(agree(value, found[0]) for value in found[1:])

    def _pairs(self, wanted: DataRow) -> Iterator[bool]:
        for a, b in zip(self.values, wanted.values, strict=True):
            yield a is b if a is None or b is None else agree(a, b)


def differences(got: Any, want: Any, path: Path = ()) -> Iterator[Difference]:
    """The places where a plain value is not the right one, in order."""
    kind, mine = kind_of(want), kind_of(got)
    if kind == "a list" and mine == "an array" and got.ndim:
        got, mine = [*map(_plain, got)], "a list"  # an array of numbers holds what a list of them does
    if kind != mine:
        yield Difference(path, f"{_described(want)} is wanted, this is {_described(got)}", count(want))
    elif kind == "a list":
        yield from _in_lists(got, want, path)
    elif kind == "a dict":
        yield from _in_dicts(got, want, path)
    elif kind == "an array":
        yield from _in_arrays(got, want, path)
    elif kind == "a number":
        if not same_number(got, want):
            yield Difference(path, _yours_and_right(got, want))
    elif kind == "text":
        if got != want:
            yield Difference(path, _two_texts(got, want))
    elif got is not want:
        yield Difference(path, f"yours {got}, right {want}")


def _in_lists(got: Any, want: Any, path: Path) -> Iterator[Difference]:
    if len(got) == len(want):
        for i, (a, b) in enumerate(zip(got, want, strict=True)):
            yield from differences(a, b, (*path, i))
        return
    pairs = enumerate(zip(got, want, strict=False))
    first = next((i for i, (a, b) in pairs if next(differences(a, b), None)), min(len(got), len(want)))
    words = f"{_described(want)} is wanted, this is {_described(got)}"
    if first < min(len(got), len(want)):
        words += f"; they differ from {place((first,))} on"
    elif first:
        more, fewer = len(got) - len(want), len(want) - len(got)
        words += f": {f'the last {more} are too many' if more > 1 else 'the last is too many'}" * (more > 0)
        words += f": {f'the last {fewer} are missing' if fewer > 1 else 'the last is missing'}" * (fewer > 0)
    yield Difference(path, words, count(want))


def _in_dicts(got: dict[Any, Any], want: dict[Any, Any], path: Path) -> Iterator[Difference]:
    missing = [key for key in want if key not in got]
    extra = [key for key in got if key not in want]
    for key in missing:
        texts = [k for k in extra[:50] if type(k) is str and len(k) <= 50]
        near = get_close_matches(str(key), texts, 1)
        words = f"`{shown(key, quotes=False)}` is missing"
        if near:
            extra.remove(near[0])
            words += f"; yours is called `{shown(near[0], quotes=False)}`"
        yield Difference(path, words, count(want[key]))
    for key in extra[:20]:
        yield Difference(path, f"`{shown(key, quotes=False)}` is not asked for")
    for key in want:
        if key in got:
            yield from differences(got[key], want[key], (*path, Key(key)))


def _in_arrays(got: np.ndarray, want: np.ndarray, path: Path) -> Iterator[Difference]:
    if got.shape != want.shape:
        yield Difference(path, f"yours has shape {got.shape}, {want.shape} is right", want.size)
    elif (mask := wrong(got, want)).any():
        index = tuple(int(i[0]) for i in np.nonzero(mask))
        words = f"{mask.sum()} of {mask.size} values are wrong, the first at {list(index)}: "
        yield Difference(path, words + _yours_and_right(got[index], want[index]), int(mask.sum()))


# In words


def _described(value: Any) -> str:
    """A value by its kind: "a tuple of 2", "the number 5", "True or False"."""
    if type(value) in (list, tuple, dict):
        return f"a {type(value).__name__} of {len(value)}" if value else f"an empty {type(value).__name__}"
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    if value is None or type(value) is bool:
        return str(value)
    return f"the text {shown(value, 30)}" if type(value) is str else f"the number {shown(value)}"


def two_numbers(got: Any, want: Any) -> tuple[str, str]:
    """Two numbers, with enough digits to look different."""
    pairs = ((shown(_plain(got), digits=d), shown(_plain(want), digits=d)) for d in (6, 12, 17))
    return next(((a, b) for a, b in pairs if a != b), (repr(got), repr(want)))


def _yours_and_right(got: Any, want: Any) -> str:
    return "yours {}, right {}".format(*two_numbers(got, want))


def _plain(number: Any) -> Any:
    return number.item() if isinstance(number, np.generic) and not isinstance(number, np.float32) else number


SHORT = 30
"""The longest text that is shown whole, in characters."""


def _two_texts(got: str, want: str) -> str:
    """Both texts, from a little before the first character that differs."""
    words = f"yours {shown(got)}, right {shown(want)}"
    if max(len(got), len(want)) > SHORT:
        first = next((i for i, (a, b) in enumerate(zip(got, want, strict=False)) if a != b), None)
        if first is None:
            first = min(len(got), len(want))
        start = max(0, first - 8)
        ends = " (yours ends there)" if first == len(got) else ""
        cut = "…" * (start > 0)
        words = (
            f"they differ from index {first} on{ends}: "
            f"yours {cut}{shown(got[start:], SHORT)}, right {cut}{shown(want[start:], SHORT)}"
        )
    if got.casefold() == want.casefold():
        return f"{words}; only upper and lower case differ"
    if "".join(got.split()) == "".join(want.split()):
        return f"{words}; only spaces and line ends differ"
    return words


def summary(part: str, got: Data, want: Data, levels: Sequence[str] = ()) -> tuple[str, str]:
    """Two sentences: what is wrong with a part (without the full stop), and where."""
    found = list(differences(got.value, want.value))
    if not found[0].path and len(found) == 1:
        forgotten = "; every path through a function must end in `return`" if got.value is None else ""
        return f"`{part}`: {found[0].words}{forgotten}", ""
    total, off = count(want.value), min(sum(d.values for d in found), count(want.value))
    problem = f"`{part}` has {off} of {total} values wrong"
    where = place(found[0].path, levels)
    first = f"{where}: {found[0].words}".lstrip(": ")
    sentences = [f"{first[0].upper()}{first[1:]}."]
    last = {d.path[-1] for d in found if d.path and isinstance(d.path[-1], Key)}
    if len(found) > 1 and len(last) == 1 and all(d.path and d.path[-1] in last for d in found):
        key = shown(next(iter(last)).key, quotes=False)
        sentences.append(f"All that is wrong is in `{key}`.")
    elif _reordered(got.value, want.value):
        sentences.append("Yours holds the right entries in another order.")
    return problem, " ".join(sentences)


def _reordered(got: Any, want: Any) -> bool:
    """Whether a list has the right entries in another order."""
    if kind_of(got) != "a list" or kind_of(want) != "a list" or not 1 < len(want) == len(got) <= 50:
        return False
    left = list(want)
    for value in got:
        at = next((i for i, w in enumerate(left) if next(differences(value, w), None) is None), None)
        if at is None:
            return False
        left.pop(at)
    return True
