"""What people gave for cells that a release no longer has. It comes back with a cell of that name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select

from autograder.grading.gradebook import discards
from autograder.grading.gradebook.own_tables import gone_table as table
from autograder.terminal import count


def keep_gone(gradebook: Any, assignment: str, cell: Any) -> str:
    """Keep the points and comments that people gave for a cell; the caller removes it and commits.

    If it was thrown out, that ends. Returns a sentence if there were points.
    """
    session = gradebook.db
    if cell.type != "SolutionCell":
        discards.undo(gradebook, assignment, cell)
    where = {"assignment": assignment, "notebook": cell.notebook.name, "cell": cell.name}
    rows: dict[str, dict[str, Any]] = {}
    points = 0
    for grade in [] if cell.type == "SolutionCell" else cell.grades:
        if grade.manual_score is not None or grade.extra_credit is not None:
            rows[grade.student.id] = {"manual": grade.manual_score, "extra": grade.extra_credit}
            points += grade.manual_score is not None
    for comment in cell.comments if cell.type in ("SolutionCell", "TaskCell") else []:
        if comment.manual_comment:
            rows.setdefault(comment.student.id, {})["comment"] = comment.manual_comment
    nothing = {"manual": None, "extra": None, "comment": None}
    own = {"GradeCell": ("manual", "extra"), "SolutionCell": ("comment",)}.get(cell.type, tuple(nothing))
    for student, given in rows.items():
        # A written answer is two cells of one name: one has points, the other a comment.
        before = session.execute(select(table).where(_row(where, student))).mappings().first() or nothing
        kept = {column: before[column] for column in nothing if column not in own}
        session.execute(delete(table).where(_row(where, student)))
        session.execute(insert(table).values(**where, **nothing | kept | given, student=student))
    sentence = f"{count(points, 'grade')} given by hand"
    verb = "is kept and comes" if points == 1 else "are kept and come"
    return f"{cell.name} is gone; {sentence} {verb} back with it" if points else ""


def bring_back(submission: Any, cell: Any, new: Any, session: Any) -> None:
    """Give a grade or a comment that is new in a submission what a person gave before the cell was gone."""
    where = {"assignment": submission.assignment.name, "notebook": cell.notebook.name, "cell": cell.name}
    row = _row(where, submission.student.id)
    given = session.execute(select(table).where(row)).first()
    if given is None:
        return
    if hasattr(new, "manual_comment"):
        new.manual_comment = given.comment
    else:
        new.manual_score, new.extra_credit = given.manual, given.extra


def _row(where: dict[str, str], student: str) -> Any:
    same = table.c.student == student
    for column, value in where.items():
        same &= table.c[column] == value
    return same
