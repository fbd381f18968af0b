"""Judges errors that a case asks for: a ValueError, with a message that mentions, for example, a position."""

from __future__ import annotations

import re

from .exercise import Case
from .run_answer import Outcome

MOST_NUMBERS = 9
"""A message with more numbers than this does not count as naming a position."""

Fault = tuple[object, ...]
"""What is wrong with an error, to be compared with that of another answer; empty if nothing is wrong."""


def fault_of(case: Case, got: Outcome) -> Fault:
    """What is wrong with the error that an answer raised, in a case that asks for one."""
    if not got.raised:
        return () if got.parts else ("returned",)  # parts that came back are compared as such
    if not got.refused:
        return ("kind", got.raised)
    numbers = _numbers(got.message)
    for wanted in case.error or ():
        if len(numbers) > MOST_NUMBERS:
            return ("many",)
        if isinstance(wanted, int):
            if wanted not in numbers:
                nearest = min(numbers, key=lambda n: abs(n - wanted), default=None)
                return ("number", None if nearest is None else nearest - wanted)
        elif str(wanted).casefold() not in got.message.casefold():
            return ("text", wanted)
    return ()


def words_for(case: Case, got: Outcome) -> str:
    """The same in words, for an error that is not the one asked for."""
    fault = fault_of(case, got)
    if fault[0] == "kind":
        return f"{got.problem}. A ValueError is asked for here"
    if fault[0] == "many":
        return f"{got.problem}. Its message holds many numbers; it should name the place alone"
    wanted = ", ".join(str(w) if isinstance(w, int) else repr(w) for w in case.error or ())
    numbers = _numbers(got.message)
    instead = f", not {numbers[0]}" if fault[0] == "number" and len(numbers) == 1 else ""
    return f"{got.problem}. Its message should name {wanted}{instead}"


def _numbers(message: str) -> list[int]:
    """The whole numbers in a message, each once; decimals are not among them."""
    found = re.findall(r"(?<![\d.])(?:(?<!\S)-)?\d{1,12}(?!\d|\.\d)", message)
    return list(dict.fromkeys(map(int, found)))
