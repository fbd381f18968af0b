"""What people gave a student who is taken out of the gradebook. It comes back if the student does.

nbgrader deletes a student's grades and comments for good. So it is made to keep those of people beforehand.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select

from autograder.grading.gradebook import discards
from autograder.grading.gradebook.own_tables import (
    has_table,
    keep_outcomes,
    make_tables,
    outcomes_judged,
    set_aside_table,
)
from autograder.grading.gradebook.own_tables import taken_out_table as table


def keep_of_student(gradebook: Any, student: str) -> None:
    """Keep the points and comments that people gave a student; the caller takes them out, and commits."""
    make_tables(gradebook)
    for submission in gradebook.student_submissions(student):
        where = {"assignment": submission.assignment.name, "student": student}
        gradebook.db.execute(delete(table).where(_rows(**where)))
        for notebook in submission.notebooks:
            for cell, given in _given(gradebook, notebook).items():
                row = {"manual": None, "extra": None, "comment": None, "needs_person": False, "outcome": ""}
                row |= where | {"notebook": notebook.name, "cell": cell} | given
                gradebook.db.execute(insert(table).values(**row))


def _given(gradebook: Any, notebook: Any) -> dict[str, dict[str, Any]]:
    """What people gave in a notebook, by cell; of questions that were thrown out what they gave before."""
    wanted = select(set_aside_table).where(set_aside_table.c.grade.in_([g.id for g in notebook.grades]))
    aside = {row.grade: row for row in gradebook.db.execute(wanted)}
    judged = outcomes_judged(gradebook, [grade.id for grade in notebook.grades])
    found: dict[str, dict[str, Any]] = {}
    for grade in notebook.grades:
        out = aside.get(grade.id)
        manual, extra = (out.manual, out.extra) if out else (grade.manual_score, grade.extra_credit)
        if manual is not None or extra is not None:
            needs = bool(out.needs_person if out else grade.needs_manual_grade)
            found[grade.name] = {"manual": manual, "extra": extra, "needs_person": needs}
            found[grade.name]["outcome"] = judged.get(grade.id, "")
    for comment in notebook.comments:
        if comment.manual_comment:
            found.setdefault(comment.name, {})["comment"] = comment.manual_comment
    return found


def give_back(gradebook: Any, submission: Any) -> None:
    """Give a submission that is new what people gave this student before; commits if there was anything."""
    if not has_table(gradebook.engine, table):
        return
    assignment, student = submission.assignment.name, submission.student.id
    mine = _rows(assignment, student)
    rows = {(r.notebook, r.cell): r for r in gradebook.db.execute(select(table).where(mine))}
    if not rows:
        return
    thrown_out = discards.discards(gradebook, assignment)
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            row = rows.get((notebook.name, grade.name))
            if row is None or (row.manual is None and row.extra is None):
                continue
            grade.manual_score, grade.extra_credit = row.manual, row.extra
            grade.needs_manual_grade = row.needs_person
            if out := thrown_out.get((notebook.name, grade.name)):
                discards.set_aside(gradebook, grade, out)
            keep_outcomes(gradebook, {grade.id: row.outcome} if row.outcome else {})
        for comment in notebook.comments:
            if row := rows.get((notebook.name, comment.name)):
                comment.manual_comment = row.comment
    gradebook.db.execute(delete(table).where(mine))
    gradebook.db.commit()


def _rows(assignment: str, student: str) -> Any:
    return (table.c.assignment == assignment) & (table.c.student == student)
