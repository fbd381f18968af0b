"""The hints and the answer of an exercise, from the source of its notebook. No release has the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from autograder.course import Course, CourseError, short
from autograder.notebooks.regions import as_solved

_CELLS = re.compile(r"^# %%", re.MULTILINE)
_NAME = re.compile(r'^ (?:answer|solved)="(\w+)"|^ nbgrader=\{.*"grade_id": "(\w+)".*"solution": true')
_HINT = re.compile(r"<summary>(Hint[^<]*)</summary>(.*?)</details>", re.DOTALL)


@dataclass(frozen=True)
class Solution:
    """An exercise as its source has it: hints as pairs of a title and Markdown, and the answer's code."""

    name: str
    assignment: str
    hints: tuple[tuple[str, str], ...]
    code: str


def solutions(course: Course) -> dict[str, Solution]:
    """The solutions of all notebooks by name, in the order of the course."""
    return {
        solution.name: solution
        for assignment in course.assignments
        for notebook in assignment.notebooks
        if (path := course.answers / assignment.name / f"{notebook}.py").is_file()
        for solution in _solutions(path, assignment.name)
    }


def find_solution(course: Course, name: str) -> Solution:
    """The solution of the exercise `name`. Raises CourseError with the names there are."""
    found = solutions(course)
    if not found:
        raise CourseError(
            f"there are no solutions in {short(course.answers)}; ask whoever gave you the course"
        )
    if name in found:
        return found[name]
    raise CourseError(f"there is no exercise {name!r}; {_instead(course, name, found)}")


def _instead(course: Course, name: str, found: dict[str, Solution]) -> str:
    try:
        lesson = course.assignment(name).name
    except CourseError:
        close = get_close_matches(name, found, n=3)
        return f"is it {' or '.join(close)}?" if close else f"exercises are {', '.join(found)}"
    return f"the exercises of {lesson} are {', '.join(n for n, s in found.items() if s.assignment == lesson)}"


def _solutions(path: Path, assignment: str) -> Iterator[Solution]:
    """The answers of a source in its order. Several below one text share its hints."""
    hints: list[tuple[str, str]] = []
    answered = False
    for cell in _CELLS.split(path.read_text(encoding="utf-8"))[1:]:
        head, _, body = cell.partition("\n")
        answer = _NAME.match(head)
        if answer:
            yield Solution(answer[1] or answer[2], assignment, tuple(hints), as_solved(body).strip())
            answered = True
        elif head.startswith(" [markdown]"):
            text = re.sub(r"^# ?", "", body, flags=re.MULTILINE)
            more = [(title.strip(), said.strip()) for title, said in _HINT.findall(text)]
            if more and answered:
                hints, answered = [], False
            hints = hints + more
