"""Questions that were thrown out: a test or an answer that counts for everybody in full, or not at all.

What tests and people gave is set aside, goes on being recorded there, and comes back if the question counts
again. In the gradebook stand the points that count, so that nbgrader's own tools show the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, insert, select, update

from autograder.grading.gradebook.own_tables import discarded_table as discarded
from autograder.grading.gradebook.own_tables import has_table
from autograder.grading.gradebook.own_tables import set_aside_table as aside

How = Literal["full", "none"]


@dataclass(frozen=True)
class Discard:
    """A cell that was thrown out."""

    notebook: str
    cell: str
    how: How
    points: float
    """What the cell was worth."""

    @property
    def counts(self) -> float:
        """The points that everybody has."""
        return self.points if self.how == "full" else 0.0

    def __str__(self) -> str:
        if self.how == "full":
            return f"{self.cell}, {self.points:g}: all who handed in have these points"
        return f"{self.cell}, {self.points:g}: counts for nobody, and the maximum is less by as much"


Discards = Mapping[tuple[str, str], Discard]
"""The cells that were thrown out, by notebook and grade_id."""


def discards(gradebook: Any, assignment: str) -> Discards:
    """What was thrown out of an assignment."""
    if not has_table(gradebook.engine, discarded):
        return {}
    wanted = select(discarded).where(discarded.c.assignment == assignment)
    rows = gradebook.db.execute(wanted.order_by(discarded.c.notebook, discarded.c.cell))
    return {(r.notebook, r.cell): Discard(r.notebook, r.cell, r.how, r.points) for r in rows}


def discard(gradebook: Any, assignment: str, cell: Any, how: How) -> Discard:
    """Throw a cell out; the caller commits, and has made our tables."""
    undo(gradebook, assignment, cell)
    found = Discard(cell.notebook.name, cell.name, how, float(cell.max_score))
    row = {"assignment": assignment, "notebook": found.notebook, "cell": found.cell}
    gradebook.db.execute(insert(discarded).values(**row, how=how, points=found.points))
    _apply(gradebook, cell, found)
    return found


def undo(gradebook: Any, assignment: str, cell: Any) -> bool:
    """Let a cell count again, with the points of tests and people; returns whether it was thrown out.

    Points that a person has typed since stay.
    """
    row = _row(assignment, cell.notebook.name, cell.name)
    points = gradebook.db.execute(select(discarded.c.points).where(row)).scalar()
    if points is None:
        return False
    cell.max_score = points
    before = _set_aside(gradebook, cell)
    for grade in cell.grades:
        kept = before.get(grade.id)
        if kept is None:
            continue
        grade.auto_score = kept.auto
        if grade.manual_score is None:
            grade.manual_score, grade.needs_manual_grade = kept.manual, kept.needs_person
        if grade.extra_credit is None:
            grade.extra_credit = kept.extra
    gradebook.db.execute(delete(aside).where(aside.c.grade.in_([grade.id for grade in cell.grades])))
    gradebook.db.execute(delete(discarded).where(row))
    gradebook.db.flush()
    return True


def record(gradebook: Any, grade: Any, found: Discard, auto: float | None, needs_person: bool | None) -> None:
    """Note what a test gave for a cell that was thrown out, and give the grade what counts.

    If `needs_person` is None, it is as before.
    """
    mine = aside.c.grade == grade.id
    if gradebook.db.execute(select(aside.c.grade).where(mine)).scalar() is None:
        _keep(gradebook, grade)
    changed = {"auto": auto} if needs_person is None else {"auto": auto, "needs_person": needs_person}
    gradebook.db.execute(update(aside).where(mine).values(**changed))
    grade.auto_score, grade.needs_manual_grade = found.counts, False


def renamed(gradebook: Any, assignment: str, notebook: str, names: Mapping[str, str]) -> None:
    """Follow the cells that a release renames: `names` has the new name of each."""
    known = discards(gradebook, assignment)
    moved = [known[notebook, name] for name in names if (notebook, name) in known]
    for found in moved:
        gradebook.db.execute(delete(discarded).where(_row(assignment, notebook, found.cell)))
    for found in moved:
        row = {"assignment": assignment, "notebook": notebook, "cell": names[found.cell]}
        gradebook.db.execute(insert(discarded).values(**row, how=found.how, points=found.points))


def after_release(gradebook: Any, assignment: str, notebook: str) -> None:
    """After a release, which writes the points of all cells: what was thrown out stays so, if it is there."""
    released = gradebook.find_notebook(notebook, assignment)
    cells = {cell.name: cell for cell in (*released.grade_cells, *released.task_cells)}
    for (where, name), found in discards(gradebook, assignment).items():
        if where != notebook:
            continue
        row = _row(assignment, notebook, name)
        if name not in cells:
            gradebook.db.execute(delete(discarded).where(row))
            continue
        points = float(cells[name].max_score)
        gradebook.db.execute(update(discarded).where(row).values(points=points))
        _apply(gradebook, cells[name], Discard(notebook, name, found.how, points))


def _apply(gradebook: Any, cell: Any, found: Discard) -> None:
    """Set aside what the grades of a cell are, and give them what counts."""
    cell.max_score = found.counts
    known = _set_aside(gradebook, cell)
    for grade in cell.grades:
        if grade.id not in known:
            set_aside(gradebook, grade, found)
        grade.auto_score, grade.needs_manual_grade = found.counts, False
    gradebook.db.flush()


def set_aside(gradebook: Any, grade: Any, found: Discard) -> None:
    """Set aside what a grade of a cell that was thrown out is, and give it what counts."""
    _keep(gradebook, grade)
    grade.manual_score = grade.extra_credit = None
    grade.auto_score, grade.needs_manual_grade = found.counts, False


def _keep(gradebook: Any, grade: Any) -> None:
    kept = {"auto": grade.auto_score, "manual": grade.manual_score, "extra": grade.extra_credit}
    row = kept | {"grade": grade.id, "needs_person": bool(grade.needs_manual_grade)}
    gradebook.db.execute(insert(aside).values(**row))


def _set_aside(gradebook: Any, cell: Any) -> dict[str, Any]:
    wanted = select(aside).where(aside.c.grade.in_([grade.id for grade in cell.grades]))
    return {row.grade: row for row in gradebook.db.execute(wanted)}


def _row(assignment: str, notebook: str, cell: str) -> Any:
    where = discarded.c.assignment == assignment
    return where & (discarded.c.notebook == notebook) & (discarded.c.cell == cell)
