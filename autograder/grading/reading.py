"""What a graded submission came to: points from the gradebook, misconceptions from the notebook's outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.grading.results import Mistake, TestScore
from autograder.notebooks import graded_as, read_notebook
from autograder.stock import open_gradebook

VERDICT = "application/vnd.cs-conv.verdict+json"


def read_scores(
    course: Course, assignment: Assignment, student: str
) -> tuple[float, float, tuple[TestScore, ...]]:
    """The submission's score (late penalties and manual grades included), its maximum, and each test's."""
    cells = _graded_cells(course.autograded(student, assignment.name), assignment)
    order = {where: number for number, where in enumerate(cells)}
    tests = []
    with open_gradebook(course) as gradebook:
        submission = gradebook.find_submission(assignment.name, student)
        score, max_score = final_score(submission), float(submission.max_score)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                tests.append(test_score(notebook.name, grade, cells.get((notebook.name, grade.name), {})))
    tests.sort(key=lambda test: (order.get((test.notebook, test.grade_id), len(order)), test.grade_id))
    return score, max_score, tuple(tests)


def final_score(submission: Any) -> float:
    """What a submission in the gradebook is worth, as nbgrader exports it: less its late penalty."""
    return max(0.0, float(submission.score) - float(submission.late_submission_penalty or 0.0))


def waits_for_a_person(grade: Any) -> bool:
    """Whether someone has still to look at a grade."""
    return bool(grade.needs_manual_grade and grade.manual_score is None)


def set_missing_to_zero(course: Course, assignment: Assignment, student: str) -> list[str]:
    """Tests that are not in the graded notebook earn nothing, also where an earlier submission had them.

    Creates the submission in the gradebook where there is none. Returns the grade_ids.
    """
    cells = _graded_cells(course.autograded(student, assignment.name), assignment)
    missing = []
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student)
        submission = gradebook.update_or_create_submission(assignment.name, student)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                if (notebook.name, grade.name) not in cells:
                    grade.auto_score, grade.needs_manual_grade = 0, False
                    missing.append(grade.name)
        gradebook.db.commit()
    return missing


def test_score(notebook: str, grade: Any, verdict: dict[str, Any]) -> TestScore:
    """A test's points as the gradebook has them, with what `check` said in its cell ({} where nothing)."""
    exercise = verdict.get("exercise")
    mistakes = [
        Mistake(exercise=str(exercise), name=str(m.get("name", "")), advice=str(m.get("advice", "")))
        for m in verdict.get("mistakes", [])
        if isinstance(m, dict) and m.get("name")
    ]
    return TestScore(
        notebook=notebook,
        grade_id=grade.name,
        score=float(grade.score),
        max_score=float(grade.max_score),
        exercise=exercise,
        aspect=verdict.get("aspect"),
        passed=None if waits_for_a_person(grade) else grade.score >= grade.max_score,
        mistakes=tuple(mistakes),
        where=str(verdict.get("where") or ""),
    )


def _graded_cells(folder: Path, assignment: Assignment) -> dict[tuple[str, str], dict[str, Any]]:
    """The graded cells in order: (notebook, grade_id), and the verdict that `check` left there, or {}."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name in assignment.notebooks:
        path = folder / f"{name}.ipynb"
        if path.exists():
            for cell in read_notebook(path).cells:
                known = graded_as(cell)
                if known.get("grade") or known.get("task"):
                    found[name, known["grade_id"]] = _verdict(cell)
    return found


def _verdict(cell: NotebookNode) -> dict[str, Any]:
    for output in cell.get("outputs", []):
        verdict = output.get("data", {}).get(VERDICT)
        if isinstance(verdict, dict):
            return verdict
    return {}
