"""Points that a regrading must not lower: a test that is mended later takes none of them away.

They hold for the answers that they were given for. Who hands in other answers gets what the tests give.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from autograder.grading.gradebook.own_tables import has_table, outcomes_judged, set_aside_table
from autograder.grading.gradebook.own_tables import kept_of_taken_out_table as of_taken_out
from autograder.grading.gradebook.own_tables import kept_points_table as table
from autograder.grading.gradebook.read import read_submissions

KeptPoints = Mapping[str, tuple[str, float]]
"""For each grade, by its id, the digest of the answers and the points."""


def kept_points(gradebook: Any, assignment: str) -> KeptPoints:
    """The points kept in an assignment."""
    if not has_table(gradebook.engine, table):
        return {}
    rows = gradebook.db.execute(select(table).where(table.c.assignment == assignment))
    return {row.grade: (row.answers, row.points) for row in rows}


def keep_points(gradebook: Any, assignment: str) -> None:
    """Keep the points that tests have given until now; the caller commits, and has made our tables."""
    gradebook.db.execute(delete(table).where(table.c.assignment == assignment))
    rows = gradebook.db.execute(select(set_aside_table.c.grade, set_aside_table.c.auto))
    given = {row.grade: row.auto for row in rows}  # by the tests of questions that were thrown out
    for submission in read_submissions(gradebook, assignment):
        mine = {g.id: given.get(g.id, g.auto_score) for n in submission.notebooks for g in n.grades}
        grades = {grade: points for grade, points in mine.items() if points}
        rows = [
            {"assignment": assignment, "grade": i, "answers": digest_of(outcome), "points": grades[i]}
            for i, outcome in outcomes_judged(gradebook, grades).items()
        ]
        if rows:
            gradebook.db.execute(insert(table), rows)


def forget_kept_points(gradebook: Any, assignment: str) -> None:
    """Let later gradings lower the points of an assignment again; the caller commits."""
    for each in (table, of_taken_out):
        gradebook.db.execute(delete(each).where(each.c.assignment == assignment))


def digest_of(outcome: str) -> str:
    """The digest of the answers in the text of an outcome, which begins with the points."""
    return outcome.partition(" ")[2]
