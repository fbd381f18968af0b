"""Every answer of an assignment that a person judges, with what the gradebook has for it now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.course import Assignment, Course
from autograder.grading.gradebook.own_tables import removed_students
from autograder.grading.gradebook.read import by_hand, read_submissions
from autograder.grading.submissions.cells import text_of
from autograder.notebooks.released import read_released


@dataclass(frozen=True)
class Answer:
    """A student's answer to one question, and the points and comment that a person gave."""

    student: str
    text: str
    pictures: tuple[str, ...]
    """Digests of the pictures that are pasted into it."""
    points: float | None
    comment: str
    waits: bool
    """Whether a person has to look at it, for the first time or again."""
    grade: str
    """The id of its grade in the gradebook."""

    @property
    def version(self) -> str:
        """A digest of the answer and of what the gradebook has for it: it changes when one of them does."""
        about = [self.text, self.pictures, self.points, self.comment, self.waits]
        return "v" + hashlib.sha256(json.dumps(about).encode()).hexdigest()[:10]


@dataclass(frozen=True)
class Question:
    """A cell whose points a person gives, and all answers to it."""

    notebook: str
    cell: str
    most: float
    is_code: bool
    asked: str
    """The text above the cell in the release."""
    released: str
    """The text of the cell in the release: an answer that is equal to it was not written."""
    answers: list[Answer] = field(default_factory=list)


def read_questions(
    course: Course, assignment: Assignment, gradebook: Any
) -> tuple[list[Question], list[str]]:
    """The questions in the notebooks' order; and the students whose graded notebook is not there."""
    questions: dict[tuple[str, str], Question] = {}
    for name, template in read_released(course, assignment, gradebook).templates.items():
        questions |= {(name, question.cell): question for question in _asked(name, template["cells"])}
    gone, lacking = removed_students(gradebook), []
    for submission in read_submissions(gradebook, assignment.name):
        student = submission.student.id
        if student in gone:
            continue
        for notebook in submission.notebooks:
            grades = {g.name: g for g in notebook.grades if by_hand(g.cell) and g.auto_score is None}
            cells = _graded_cells(course, assignment, student, notebook.name) if grades else []
            if grades and not cells:
                lacking.append(student)
            comments = {comment.name: comment.manual_comment or "" for comment in notebook.comments}
            for name, (text, pictures) in _texts(cells).items():
                question = questions.get((notebook.name, name))
                if question is not None and name in grades:
                    grade, comment = grades[name], comments.get(name, "")
                    waits = bool(grade.needs_manual_grade)
                    answer = Answer(student, text, pictures, grade.manual_score, comment, waits, grade.id)
                    question.answers.append(answer)
    return [question for question in questions.values() if question.answers], sorted(set(lacking))


def _marks(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    return cell.get("metadata", {}).get("nbgrader") or {}


def _asked(notebook: str, cells: Sequence[Mapping[str, Any]]) -> list[Question]:
    """The questions of a released notebook."""
    found = []
    for number, cell in enumerate(cells):
        marks = _marks(cell)
        if (marks.get("grade") and marks.get("solution")) or marks.get("task"):
            above = cells[number - 1] if number else {}
            asked = text_of(dict(above)) if above.get("cell_type") == "markdown" else ""
            asked = text_of(dict(cell)) if marks.get("task") else asked
            points = float(marks.get("points") or 0)
            is_code = cell.get("cell_type") == "code"
            name = str(marks.get("grade_id"))
            found.append(Question(notebook, name, points, is_code, asked, text_of(dict(cell))))
    return found


def _graded_cells(
    course: Course, assignment: Assignment, student: str, notebook: str
) -> list[dict[str, Any]]:
    path = course.autograded(student, assignment.name) / f"{notebook}.ipynb"
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _texts(cells: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Text and pictures by grade_id. A task is answered by the cells below it, up to the next marked one."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for number, cell in enumerate(cells):
        marks = _marks(cell)
        if marks.get("task"):
            below = list(cells[number + 1 :])
            end = next((n for n, other in enumerate(below) if _marks(other).get("grade_id")), len(below))
            own = below[:end]
        elif marks.get("grade") and marks.get("solution"):
            own = [cell]
        else:
            continue
        text = "\n\n".join(filter(None, (text_of(dict(one)).strip() for one in own)))
        found[str(marks.get("grade_id"))] = (text, tuple(name for one in own for name in _pictures(one)))
    return found


def _pictures(cell: Mapping[str, Any]) -> list[str]:
    attached = cell.get("attachments")
    contents = attached.values() if isinstance(attached, dict) else ()
    return [hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest()[:16] for one in contents]
