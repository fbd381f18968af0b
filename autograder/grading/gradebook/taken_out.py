"""What people gave a student who is taken out of the gradebook. It comes back if the student does.

nbgrader deletes a student's grades and comments for good. So it is made to keep those of people beforehand,
and with them the points of tests that a regrading must not lower.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, delete, insert, select

from autograder.grading.gradebook import discards
from autograder.grading.gradebook.own_tables import (
    gone_table,
    has_table,
    keep_outcomes,
    kept_points_table,
    make_tables,
    outcomes_judged,
    set_aside_table,
)
from autograder.grading.gradebook.own_tables import kept_of_taken_out_table as least
from autograder.grading.gradebook.own_tables import taken_out_table as table


def keep_of_student(gradebook: Any, student: str) -> None:
    """Keep the points and comments that people gave a student; the caller takes them out, and commits."""
    make_tables(gradebook)
    for submission in gradebook.student_submissions(student):
        where = {"assignment": submission.assignment.name, "student": student}
        gradebook.db.execute(delete(table).where(_rows(table, **where)))
        found = _of_gone_cells(gradebook, submission)
        for notebook in submission.notebooks:
            found |= {(notebook.name, cell): given for cell, given in _given(gradebook, notebook).items()}
        for (name, cell), given in found.items():
            row = {"manual": None, "extra": None, "comment": None, "needs_person": False, "outcome": ""}
            row |= where | {"notebook": name, "cell": cell} | given
            gradebook.db.execute(insert(table).values(**row))
        _keep_least(gradebook, submission)


def _keep_least(gradebook: Any, submission: Any) -> None:
    """Keep the points of tests that a regrading must not lower."""
    assignment, student = submission.assignment.name, submission.student.id
    gradebook.db.execute(delete(least).where(_rows(least, assignment, student)))
    wanted = select(kept_points_table).where(kept_points_table.c.assignment == assignment)
    kept = {row.grade: row for row in gradebook.db.execute(wanted)}
    for notebook in submission.notebooks:
        for grade in [grade for grade in notebook.grades if grade.id in kept]:
            row = {"assignment": assignment, "notebook": notebook.name, "cell": grade.name}
            row |= {"student": student, "answers": kept[grade.id].answers, "points": kept[grade.id].points}
            gradebook.db.execute(insert(least).values(**row))


def _give_back_least(gradebook: Any, submission: Any) -> None:
    assignment = submission.assignment.name
    mine = _rows(least, assignment, submission.student.id)
    rows = {(r.notebook, r.cell): r for r in gradebook.db.execute(select(least).where(mine))}
    for notebook in submission.notebooks if rows else ():
        for grade in notebook.grades:
            if row := rows.get((notebook.name, grade.name)):
                kept = {"assignment": assignment, "answers": row.answers, "points": row.points}
                gradebook.db.execute(insert(kept_points_table).values(**kept, grade=grade.id))
    if rows:
        gradebook.db.execute(delete(least).where(mine))
        gradebook.db.commit()


def _of_gone_cells(gradebook: Any, submission: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """What people gave for cells that a release took away: they may be back before the student is."""
    there = {(n.name, cell.name) for n in submission.assignment.notebooks for cell in n._base_cells}
    wanted = _rows(gone_table, submission.assignment.name, submission.student.id)
    return {
        (row.notebook, row.cell): {"manual": row.manual, "extra": row.extra, "comment": row.comment}
        for row in gradebook.db.execute(select(gone_table).where(wanted))
        if (row.notebook, row.cell) not in there
    }


def _given(gradebook: Any, notebook: Any) -> dict[str, dict[str, Any]]:
    """What people gave in a notebook, by cell; of questions that were thrown out what they gave before."""
    wanted = select(set_aside_table).where(set_aside_table.c.grade.in_([g.id for g in notebook.grades]))
    aside = {row.grade: row for row in gradebook.db.execute(wanted)}
    judged = outcomes_judged(gradebook, [grade.id for grade in notebook.grades])
    found: dict[str, dict[str, Any]] = {}
    for grade in notebook.grades:
        out = aside.get(grade.id)
        typed = (grade.manual_score, grade.extra_credit)  # also since the question was thrown out
        before = (out.manual, out.extra) if out else typed
        manual, extra = (old if new is None else new for new, old in zip(typed, before, strict=True))
        if manual is not None or extra is not None:
            needs = bool(out.needs_person if out else grade.needs_manual_grade)
            found[grade.name] = {"manual": manual, "extra": extra, "needs_person": needs}
            found[grade.name]["outcome"] = judged.get(grade.id, "")
    for comment in notebook.comments:
        if comment.manual_comment:
            found.setdefault(comment.name, {})["comment"] = comment.manual_comment
    return found


def give_back(gradebook: Any, submission: Any) -> None:
    """Give a submission that is new what people gave this student before; commits if there was anything.

    What they gave for cells that are gone meanwhile comes back with these cells.
    """
    if not has_table(gradebook.engine, table):
        return
    if has_table(gradebook.engine, least):
        _give_back_least(gradebook, submission)
    assignment, student = submission.assignment.name, submission.student.id
    mine = _rows(table, assignment, student)
    rows = {(r.notebook, r.cell): r for r in gradebook.db.execute(select(table).where(mine))}
    if not rows:
        return
    thrown_out = discards.discards(gradebook, assignment)
    there = set()
    for notebook in submission.notebooks:
        there |= {(notebook.name, each.name) for each in (*notebook.grades, *notebook.comments)}
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
    for where in rows.keys() - there:
        _keep_gone(gradebook, rows[where])
    gradebook.db.execute(delete(table).where(mine))
    gradebook.db.commit()


def _keep_gone(gradebook: Any, row: Any) -> None:
    """Keep what people gave for a cell that is gone, as if the student had been there when it went."""
    same = _rows(gone_table, row.assignment, row.student) & _cell(gone_table, row.notebook, row.cell)
    gradebook.db.execute(delete(gone_table).where(same))
    kept = {column.name: getattr(row, column.name) for column in gone_table.columns}
    gradebook.db.execute(insert(gone_table).values(**kept))


def renamed(gradebook: Any, assignment: str, notebook: str, names: Mapping[str, str]) -> None:
    """Follow the cells that a release renames: `names` has the new name of each."""
    for each in (table, least):
        mine = (each.c.assignment == assignment) & (each.c.notebook == notebook)
        kept = select(each).where(mine & each.c.cell.in_(names))
        rows = [dict(row) for row in gradebook.db.execute(kept).mappings()]
        gradebook.db.execute(delete(each).where(mine & each.c.cell.in_({*names, *names.values()})))
        for row in rows:
            gradebook.db.execute(insert(each).values(**row | {"cell": names[row["cell"]]}))


def _rows(among: Table, assignment: str, student: str) -> Any:
    return (among.c.assignment == assignment) & (among.c.student == student)


def _cell(among: Table, notebook: str, cell: str) -> Any:
    return (among.c.notebook == notebook) & (among.c.cell == cell)
