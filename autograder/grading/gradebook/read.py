"""Reading results back: points from the gradebook, verdicts from the graded notebook's outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.checks.media_type import VERDICT
from autograder.course import Assignment, Course
from autograder.grading.gradebook.discards import discards, record
from autograder.grading.gradebook.late_penalty import LatePolicy
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.results import FoundMistake, TestScore
from autograder.notebooks.files import read_notebook

Scores = tuple[float, float, tuple[TestScore, ...]]
"""A submission's score (late penalties and manual grades included), its maximum, and each test's."""
Verdicts = dict[tuple[str, str], dict[str, Any]]
"""The verdict of `check` in each graded cell ({} if there is none), by notebook and grade_id, in order."""


def read_scores(course: Course, assignment: Assignment, student: str) -> Scores:
    """The scores of a submission, from the gradebook and the notebooks in autograded/."""
    verdicts = verdicts_on_disk(course, assignment, student)
    with open_gradebook(course) as gradebook:
        found = gradebook.find_submission(assignment.name, student)
        return scores_of(found, verdicts, LatePolicy(course))


def scores_of(submission: Any, verdicts: Verdicts, late: LatePolicy) -> Scores:
    """The scores of a submission in the gradebook, with its tests in the order of the verdicts."""
    order = {where: number for number, where in enumerate(verdicts)}
    tests = [
        test_score(notebook.name, grade, verdicts.get((notebook.name, grade.name), {}))
        for notebook in submission.notebooks
        for grade in notebook.grades
    ]
    tests.sort(key=lambda test: (order.get((test.notebook, test.grade_id), len(order)), test.grade_id))
    return late.final_score(submission), float(submission.max_score), tuple(tests)


def read_submissions(gradebook: Any, assignment: str) -> list[Any]:
    """All submissions of an assignment in the gradebook, with students, notebooks, grades and cells.

    It takes a few queries for some hundred students. Otherwise, each of these is read by itself.
    """
    from nbgrader.api import Assignment, BaseCell, Grade, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy.orm import selectinload, undefer, with_polymorphic

    notebooks = selectinload(SubmittedAssignment.notebooks)
    grades = notebooks.selectinload(SubmittedNotebook.grades)
    return list(
        gradebook.db.query(SubmittedAssignment)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment)
        .options(
            undefer(SubmittedAssignment.score),
            undefer(SubmittedAssignment.max_score),
            selectinload(SubmittedAssignment.student),
            notebooks.undefer(SubmittedNotebook.score),
            grades.undefer(Grade.max_score),
            grades.selectinload(Grade.cell.of_type(with_polymorphic(BaseCell, "*"))),
        )
    )


def read_together(session: Any, submission: Any) -> list[Any]:
    """Read the grades of a submission and their cells in few queries, as long as the result is kept.

    Otherwise each of them is read by itself when it is first looked at.
    """
    from nbgrader.api import BaseCell, Grade
    from sqlalchemy.orm import undefer, with_polymorphic

    notebooks = [(notebook.id, notebook.notebook_id) for notebook in submission.notebooks]
    cells = with_polymorphic(BaseCell, "*")
    return [
        *session.query(Grade)
        .options(undefer(Grade.max_score))  # else a query for each grade
        .filter(Grade.notebook_id.in_([own for own, _ in notebooks])),
        *session.query(cells).filter(cells.notebook_id.in_([master for _, master in notebooks])),
    ]


def by_hand(cell: Any) -> bool:
    """Whether a person gives the points of a cell in the gradebook: a written answer, or a task."""
    written = (solution.name for solution in cell.notebook.solution_cells)
    return cell.type == "TaskCell" or cell.cell_type == "markdown" or cell.name in written


def waits_for_a_person(grade: Any) -> bool:
    """Whether a person has to look at a grade, for the first time or again; counted as in formgrader.

    A test that was added since the submission was graded waits for `cs-conv grade`, not for a person.
    """
    ungraded = grade.auto_score is None and grade.manual_score is None
    return bool(grade.needs_manual_grade and (by_hand(grade.cell) or not ungraded))


def judgement(grade: Any) -> dict[str, Any]:
    """The fields of a TestScore that a grade decides: points, and whether a test or a person gave them."""
    hand, waits = by_hand(grade.cell), waits_for_a_person(grade)
    unknown = hand or waits or (grade.auto_score is None and grade.manual_score is None)
    return {
        "score": float(grade.score),
        "max_score": float(grade.max_score),
        "by_hand": hand,
        "waits": waits,
        "passed": None if unknown else bool(grade.score >= grade.max_score),
    }


def set_missing_to_zero(
    course: Course, assignment: Assignment, student: str, graded: bool = True
) -> list[str]:
    """Give 0 points to tests that the graded notebook lacks, even if an earlier submission had them.

    Creates the submission in the gradebook if there is none. `graded` says whether nbgrader has just entered
    what the other tests gave; else they keep what they had. Returns the grade_ids.
    """
    verdicts = verdicts_on_disk(course, assignment, student)
    missing: list[tuple[str, str]] = []
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(assignment.name, student)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                if (notebook.name, grade.name) not in verdicts:
                    grade.auto_score, grade.needs_manual_grade = 0, False
                    missing.append((notebook.name, grade.name))
        for (notebook_name, cell), out in discards(gradebook, assignment.name).items():
            if graded or (notebook_name, cell) in missing:  # else it holds what counts, not what a test gave
                grade = gradebook.find_grade(cell, notebook_name, assignment.name, student)
                record(gradebook, grade, out, grade.auto_score, None)
        gradebook.db.commit()
    return [cell for _, cell in missing]


def test_score(notebook: str, grade: Any, verdict: dict[str, Any]) -> TestScore:
    """The points of a cell as the gradebook has them, with what `check` said in it."""
    exercise = verdict.get("exercise")
    mistakes = [
        FoundMistake(exercise=str(exercise), name=str(m.get("name", "")), advice=str(m.get("advice", "")))
        for m in verdict.get("mistakes", [])
        if isinstance(m, dict) and m.get("name")
    ]
    return TestScore(
        notebook=notebook,
        grade_id=grade.name,
        exercise=exercise,
        aspect=verdict.get("aspect"),
        **judgement(grade),
        mistakes=tuple(mistakes),
        where=str(verdict.get("where") or ""),
    )


def verdicts_on_disk(course: Course, assignment: Assignment, student: str) -> Verdicts:
    """The verdicts in a student's notebooks in autograded/."""
    paths = {
        name: course.autograded(student, assignment.name) / f"{name}.ipynb" for name in assignment.notebooks
    }
    return verdicts_in({name: read_notebook(path) for name, path in paths.items() if path.exists()})


def verdicts_in(notebooks: Mapping[str, Mapping[str, Any]]) -> Verdicts:
    """The verdicts in graded notebooks. Cells that students write in never count as verdicts."""
    found: Verdicts = {}
    for name, notebook in notebooks.items():
        for cell in notebook.get("cells", []):
            known = cell["metadata"].get("nbgrader") or {}
            if known.get("grade") or known.get("task"):
                is_test = known.get("grade") and not known.get("solution")
                found[name, str(known.get("grade_id"))] = _verdict(cell) if is_test else {}
    return found


def _verdict(cell: Mapping[str, Any]) -> dict[str, Any]:
    for output in cell.get("outputs", []):
        verdict = output.get("data", {}).get(VERDICT)
        if isinstance(verdict, dict):
            return verdict
    return {}
