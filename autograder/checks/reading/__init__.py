"""Reading the fault from the student's function itself.

A layer is linear in each of its arguments, so the function can be asked which products it adds up: switch
one number on and see what comes out. That gives a table of products (`table.py`), one form for the forward
pass, for each gradient, and for the columns of im2col. What differs from the right table falls into parts
that are independent of each other, and each is described by the simplest formula that fits all products
exactly (`fit.py`): which pixel an output reads along the rows and along the columns, which image, channel and
filter, which products are missing or counted twice, which factor they have, how large the result is.

A sentence is only spoken where it is true. Where all parts of a description fit, the result is computed again
from the description alone, and it must equal the student's on all cases: then the sentences explain the whole
answer (`Sentence.whole`). Else a sentence says what is certain about one part, "at least".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..exercise import Case
from ..run_answer import Outcome, Outcomes
from . import pooling, pooling_backward, reader
from .geometry import Geometry
from .linear import LAYERS
from .reader import Answered, Ask
from .result import Evidence, Reading, Sentence
from .table import Table

__all__ = ["Evidence", "Geometry", "Reading", "Sentence", "Table", "can_read", "read"]

WAYS = {
    **dict.fromkeys(LAYERS, reader.read),
    **dict.fromkeys(pooling.POOLINGS, pooling.read),
    **dict.fromkeys(pooling_backward.POOLINGS, pooling_backward.read),
}
"""How each exercise is read, by its name."""


SOME = 10
"""So many calls tell how long all of them would take."""

LOST = "SandboxLost"
"""The error of a call whose process has ended, in trusted grading."""

PATIENCE = 2.0
"""Seconds that all calls may compute; an answer that needs more is not read."""

WAITING = 5
"""Seconds by the clock that count as one second of computing: a busy machine must not change what is said."""


def can_read(exercise: str) -> bool:
    """Whether the faults of an answer to this exercise can be read from the function."""
    return exercise in WAYS


def read(
    exercise: str,
    ask: Ask,
    answered: Answered,
    wrong: frozenset[str],
    computed: Callable[[], float] = time.process_time,
) -> Reading:
    """What can be said for certain of an answer whose parts `wrong` are wrong.

    `ask` calls the answer on cases. `answered` holds the cases of the seed that fit, with what the answer
    gave there: a description that explains everything must give the same. `computed` tells the seconds that
    the answer's process has computed. Whatever a result is, reading it raises nothing: then nothing is said.
    """
    known = [(case, _in_numbers(outcome)) for case, outcome in answered]
    try:
        return WAYS[exercise](exercise, lambda cases: _asked(ask, cases, computed), known, wrong)
    except Exception:  # too slow, or a result that nobody foresaw; a test draws strange ones
        return Reading()


def _asked(ask: Ask, cases: Sequence[Case], computed: Callable[[], float]) -> Outcomes:
    """What the answer gives on all cases. TimeoutError if its first calls show that all would take long;
    ConnectionError if its process ends, since that is no error of the function.
    """
    began, clock = computed(), time.perf_counter()
    outcomes = ask(cases[:SOME])
    spent = max(computed() - began, (time.perf_counter() - clock) / WAITING)
    if spent / SOME * len(cases) > PATIENCE:
        raise TimeoutError
    outcomes += ask(cases[SOME:])
    if any(outcome.raised == LOST for outcome in outcomes):
        raise ConnectionError
    return tuple(map(_in_numbers, outcomes))


def _in_numbers(outcome: Outcome) -> Outcome:
    """The outcome with truth values as 0 and 1."""
    parts = {name: a.astype(float) if a.dtype == bool else a for name, a in outcome.parts.items()}
    return replace(outcome, parts=parts)
