"""Which notebook of the course a file is: by its cells, whatever its name is; else by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.course import Assignment, Course
from autograder.grading.collect.file_names import looks_like_notebook, undone
from autograder.grading.gradebook.open import has_gradebook, open_gradebook
from autograder.grading.submissions.cells import SubmittedCell, Unreadable, read, text_of
from autograder.notebooks.released import read_released


@dataclass(frozen=True)
class Known:
    """A notebook of the course as it was released: the text of its cells for answers, and all grade_ids."""

    assignment: str
    notebook: str
    ids: frozenset[str]
    asked: Mapping[str, str]


@dataclass(frozen=True)
class Meant:
    """What a file is: a notebook of an assignment, which copy of it, and whether it has answers."""

    assignment: str
    notebook: str
    copy: int
    touched: bool


class Lessons:
    """The notebooks of a course, by which files are recognised."""

    def __init__(self, course: Course) -> None:
        self.names = {a.name: frozenset(a.notebooks) for a in course.assignments}
        self.known = _known(course)

    def meant(self, assignment: str, name: str, data: bytes) -> Meant | None:
        """What a file that was handed in for `assignment` is; None if it is no notebook of the course."""
        if not looks_like_notebook(name):
            return None
        try:
            cells = read(data)
        except Unreadable:
            cells = []
        known = self._by_cells(assignment, cells)
        if known is not None:
            plain = undone(name, frozenset([known.notebook]))
            return Meant(known.assignment, known.notebook, plain.copy if plain else 0, _touched(known, cells))
        return self.named(assignment, name)

    def named(self, assignment: str, name: str) -> Meant | None:
        """What a file is by its name alone; the notebooks of `assignment` come first."""
        for other in (assignment, *(a for a in self.names if a != assignment)):
            plain = undone(name, self.names.get(other, frozenset()))
            if plain and looks_like_notebook(name):
                return Meant(other, plain.name, plain.copy, True)
        return None

    def _by_cells(self, assignment: str, cells: list[SubmittedCell]) -> Known | None:
        """The notebook with the most of the file's grade_ids: at least two, and at least half of them."""
        ids = {cell.grade_id for cell in cells} - {""}
        ranked = sorted(
            self.known, key=lambda k: (len(k.ids & ids), k.assignment == assignment), reverse=True
        )
        best = ranked[0] if ranked else None
        return best if best and len(best.ids & ids) >= max(2, len(ids) / 2) else None


def _touched(known: Known, cells: list[SubmittedCell]) -> bool:
    given = {cell.grade_id: cell.source.strip() for cell in cells}
    return any(given.get(grade_id, asked) != asked for grade_id, asked in known.asked.items())


def _known(course: Course) -> list[Known]:
    if not has_gradebook(course):
        return []
    found = []
    with open_gradebook(course) as gradebook:
        for assignment in course.assignments:
            for name, notebook in read_released(course, assignment, gradebook).templates.items():
                if name in assignment.notebooks:
                    found.append(_notebook(assignment, name, notebook))
    return found


def _notebook(assignment: Assignment, name: str, notebook: Mapping[str, Any]) -> Known:
    marked = [(cell.get("metadata", {}).get("nbgrader") or {}, text_of(cell)) for cell in notebook["cells"]]
    ids = frozenset(str(marks["grade_id"]) for marks, _ in marked if marks.get("grade_id"))
    asked = {str(marks["grade_id"]): text.strip() for marks, text in marked if marks.get("solution")}
    return Known(assignment.name, name, ids, asked)
