"""The mistakes of an exercise as its author writes them down: most change the program that students write."""

from __future__ import annotations

import inspect
import linecache
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache, cached_property, wraps
from typing import Any

import numpy as np

from .exercise import Function, Mistake

text_of = cache(inspect.getsource)
"""The text of a function, read from its file once."""


class Catalogue(list[Mistake]):
    """Collects the mistakes of an exercise.

    Most mistakes change some text of `program`, the right function as students write it: `change` adds them.
    A mistake that is another program altogether is a function under `@catalogue.mistake("name", "advice")`.
    `helpers` are functions that the program calls and that students write, too: their text can be changed as
    well. `mistakes` are those of another exercise that are made in this one, too.
    """

    def __init__(
        self, program: Function | None = None, *helpers: Function, mistakes: Iterable[Mistake] = ()
    ) -> None:
        super().__init__(mistakes)
        self.program = program
        self.text = "\n".join(map(text_of, (*helpers, program))) if program else ""

    def change(
        self,
        name: str,
        advice: str,
        *ways: Mapping[str, str],
        slow: bool = False,
        whole: bool = False,
    ) -> None:
        """Add a mistake that is made by changing the text of the program, in one way or in several.

        Each way maps old text to new text. Every old text must be in the program exactly once; otherwise a
        ValueError names the mistake and the text. Further lines of a text are indented like its first line,
        so they are written without that indentation.
        """
        assert self.program is not None, "changes need a program"
        for way in ways:
            file = f"<{self.program.__name__}, mistake {len(self) + 1}>"
            try:
                function = Changed(self.program, self.text, way, file)
            except ValueError as error:
                raise ValueError(f"mistake {name!r} of {self.program.__name__}: {error}") from None
            self._add(Mistake(name, advice, function, slow, whole))

    def from_helper(self, others: Iterable[Mistake], *names: str) -> None:
        """Add the mistakes of these names that are made in a helper, which is an exercise of its own."""
        for mistake in others:
            change = inspect.unwrap(mistake.function)
            if mistake.name in names and isinstance(change, Changed):
                self.change(mistake.name, mistake.advice, change.way, whole=mistake.whole)

    def mistake(
        self, name: str, advice: str, slow: bool = False, whole: bool = False
    ) -> Callable[[Function], Function]:
        """A decorator that adds the function below it under this name."""

        def add(function: Function) -> Function:
            self._add(Mistake(name, advice, function, slow, whole))
            return function

        return add

    def slow(self, name: str, advice: str) -> Callable[[Function], Function]:
        """The same for a function that gives right values too slowly."""
        return self.mistake(name, advice, slow=True)

    def also(self, name: str) -> Callable[[Function], Function]:
        """The same for another way to make a mistake that is here already, with other wrong results."""
        (first,) = {(m.name, m.advice, m.slow, m.whole) for m in self if m.name == name}
        return self.mistake(*first)

    def _add(self, mistake: Mistake) -> None:
        slow = mistake.slow  # its lines are counted, and its values are right
        self.append(mistake if slow else replace(mistake, function=in_their_precision(mistake.function)))


def changed(source: str, changes: Mapping[str, str]) -> str:
    """A program's text with each old text replaced by its new one, all at the same time.

    Raises ValueError for an old text that is not there exactly once, or that overlaps another.
    """
    places = []
    for old, new in changes.items():
        # The lines of a text may be indented further in the program than where the change is written. After a
        # newline at its end comes a line that is not part of it, with an indent of its own.
        found = list(re.finditer(re.sub(r"\\\n(?!\Z)", "\n *", re.escape(old)), source))
        if len(found) != 1:
            raise ValueError(f"the text {old!r} must be in the program once, and is there {len(found)} times")
        begin, end = found[0].span()
        line = source[source.rfind("\n", 0, begin) + 1 :]
        indent = line[: len(line) - len(line.lstrip(" "))]
        places.append((begin, end, re.sub(r"\n(?!\Z)", f"\n{indent}", new)))
    result, at = "", 0
    for begin, end, new in sorted(places):
        if begin < at:
            raise ValueError(f"two changes overlap in {source[begin:at]!r}")
        result, at = f"{result}{source[at:begin]}{new}", end
    return result + source[at:]


class Changed:
    """A function made by changing the `text` of a program in one `way`, compiled when it is first called.

    `and_also` makes one with the changes of another as well.
    """

    def __init__(self, program: Function, text: str, way: Mapping[str, str], file: str) -> None:
        self.text = text
        self.way = way
        self.source = changed(text, way)
        self._program = program
        self._file = file

    def and_also(self, other: Changed) -> Changed:
        """Both mistakes in one program; ValueError if they change the same text."""
        way = {**self.way, **other.way}
        if len(way) < len(self.way) + len(other.way):
            raise ValueError("both change the same text")
        file = f"{self._file} and {other._file}"
        return Changed(self._program, self.text, way, file)

    @cached_property
    def function(self) -> Function:
        """The compiled function; it sees the names of the module that the program stands in."""
        linecache.cache[self._file] = len(self.source), None, self.source.splitlines(True), self._file
        space = dict(self._program.__globals__)
        exec(compile(self.source, self._file, "exec"), space)
        made: Function = space[self._program.__name__]
        return made

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Call the changed program."""
        return self.function(*args, **options)


def in_their_precision(function: Function) -> Function:
    """The same function, but with results in float32 if an argument is float32.

    A program may add up in float64 all the same; its results are compared with the tolerance of float32.
    """

    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        result = function(*args, **options)
        if not any(isinstance(a, np.ndarray) and a.dtype == np.float32 for a in args):
            return result
        return tuple(map(_single, result)) if isinstance(result, tuple) else _single(result)

    return call


def _single(value: Any) -> Any:
    """A float64 array or number in single precision; anything else as it is."""
    is_double = isinstance(value, np.ndarray | np.generic) and value.dtype == np.float64
    return value.astype(np.float32) if is_double else value
