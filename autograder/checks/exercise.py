"""Describes an exercise: its reference, its cases, its points, and the mistakes that people really make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np

Function = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """One call of the student's function.

    `tag` decides for which aspects the case counts, and `about` tells students what it is about. `args` are
    arrays, other plain data, and functions. `calls` limits how often an answer may call those in all, or only
    the arguments that `calls_of` names. If what such a function returns depends on its earlier calls, an
    attribute `begin` of it, a function without arguments, makes it forget them before each call of an answer.

    If the sizes do not fit, `rounded` has the arguments of the part that fits: its result is accepted from
    answers that round down. If the case must end in a ValueError for another reason, `error` has what the
    message must mention, such as a position: `(7,)`, or `()` for any message.
    If the case `repeats` another one (given by its number), it has the same sizes and other numbers.
    """

    tag: str
    about: str
    args: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    rounded: tuple[Any, ...] | None = None
    repeats: int | None = None
    error: tuple[object, ...] | None = None
    calls: int | None = None
    calls_of: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether this case has a result: its sizes fit, and no error is asked for."""
        return self.rounded is None and self.error is None

    @cached_property
    def size(self) -> int:
        """About how many values a person has to read to follow this case by hand, padding included."""
        pad = self.options.get("pad", 0)
        return sum(map(_to_read, self.args)) + (2 * pad) ** 2


def _to_read(argument: Any) -> int:
    """How many values of an argument a person has to read; a single number counts as nothing."""
    if isinstance(argument, np.ndarray):
        return argument.size
    if isinstance(argument, dict):
        return sum(1 + _to_read(value) for value in argument.values())
    if isinstance(argument, list | tuple):
        return sum(1 + _to_read(value) for value in argument)
    return len(argument) if isinstance(argument, str) else 0


@dataclass(frozen=True)
class Aspect:
    """A share of an exercise's points, for the cases with these `tags` and these `parts` of the result.

    None means all cases, or all parts. With `only_shape`, wrong values do not count, only wrong shapes.
    """

    name: str
    points: float
    tags: frozenset[str] | None = None
    parts: frozenset[str] | None = None
    only_shape: bool = False


def aspect(
    name: str, points: float, *tags: str, parts: Iterable[str] | None = None, only_shape: bool = False
) -> Aspect:
    """A short way to write an `Aspect`; without tags, all cases count."""
    return Aspect(name, points, frozenset(tags) or None, frozenset(parts) if parts else None, only_shape)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people really give: the function, its name, and one sentence on what to look at.

    A `slow` mistake gives right values too slowly. A `whole` one makes several parts of the result wrong at
    once, such as two parts in each other's place: if it does not explain all of them, it is not named.
    """

    name: str
    advice: str
    function: Function
    slow: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Speed:
    """How fast an answer must be: `times` as fast as the exercise's reference, which is our loops.

    `draw(rng, **sizes)` gives the arguments. Lines of Python are counted for the sizes in `small`, and for
    those with one axis doubled. `places` names the two axes of the output. The race is run for the sizes in
    `large`, and our own answer `fast` says what is right there.
    """

    aspect: str
    times: float
    draw: Callable[..., tuple[Any, ...]]
    small: Mapping[str, int]
    large: Mapping[str, int]
    fast: Function
    places: tuple[str, str] = ("OH", "OW")


@dataclass(frozen=True)
class Slope:
    """A numeric gradient: how fast `<out, dout>` grows if an argument moves along a random direction.

    The product of a right gradient (the `part` of the result) with the direction `along` is `numeric`.
    """

    part: str
    along: np.ndarray
    numeric: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Exercise:
    """Everything about one function that students write.

    `parts` names what the function returns, in order. `axes` names the axes of each part, for reports on
    where it is wrong; a part without axes is one number. `data` names the parts that are other plain data:
    text, True and False, None, lists, tuples and dicts, which may hold arrays. For these, `axes` says what an
    entry of the outermost list is called, then of the lists in it: `{"rows": ("row",)}`.
    For sizes that do not fit, raising an error is right. Rounding down, as most libraries do, is accepted if
    the part that fits is right, unless `unfit="error"` asks for a ValueError.
    `choices` are the texts among which every right result is, if there are few. A report then says that a
    choice is wrong and never shows the right one.
    `slopes`, if given, measures the *trusted* forward of a case along random directions. `program` is the
    function as students write it: the notebook's solution, line by line.
    Raises ValueError if two aspects have one name, or if a part is named that is not in `parts`.
    """

    name: str
    arguments: tuple[str, ...]
    parts: tuple[str, ...]
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aspects: tuple[Aspect, ...]
    reference: Function
    cases: Callable[[np.random.Generator], Iterable[Case]]
    mistakes: tuple[Mistake, ...]
    slopes: Callable[[Case, np.random.Generator], list[Slope]] | None = None
    speed: Speed | None = None
    program: Function | None = None
    data: tuple[str, ...] = ()
    unfit: Literal["round", "error"] = "round"
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [a.name for a in self.aspects]
        if repeated := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"exercise {self.name!r} has two aspects called {min(repeated)!r}; rename one")
        named = {*self.axes, *self.data}.union(*(a.parts or () for a in self.aspects))
        if unknown := named - set(self.parts):
            known = ", ".join(map(repr, self.parts))
            raise ValueError(
                f"exercise {self.name!r} returns no part {min(unknown)!r}; its parts are {known}"
            )

    @property
    def max_points(self) -> float:
        """The points of all aspects."""
        return sum(a.points for a in self.aspects)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The parts of the result that are one number: they have no axes."""
        return frozenset(part for part in self.parts if not self.axes.get(part) and part not in self.data)

    def asks_for_error(self, case: Case) -> bool:
        """Whether the right answer to this case is to raise a ValueError, and nothing else."""
        return case.error is not None or (self.unfit == "error" and case.rounded is not None)

    def aspect(self, name: str) -> Aspect:
        """The aspect of that name; ValueError with the known names if there is none."""
        for candidate in self.aspects:
            if candidate.name == name:
                return candidate
        known = ", ".join(repr(a.name) for a in self.aspects)
        raise ValueError(f"exercise {self.name!r} has no aspect {name!r}; it has {known}")
