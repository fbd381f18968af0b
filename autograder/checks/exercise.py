"""What an exercise is: a reference, cases drawn from a seed, and the mistakes that people really make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Function = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """One call of the student's function.

    `tag` says what the case is about and decides which aspects it counts for; `about` says the same to the
    student. Arguments are arrays, other plain data, and functions: an answer may call those `calls` times at
    most in all, or as often as it likes.

    A case whose sizes do not fit carries in `rounded` the arguments that do, so that rounding down, as the
    libraries do, can be told from garbage. A case that must end in a ValueError for another reason has in
    `error` what its message must mention, such as a position: `(7,)`; `()` for any message.
    A case that `repeats` another (by its number) has its sizes and options, but other numbers.
    """

    tag: str
    about: str
    args: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    rounded: tuple[Any, ...] | None = None
    repeats: int | None = None
    error: tuple[object, ...] | None = None
    calls: int | None = None

    @property
    def fits(self) -> bool:
        """Whether this case has a result: its sizes fit, and no error is asked for."""
        return self.rounded is None and self.error is None

    @property
    def size(self) -> int:
        """About how many values a person has to read to follow this case by hand; padding is read, too."""
        pad = self.options.get("pad", 0)
        return sum(map(_to_read, self.args)) + (2 * pad) ** 2


def _to_read(argument: Any) -> int:
    """How many values of an argument a person has to read; a single number is none."""
    if isinstance(argument, np.ndarray):
        return argument.size
    if isinstance(argument, dict):
        return sum(1 + _to_read(value) for value in argument.values())
    if isinstance(argument, list | tuple):
        return sum(1 + _to_read(value) for value in argument)
    return len(argument) if isinstance(argument, str) else 0


@dataclass(frozen=True)
class Aspect:
    """A share of an exercise's points: the cases with these tags, judged on these parts of the result.

    `tags=None` means every case and `parts=None` every part. With `only_shape` the values are left to others.
    """

    name: str
    points: float
    tags: frozenset[str] | None = None
    parts: frozenset[str] | None = None
    only_shape: bool = False


def aspect(
    name: str, points: float, *tags: str, parts: Iterable[str] | None = None, only_shape: bool = False
) -> Aspect:
    """Shorthand for an `Aspect`; no tags means every case."""
    return Aspect(name, points, frozenset(tags) or None, frozenset(parts) if parts else None, only_shape)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people really give: the function, its name, and one sentence on what to look at.

    A `slow` one gives right values, in a way that the exercise forbids. A `whole` one spoils several parts of
    the result at once, as exchanging two does: where one of them is right, it is another mistake.
    """

    name: str
    advice: str
    function: Function
    slow: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Speed:
    """How fast an answer must be: `times` as fast as the exercise's reference, our loops.

    `draw(rng, **sizes)` gives the arguments. `small` holds the sizes of inputs on which the lines that Python
    runs are counted, one axis grown after the other; a loop over both axes of `places` visits every place of
    the output. `large` holds the sizes for the clock. `fast` is our own answer: it says what is right there.
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
    """A numeric gradient: how fast `<out, dout>` grows when an argument moves along a random direction.

    A right gradient, the `part` of the result, has this product with that direction.
    """

    part: str
    along: np.ndarray
    numeric: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Exercise:
    """Everything about one function that students write.

    `parts` names what it returns, in order; `axes` names the axes of each part, for saying where it is wrong.
    A part without axes is one number. The parts named in `data` are other plain data: text, True and False,
    None, lists, tuples and dicts, with arrays in them or without. For these `axes` says what an entry of the
    outermost list is, of the lists in it, and so on: `{"rows": ("row",)}`.
    For sizes that do not fit, raising an error is right, and rounding down is accepted if the part that fits
    is right; `unfit="error"` asks for a ValueError instead.
    `slopes`, if given, measures the *trusted* forward of a case along random directions. `program` is the
    function as students write it: the notebook's solution, line by line.
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

    @property
    def max_points(self) -> float:
        """The points of all aspects."""
        return sum(a.points for a in self.aspects)

    @property
    def numbers(self) -> frozenset[str]:
        """The parts of the result that are one number: they have no axes."""
        return frozenset(part for part in self.parts if not self.axes.get(part) and part not in self.data)

    def asks_for_error(self, case: Case) -> bool:
        """Whether the right answer to this case is to raise a ValueError, and nothing else."""
        return case.error is not None or (self.unfit == "error" and case.rounded is not None)

    def aspect(self, name: str) -> Aspect:
        """The aspect of that name; ValueError with the known ones where there is none."""
        for candidate in self.aspects:
            if candidate.name == name:
                return candidate
        known = ", ".join(repr(a.name) for a in self.aspects)
        raise ValueError(f"exercise {self.name!r} has no aspect {name!r}; it has {known}")
