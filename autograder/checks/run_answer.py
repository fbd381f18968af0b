"""Calls a function on cases and keeps the results as plain data."""

from __future__ import annotations

import io
import random
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from .arguments import Lender, differ, is_changed
from .differences import agree
from .errors import UNANSWERED, Explained, Explainer, Reason, message_of, reason
from .exercise import Case, Exercise, Function
from .nested_data import Part, copied
from .plain_data import ARRAY, NUMBER, NotPlainError, plain, unpack

INPUTS, ERRORS, CALLS = BESIDE = ("inputs", "errors", "calls")
"""Names for what is compared besides the parts of a result: changed inputs, wrong errors, too many calls."""


@dataclass(frozen=True)
class Outcome:
    """The result of one call: its parts as private copies, or what went wrong instead.

    `problem` says what went wrong, `hint` what that means, and `slip` names the cause if it is certain.
    `raised` is the type of the exception, by name; `refused` says whether it is a ValueError, and `message`
    is its message. `reason` says why there is no result: two answers can fail for the same reason.
    `unusable` has the words for single parts that cannot be judged as they are. A list of numbers in place of
    an array is in `parts`, too, because its values are judged.
    `changed` names the arguments that the call modified, and `overwritten` the parts that later calls
    modified. `calls` counts the calls of functions among the arguments.
    """

    parts: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    raised: str = ""
    unusable: Mapping[str, str] = field(default_factory=dict)
    reason: Reason = ()
    hint: str = ""
    slip: str = ""
    changed: tuple[str, ...] = ()
    overwritten: tuple[str, ...] = ()
    refused: bool = False
    message: str = ""
    calls: Mapping[str, int] = field(default_factory=dict)

    def agrees(self, wanted: Outcome, part: str) -> bool:
        """Whether both calls gave the same for this part: the same values up to rounding, or no value."""
        if (part in self.parts) != (part in wanted.parts):
            return False
        return part not in self.parts or agree(self.parts[part], wanted.parts[part])


Outcomes = tuple[Outcome, ...]

MOST_MESSAGE = 2000
"""The most characters of an error's message that are read."""


class _Discard(io.TextIOBase):
    """Swallows what a function prints, so that a debugging print can neither flood nor fail a test."""

    def write(self, text: str) -> int:
        return len(text)


def call_all(
    function: Function,
    cases: Iterable[Case],
    exercise: Exercise,
    strange: bool = False,
    at_once: bool = False,
    seeded: bool = True,
) -> Outcomes:
    """Call `function` on copies of each case's arguments. Raises nothing but KeyboardInterrupt.

    If the function is `strange` (a student's), its exceptions are explained, and its results are compared
    with their copies at the end: later calls may have overwritten them. What it draws from the generators of
    `random` and `np.random` is the same each time, and these are left as they were. (A function in another
    process keeps its generators, which grading seeds: nothing of ours may be sent there. So what hides such a
    function from sight, such as a stopwatch, is not `seeded`.)

    The results of a function in another process come together if `at_once`; then one call that ends the
    process takes all of them with it.
    """
    kept: list[Mapping[str, Any]] = []
    outcomes: list[Outcome] = []
    cases, lender = tuple(cases), Lender()
    most_first = sorted((case.options for case in cases), key=len, reverse=True)
    options = tuple(dict.fromkeys(option for options in most_first for option in options))
    explainer = Explainer(function, (exercise.arguments, options)) if strange else None
    with (
        redirect_stdout(_Discard()),
        redirect_stderr(_Discard()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        _same_draws() if seeded and strange and not hasattr(type(function), "call_each") else nullcontext(),
    ):
        warnings.simplefilter("ignore")
        calls = _calls(function, cases, exercise, lender, at_once)
        for case, (args, named, call) in zip(cases, calls, strict=True):
            outcome, result = _call(call, args, named, case, exercise, explainer, lender)
            outcomes.append(outcome)
            kept.append(result)
        if strange:
            outcomes = [_seen_again(o, result) for o, result in zip(outcomes, kept, strict=True)]
            answered = any(o.parts for o in outcomes)
            outcomes = [_raised_only(o) if answered and o.problem == UNANSWERED else o for o in outcomes]
        kept, result = [], {}  # while nobody listens: a coroutine complains when it is thrown away
    return tuple(outcomes)


@contextmanager
def _same_draws() -> Iterator[None]:
    """Seed the global generators, so that a report repeats, and put them back at the end."""
    python, numpy = random.getstate(), np.random.get_state()
    random.seed(0)
    np.random.seed(0)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)


Call = tuple[tuple[Any, ...], Mapping[str, Any], Callable[[], Any]]
"""The arguments of a call, the options, and what makes the call."""


def _calls(
    function: Function, cases: Sequence[Case], exercise: Exercise, lender: Lender, at_once: bool
) -> Iterator[Call]:
    """The calls of all cases, to be made one after the other.

    A function in another process brings a way to make several calls in one message, on its type:
    `call_each(function, calls, at_once)` gives the result or the error of each. It is not used if functions
    are handed over, since the calls of these are counted for each case.
    """
    each = getattr(type(function), "call_each", None)
    given = [lender.hand_over(case, exercise.arguments) for case in cases] if each is not None else []
    if each is None or lender.lends:
        for case in cases:
            args, options = lender.hand_over(case, exercise.arguments)
            yield args, options, partial(function, *args, **options)
    else:
        for (args, options), (value, error) in zip(given, each(function, given, at_once), strict=True):
            yield args, options, partial(_given, value, error)


def _given(value: Any, error: BaseException | None) -> Any:
    """What a call gave that has been made already; its error is raised now."""
    if error is not None:
        raise error
    return value


def _call(
    call: Callable[[], Any],
    args: tuple[Any, ...],
    options: Mapping[str, Any],
    case: Case,
    exercise: Exercise,
    explainer: Explainer | None,
    lender: Lender,
) -> tuple[Outcome, Mapping[str, Any]]:
    """The outcome of one call, and the very objects that it returned."""
    result: Mapping[str, Any] = {}
    copies: dict[str, Part] = {}
    unusable: dict[str, str] = {}
    said, raised, why, refused, message = Explained(""), "", Reason(), False, ""
    try:
        pieces = unpack(call(), exercise.parts, exercise.numbers, exercise.data)
        result = dict(zip(exercise.parts, pieces, strict=True))
        for part, piece in result.items():
            try:
                copies[part] = _copy(piece, part, exercise)
            except NotPlainError as error:
                unusable[part] = str(error)
                if error.numbers is not None:
                    copies[part] = error.numbers
    except NotPlainError as error:
        said, why = Explained(str(error)), ("returned", str(error))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a student's function may raise anything, SystemExit included
        raised, why = type(error).__name__, reason(error)
        refused, message = issubclass(type(error), ValueError), message_of(error)[:MOST_MESSAGE]
        said = explainer.explain(error, case) if explainer else Explained(raised)
    given = (*zip(exercise.arguments, case.args, args, strict=False), *_both(case.options, options))
    changed = tuple(name for name, before, after in given if is_changed(before, after))
    why = why or (("returned", *unusable.values()) if unusable else ())
    return (
        Outcome(
            copies, said.problem, raised, unusable, why, said.hint, said.slip, changed,
            refused=refused, message=message, calls=dict(lender.calls),
        ),
        result,
    )  # fmt: skip


def _both(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    return ((name, before[name], after[name]) for name in before)


def _copy(piece: Any, part: str, exercise: Exercise) -> Part:
    """A private copy of one part of a result; NotPlainError with words if it cannot be judged."""
    if part in exercise.data:
        return copied(piece, part, exercise.axes.get(part, ()))
    return plain(piece, part, NUMBER if part in exercise.numbers else ARRAY)


def _raised_only(outcome: Outcome) -> Outcome:
    """The outcome for a function that raises NotImplementedError in this case, but not in others."""
    return replace(outcome, problem=f"raised {outcome.raised}")


def _seen_again(outcome: Outcome, result: Mapping[str, Any]) -> Outcome:
    """The outcome, with the names of the parts that have changed since they came back."""
    overwritten = tuple(part for part, copy in outcome.parts.items() if _is_other(copy, result[part], part))
    return replace(outcome, overwritten=overwritten) if overwritten else outcome


def _is_other(copy: Part, now: Any, part: str) -> bool:
    if isinstance(copy, np.ndarray):
        return isinstance(now, np.ndarray) and differ(copy, now)
    try:
        return is_changed([copy.value], [copied(now, part).value])
    except NotPlainError:
        return True
