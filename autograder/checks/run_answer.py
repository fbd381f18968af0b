"""Calling a function on cases and keeping what came back as plain data."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .arguments import differ, twin
from .compare import same
from .errors import UNANSWERED, Explained, Explainer, Reason, reason
from .exercise import Case, Function
from .plain_data import ARRAY, NUMBER, NotPlainError, plain, unpack

INPUTS = "inputs"
"""The name under which a changed input is compared, beside the parts of the result."""


@dataclass(frozen=True)
class Outcome:
    """What one call gave: its parts as private arrays, or the words for what went wrong instead.

    `problem` is for the student, `hint` says what it means, and `slip` names its cause where that is certain.
    `raised` is the name of the exception's type, empty when there was none, and `reason` tells what gave
    no result from another that gave none.
    `unusable` holds the words for single parts that are not arrays; a list of numbers is in `parts` as well,
    for its values are judged.
    `changed` names the arguments that the call modified, `overwritten` the parts that later calls did.
    """

    parts: Mapping[str, np.ndarray] = field(default_factory=dict)
    problem: str = ""
    raised: str = ""
    unusable: Mapping[str, str] = field(default_factory=dict)
    reason: Reason = ()
    hint: str = ""
    slip: str = ""
    changed: tuple[str, ...] = ()
    overwritten: tuple[str, ...] = ()

    def agrees(self, wanted: Outcome, part: str) -> bool:
        """Whether both calls gave the same for this part: the same values up to rounding, or no value."""
        if (part in self.parts) != (part in wanted.parts):
            return False
        return part not in self.parts or same(self.parts[part], wanted.parts[part])


Outcomes = tuple[Outcome, ...]


class _Discard(io.TextIOBase):
    """Swallows what a function prints, so that a debugging print can neither flood nor fail a test."""

    def write(self, text: str) -> int:
        return len(text)


def call_all(
    function: Function,
    cases: Iterable[Case],
    arguments: tuple[str, ...],
    parts: tuple[str, ...],
    strange: bool = False,
    numbers: Collection[str] = (),
) -> Outcomes:
    """Call `function` on copies of each case's arguments; never raises (but for a KeyboardInterrupt).

    A `strange` function is a student's: its exceptions are explained, and its results are looked at again
    in the end, for they may lie in an array that it uses again. `numbers` names the parts that are numbers.
    """
    kept: list[Mapping[str, Any]] = []
    outcomes: list[Outcome] = []
    cases = tuple(cases)
    most_first = sorted((case.options for case in cases), key=len, reverse=True)
    options = tuple(dict.fromkeys(option for options in most_first for option in options))
    explainer = Explainer(function, (arguments, options)) if strange else None
    with (
        redirect_stdout(_Discard()),
        redirect_stderr(_Discard()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        for case in cases:
            outcome, result = _call(function, case, arguments, parts, explainer, numbers)
            outcomes.append(outcome)
            kept.append(result)
        if strange:
            outcomes = [_seen_again(o, result) for o, result in zip(outcomes, kept, strict=True)]
            answered = any(o.parts for o in outcomes)
            outcomes = [_raised_only(o) if answered and o.problem == UNANSWERED else o for o in outcomes]
        kept, result = [], {}  # while nobody listens: a coroutine complains when it is thrown away
    return tuple(outcomes)


def call(
    function: Function, case: Case, arguments: tuple[str, ...], parts: tuple[str, ...], words: bool = False
) -> Outcome:
    """The same for one case; with `words` an exception is explained to the student."""
    return call_all(function, [case], arguments, parts, strange=words)[0]


def _call(
    function: Function,
    case: Case,
    arguments: tuple[str, ...],
    parts: tuple[str, ...],
    explainer: Explainer | None,
    numbers: Collection[str],
) -> tuple[Outcome, Mapping[str, Any]]:
    """What one call gave, and the very objects that it returned."""
    args = tuple(twin(a) for a in case.args)
    result: Mapping[str, Any] = {}
    copies: dict[str, np.ndarray] = {}
    unusable: dict[str, str] = {}
    said, raised, why = Explained(""), "", Reason()
    try:
        result = dict(zip(parts, unpack(function(*args, **case.options), parts, numbers), strict=True))
        for part, piece in result.items():
            try:
                copies[part] = plain(piece, part, NUMBER if part in numbers else ARRAY)
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
        said = explainer.explain(error, case) if explainer else Explained(raised)
    changed = tuple(
        name
        for name, before, after in zip(arguments, case.args, args, strict=False)
        if isinstance(before, np.ndarray) and differ(before, after)
    )
    why = why or (("returned", *unusable.values()) if unusable else ())
    return Outcome(copies, said.problem, raised, unusable, why, said.hint, said.slip, changed), result


def _raised_only(outcome: Outcome) -> Outcome:
    """The outcome of a function that is not answered in this case, though it is in others."""
    return replace(outcome, problem=f"raised {outcome.raised}")


def _seen_again(outcome: Outcome, result: Mapping[str, Any]) -> Outcome:
    """The outcome, with the parts named that are no longer what they were when they came back."""
    overwritten = tuple(
        part
        for part, copy in outcome.parts.items()
        if isinstance(result[part], np.ndarray) and differ(copy, result[part])
    )
    return replace(outcome, overwritten=overwritten) if overwritten else outcome
