"""What a marking file would change in the gradebook, and changing it: nothing that others changed since.

Points and comments go where formgrader puts them, so nbgrader's own commands see them. A table of our own
keeps each change, with what was there before.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, insert, inspect, select, update

from autograder.grading.gradebook.open import one_commit
from autograder.grading.written.answers import Answer, Question
from autograder.grading.written.marking_file import Judgement, Where

_ours = MetaData()
_marks = Table(
    "cs_conv_mark", _ours,
    Column("number", Integer, primary_key=True),
    Column("time", String(32), nullable=False),
    Column("person", String(128), nullable=False),
    Column("assignment", String(128), nullable=False),
    Column("notebook", String(128), nullable=False),
    Column("cell", String(128), nullable=False),
    Column("student", String(128), nullable=False),
    Column("points_before", Float), Column("points", Float),
    Column("comment_before", Text), Column("comment", Text),
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A grade that a marking file changes."""

    where: Where
    before: Answer
    points: float | None
    comment: str

    @property
    def overwrites(self) -> bool:
        """Whether a person had given other points or another comment."""
        other_points = self.before.points is not None and self.points != self.before.points
        return other_points or bool(self.before.comment and self.comment != self.before.comment)


@dataclass
class Compared:
    """A marking file beside the gradebook."""

    changes: list[Change] = field(default_factory=list)
    stale: list[Judgement] = field(default_factory=list)
    """Judgements of answers that were changed or judged by somebody since the file was made."""
    gone: list[Judgement] = field(default_factory=list)
    """Judgements of answers that there are no more."""


def compare(questions: Sequence[Question], judged: Mapping[Where, Judgement]) -> Compared:
    """What the judgements would change."""
    now = {(q.notebook, q.cell, answer.student): answer for q in questions for answer in q.answers}
    found = Compared()
    for where, judgement in judged.items():
        answer = now.get(where)
        if judgement.points is None and judgement.comment is None:
            continue
        if answer is None:
            found.gone.append(judgement)
            continue
        points = answer.points if judgement.points is None else judgement.points
        comment = answer.comment if judgement.comment is None else judgement.comment
        if comment == answer.comment.strip():  # the file is read without blanks around
            comment = answer.comment
        settles = answer.waits and judgement.points is not None
        if (points, comment) == (answer.points, answer.comment) and not settles:
            continue
        if judgement.version != answer.version:
            found.stale.append(judgement)
        else:
            found.changes.append(Change(where, answer, points, comment))
    return found


def record(gradebook: Any, assignment: str, changes: Iterable[Change]) -> list[Change]:
    """Write the changes in one transaction. Returns those that somebody else was quicker to make."""
    from nbgrader.api import Comment, Grade

    _ours.create_all(gradebook.engine)
    late = []
    time = datetime.now(UTC).isoformat(timespec="seconds")
    with one_commit(gradebook) as session:
        for change in changes:
            old, (notebook, cell, student) = change.before, change.where
            values: dict[str, Any] = {"manual_score": change.points}
            if change.points is not None:
                values["needs_manual_grade"] = False
            same = Grade.manual_score.is_(None) if old.points is None else Grade.manual_score == old.points
            remark = gradebook.find_comment(cell, notebook, assignment, student)
            session.refresh(remark)
            quicker = (remark.manual_comment or "") != old.comment
            written = update(Grade).where(Grade.id == old.grade, same).values(**values)
            if quicker or session.execute(written).rowcount != 1:
                late.append(change)
                continue
            if change.comment != old.comment:
                text = change.comment or None
                session.execute(update(Comment).where(Comment.id == remark.id).values(manual_comment=text))
            row = {"points_before": old.points, "comment_before": old.comment or None}
            row |= {"points": change.points, "comment": change.comment or None}
            row |= {"notebook": notebook, "cell": cell, "student": student, "assignment": assignment}
            session.execute(insert(_marks).values(time=time, person=_person(), **row))
    gradebook.db.expire_all()
    return late


def history(gradebook: Any, assignment: str) -> list[Any]:
    """Every change that was recorded for an assignment, as rows of the table, the oldest first."""
    if not inspect(gradebook.engine).has_table(_marks.name):
        return []
    wanted = select(_marks).where(_marks.c.assignment == assignment).order_by(_marks.c.number)
    return list(gradebook.db.execute(wanted))


def _person() -> str:
    try:
        return getpass.getuser()[:128]
    except (OSError, KeyError):  # a user without a name
        return "?"
