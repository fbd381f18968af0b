"""Plain data other than arrays: numbers, text, True and False, None, and lists, tuples and dicts of them.

What a function returns is copied into exactly these types, and arrays, before anything else looks at it. So
no method of a student's class is ever called.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .plain_data import NotPlainError, describe, plain

MOST_VALUES, MOST_TEXT, MOST_BYTES = 20_000, 100_000, 1 << 26
"""The most values, characters of text and bytes of arrays that one result may hold."""
DEEPEST = 30
"""How deep lists, tuples and dicts may be nested."""
MOST_DIGITS = 300
"""The most digits of a whole number."""


@dataclass(frozen=True)
class Key:
    """A step into a dict; a step into a list is an int."""

    key: Any


Path = tuple[int | Key, ...]
"""The steps to a value inside lists and dicts."""


@dataclass(frozen=True, eq=False)
class Data:
    """A private copy of plain data."""

    value: Any

    @property
    def shape(self) -> tuple[str, int]:
        """What the outermost value is, and how many it holds."""
        return kind_of(self.value), len(self.value) if type(self.value) in (list, tuple, dict) else 1

    @property
    def size(self) -> int:
        """How many single values it holds."""
        return count(self.value)


Part = np.ndarray | Data
"""One part of a result: an array (a number is an array without axes), or other plain data."""


def copied(value: Any, part: str, levels: Sequence[str] = ()) -> Data:
    """A private copy of the result `part`. Raises NotPlainError, with the place, if any of it is not plain.

    `levels` says what an entry of the outermost list is called, then of the lists in it: ("row",).
    """
    return Data(_Copier(part, levels).copy(value, ()))


class _Copier:
    """Copies nested values and counts them: too many, too deep or endless ones raise NotPlainError."""

    def __init__(self, part: str, levels: Sequence[str]) -> None:
        self.part, self.levels = part, levels
        self.values, self.text, self.bytes = MOST_VALUES, MOST_TEXT, MOST_BYTES

    def copy(self, value: Any, path: Path) -> Any:
        """A copy of exact built-in types and arrays."""
        self.values -= 1
        if self.values < 0:
            raise NotPlainError(f"returned more than {MOST_VALUES:,} values for `{self.part}`: far too many")
        if len(path) > DEEPEST:
            raise NotPlainError(
                f"returned lists or dicts nested more than {DEEPEST} deep for `{self.part}`: "
                "one may hold itself"
            )
        kind: Any = type(value)
        if value is None or kind is bool:
            return value
        if _is(kind, _TEXT):
            return self._text(str.__str__(value))
        if _is(kind, _NUMBERS):
            return self._number(value, path)
        if kind is list or issubclass(kind, tuple):
            each: Any = list if kind is list else tuple
            self._room(each.__len__(value))
            return each(self.copy(v, (*path, i)) for i, v in enumerate(tuple(each.__iter__(value))))
        if _is(kind, _DICTS):
            self._room(len(value))
            entries = tuple(dict.items(value))
            return {(k := self._key(key, path)): self.copy(v, (*path, Key(k))) for key, v in entries}
        if kind is np.ndarray:
            return self._array(value, path)
        advice = next((words for known, words in _ADVICE.items() if known is kind), _INSTEAD)
        raise NotPlainError(f"returned {self._here(describe(value), path)}; {advice}")

    def _here(self, what: str, path: Path) -> str:
        where = f", in {place(path, self.levels)}" if path else ""
        return f"{what} for `{self.part}`{where}"

    def _room(self, more: int) -> None:
        if more > self.values:
            raise NotPlainError(f"returned more than {MOST_VALUES:,} values for `{self.part}`: far too many")

    def _text(self, text: str) -> str:
        self.text -= len(text)
        if self.text < 0:
            raise NotPlainError(
                f"returned more than {MOST_TEXT:,} characters of text for `{self.part}`: far too many"
            )
        return text

    def _number(self, value: Any, path: Path) -> Any:
        """The number as an int, float or bool. A float32 stays one, because it may be less exact."""
        if isinstance(value, np.float16):
            what = self._here("a float16", path)
            raise NotPlainError(f"returned {what}, which holds 3 digits; compute in float32 or float64")
        if isinstance(value, np.float32):
            return value
        number = float(value) if isinstance(value, np.longdouble) else value
        number = number.item() if isinstance(number, np.generic) else number
        if type(number) is int and number.bit_length() > MOST_DIGITS * 3.33:
            digits = int(number.bit_length() * 0.30103) + 1
            what = f"a whole number of about {digits:,} digits"
            raise NotPlainError(f"returned {self._here(what, path)}: far too large")
        return number

    def _array(self, value: np.ndarray, path: Path) -> Any:
        self.bytes -= value.nbytes
        if self.bytes < 0:
            raise NotPlainError(
                f"returned arrays of more than {MOST_BYTES >> 20} MiB for `{self.part}`: far too large"
            )
        if value.dtype.kind in "US":
            what = self._here("an array of text", path)
            raise NotPlainError(f"returned {what}; return a list (its .tolist() gives one)")
        if value.ndim == 0 and value.dtype.kind in "fiub":
            return self.copy(value[()], path)
        try:
            return plain(value, self.part)
        except NotPlainError as error:
            raise NotPlainError(f"{error} (in {place(path, self.levels)})" if path else str(error)) from None

    def _key(self, key: Any, path: Path) -> Any:
        """A copy of a dict's key. An object as a key could decide itself what it is equal to."""
        kind = type(key)
        if kind is tuple and len(path) < DEEPEST:
            self._room(len(key))
            return tuple(self._key(part, (*path, Key(0))) for part in key)
        if key is None or kind is bool:
            return key
        if _is(kind, _TEXT):
            return self._text(str.__str__(key))
        if _is(kind, _NUMBERS):
            return self._number(key, path)
        words = f"a dict with {describe(key)} as a key"
        raise NotPlainError(f"returned {self._here(words, path)}; keys are text or numbers")


def _is(kind: type, kinds: tuple[Any, ...]) -> bool:
    """Whether a type is one of these. `in` would ask its metaclass, which may be a student's."""
    return any(kind is known for known in kinds)


_TEXT = (str, np.str_)
_NUMBERS = (int, float, *(k for k in {*np.sctypeDict.values()} if np.dtype(k).kind in "fiub"))
_DICTS = (dict, OrderedDict, defaultdict, Counter)
_INSTEAD = "return numbers, text, True, False, None, or lists, tuples and dicts of them"
_ADVICE: dict[type, str] = {
    set: "a set has no order: return a list (sorted( ) gives one)",
    frozenset: "a set has no order: return a list (sorted( ) gives one)",
    **dict.fromkeys((range, zip, map, filter, enumerate, reversed), "return a list (list( ) around it)"),
    **dict.fromkeys(map(type, ({}.keys(), {}.values(), {}.items())), "return a list (list( ) around it)"),
    type(_ for _ in ()): "return a list: write [ ] around it, not ( )",
    bytes: "return text: .decode() makes it from bytes",
    **dict.fromkeys((complex, np.complex128, np.complex64), "return a real number"),
}
"""What to do about values of other types."""


def count(value: Any) -> int:
    """How many single values plain data holds; an empty list or dict counts as one."""
    if type(value) is dict:
        return sum(map(count, value.values())) or 1
    if type(value) in (list, tuple):
        return sum(map(count, value)) or 1
    return value.size if type(value) is np.ndarray else 1


# In words


def kind_of(value: Any) -> str:
    """The kind of a plain value, in one word."""
    if value is None:
        return "None"
    if type(value) is bool:
        return "True or False"
    if type(value) is str:
        return "text"
    if type(value) in (list, tuple):
        return "a list"
    if type(value) is dict:
        return "a dict"
    return "an array" if type(value) is np.ndarray else "a number"


_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]


def ordinal(index: int) -> str:
    """The entry of this index in words, counted from one: 2 is "third", 11 is "12th"."""
    if index < len(_ORDINALS):
        return _ORDINALS[index]
    number = index + 1
    teens = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def place(path: Path, levels: Sequence[str] = ()) -> str:
    """The steps to a value in words: "the third row, `parameters`"."""
    names = iter(levels)
    steps = (
        f"`{shown(step.key, quotes=False)}`"
        if isinstance(step, Key)
        else f"the {ordinal(step)} {next(names, 'entry')}"
        for step in path
    )
    return ", ".join(steps)


def shown(value: Any, most: int = 60, quotes: bool = True, digits: int = 6, alone: bool = True) -> str:
    """A plain value in at most about `most` characters: 36,864, 'FC -> RELU', [3, 1024]."""
    if type(value) is str:
        text = repr(value[: most + 1]).replace("`", "\\x60")
        text = text if quotes else text[1:-1]
        return text if len(value) <= most else text[:most] + "…" + text[-1] * quotes
    if type(value) is bool or value is None:
        return str(value)
    if type(value) is int:
        return f"{value:.6e}" if abs(value) >= 10**15 else f"{value:,}" if alone else str(value)
    if isinstance(value, float | np.float32):
        whole = float(value).is_integer() and abs(float(value)) < 10**15
        return shown(int(value), alone=alone) if whole else f"{value:.{digits}g}"
    if type(value) is np.ndarray:
        return f"an array of shape {value.shape}"
    text, (left, right) = "", "{}" if type(value) is dict else "()" if type(value) is tuple else "[]"
    entries = list(value.items() if type(value) is dict else value)
    for number, entry in enumerate(entries):
        key = ""
        if type(value) is dict:
            key, entry = f"{shown(entry[0], most, alone=False)}: ", entry[1]
        text += (", " if number else "") + key + shown(entry, most, digits=digits, alone=False)
        if len(text) > most:
            return f"{left}{text[:most]}…{right}"
    comma = "," if type(value) is tuple and len(value) == 1 else ""
    return f"{left}{text}{comma}{right}"
