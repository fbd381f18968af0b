"""Which answers each grade is about, and which answers are missing.

So a person is asked to grade again only if one of these answers has changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from autograder.grading.trusted.notebook.step import Step
from autograder.grading.trusted.notebook.which_side import worth_parsing
from autograder.notebooks.free_names import MOST_PARSED, binds, needs_of_text, strangers

THEIRS = ("extra", "answer", "written")
"""Roles of cells whose code is the student's."""


def answers_of(steps: Sequence[Step]) -> dict[str, str]:
    """A digest of the answers that each cell with points is about, by grade_id.

    A test is about the student's cells that define the names it uses, and the cells that those use in turn.
    An answer or task that a person judges is about its own text and the cells that it uses.
    """
    theirs = [step for step in steps if step.inside and step.role in THEIRS]
    most = worth_parsing(steps)
    few = most > 0  # else every grade is about every answer
    code = [(step, _made(step)) for step in theirs] if few else []
    found = {}
    for step in steps:
        if step.template is None or step.role not in ("test", "written", "task"):
            continue
        is_test = step.role == "test"
        wanted = step.template.mentions if is_test else needs_of_text(step.source, most or MOST_PARSED)
        if not is_test and step.cell_type != "code":
            wanted = frozenset()
        used = _used(wanted, code, most) if few else theirs
        about = [other.source for other in used if other is not step]
        about += [other.source for other in steps if step.doubtful and other.role == "extra"]
        text = json.dumps([*about, *([] if is_test else [step.source, step.attachments])])
        found[step.template.grade_id] = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
    return found


def unanswered(steps: Sequence[Step]) -> Iterator[str]:
    """The grade_ids of answers that nobody gave: unchanged since the release, and in no added cell either.

    Tasks are left out: what answers them is always in an added cell.
    """
    released = {step.template.source.strip() for step in steps if step.template} | {""}
    own = [step for step in steps if step.role == "extra" and step.source.strip() not in released]
    few = worth_parsing(steps) > 0
    made = set().union(*(_made(step) for step in own if step.inside)) if few else set()
    prose = any(step.cell_type != "code" for step in own)
    for step in steps:
        if step.template is not None and not step.answered and step.role != "task":
            elsewhere = prose if step.role == "text" else bool(step.defines & made)
            if not elsewhere:
                yield step.template.grade_id


def _used(wanted: frozenset[str], code: Sequence[tuple[Step, set[str]]], most: int) -> list[Step]:
    """The cells that define these names, and those that these cells need in turn, in the notebook's order."""
    used: set[int] = set()
    while True:
        more = [n for n, (_, made) in enumerate(code) if n not in used and made & {*wanted, "*"}]
        if not more:
            return [step for number, (step, _) in enumerate(code) if number in used]
        used.update(more)
        wanted = wanted.union(*(needs_of_text(code[number][0].source, most) for number in more))


def _made(step: Step) -> set[str]:
    """The names that a student's cell defines, or was to define."""
    asked = set(step.template.binds) if step.template else set()
    try:
        return asked | binds(strangers(step.source).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return asked
