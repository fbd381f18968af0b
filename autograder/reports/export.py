"""Grades for Canvas and Moodle, in the columns that they import.

Students choose their names, and a spreadsheet would run a cell that begins with `=`. Such a cell gets an
apostrophe in front, which tells every spreadsheet that it is text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Assignment, Course, CourseError
from autograder.grading.collect.csv_files import read_csv
from autograder.grading.collect.roster import UNIQUE, Person, Roster, course_names
from autograder.grading.gradebook.late_penalty import LatePolicy
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.gradebook.read import read_submissions, waits_for_a_person
from autograder.notebooks.points import possible_points

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
EXCUSED = ("EX", "N/A")
"""What Canvas has in the place of points for a student who need not hand in; it stays."""
IGNORED = re.compile(r"final|\b(current|override) (score|points|grade)|read only", re.IGNORECASE)
"""Titles of assignments that Canvas may take for totals of its own, and ignore."""
WORKSHEET = {"Identifier", "Grade"}
MOODLE = ("First name", "Last name", "ID number", "Email address")


@dataclass(frozen=True)
class StudentPoints:
    """A student of the gradebook, with the points of each assignment that was handed in."""

    id: str
    first: str
    last: str
    email: str
    points: dict[str, float]


def read_grades(course: Course, assignments: Sequence[Assignment]) -> tuple[list[StudentPoints], int]:
    """Every student of the gradebook, and how many submissions wait for a person's judgement."""
    points: dict[str, dict[str, float]] = {}
    waiting = 0
    late = LatePolicy(course)
    with open_gradebook(course) as gradebook:
        for assignment in assignments:
            for submission in read_submissions(gradebook, assignment.name):
                points.setdefault(submission.student.id, {})[assignment.name] = late.final_score(submission)
                grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
                waiting += any(map(waits_for_a_person, grades))
        students = [
            StudentPoints(s.id, s.first_name or "", s.last_name or "", s.email or "", points.get(s.id, {}))
            for s in sorted(gradebook.students, key=lambda student: student.id)
        ]
    return students, waiting


def read_possible(course: Course, assignments: Sequence[Assignment]) -> dict[str, float]:
    """The most points of each assignment, by its name; points by hand are included."""
    with open_gradebook(course) as gradebook:
        return {assignment.name: possible_points(course, assignment, gradebook) for assignment in assignments}


def guarded(text: str) -> str:
    """The text, changed if a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def canvas_rows(
    students: Iterable[StudentPoints],
    assignments: Sequence[Assignment],
    possible: Mapping[str, float],
    rosters: Sequence[Path] = (),
) -> tuple[list[list[str]], list[str]]:
    """The rows of a Canvas import, and the students whom the rosters do not know.

    `possible` is what `read_possible` returns. One of the rosters is a gradebook that Canvas exported, with
    its ids of students and assignments. Without it Canvas finds students by their login, and asks which
    assignment a column is. Further rosters tell who is who.
    """
    students = list(students)
    lists = _Lists(rosters, _is_of_canvas, students)
    if rosters and not lists.own.has_rows:
        raise CourseError(
            f"{rosters[0]} is not an export of Canvas's gradebook: it has no columns Student and ID"
        )
    titles = {
        re.sub(r" \(\d+\)$", "", name).casefold(): name
        for name in lists.own.headings
        if re.search(r" \(\d+\)$", name)
    }
    head = [titles.get(a.title.casefold()) or titles.get(a.name.casefold()) or a.title for a in assignments]
    rows = [
        [*CANVAS, *head],
        ["    Points Possible", "", "", "", "", *(f"{possible[a.name]:g}" for a in assignments)],
    ]
    unknown = []
    for student in students:
        person = lists.row_of(student.id)
        cells = _cells(student, assignments)
        if person is None and rosters:
            unknown.append(student.id)
        elif person is None:
            name = ", ".join(filter(None, (student.last, student.first))) or student.id
            rows.append([*map(guarded, (name, "", "", student.id, "")), *cells])
        else:
            name = person.cells.get("Student") or ", ".join((person.first("last"), person.first("first")))
            who = [name, *(person.cells.get(column, "") for column in CANVAS[1:])]
            excused = [person.cells.get(title, "").upper() in EXCUSED for title in head]
            cells = [person.cells[t] if out else c for t, c, out in zip(head, cells, excused, strict=True)]
            rows.append([*map(guarded, who), *cells])
    return rows, unknown


def moodle_rows(
    students: Iterable[StudentPoints],
    assignments: Sequence[Assignment],
    rosters: Sequence[Path] = (),
    numbers: Mapping[str, str] | None = None,
) -> tuple[list[list[str]], list[str]]:
    """The rows of a Moodle import, and the students whom the rosters do not know.

    Moodle finds students by "ID number" or "Email address". If one of the rosters is the grading worksheet of
    the one assignment, the rows are the worksheet's own, with the grades filled in. `numbers` are Moodle's of
    the students whose submissions were collected from it.
    """
    students = list(students)
    lists = _Lists(rosters, _is_worksheet if len(assignments) == 1 else _is_none, students, numbers)
    worksheet = lists.own.has_rows
    rows = [lists.own.headings] if worksheet else [[*MOODLE, *(a.title for a in assignments)]]
    unknown = []
    for student in students:
        person = lists.row_of(student.id) if worksheet else lists.people.get(student.id)
        cells = _cells(student, assignments)
        if person is None and rosters:
            unknown.append(student.id)
        elif person is None:
            email = student.email or (student.id if "@" in student.id else "")
            who = (student.first, student.last, student.id, email)
            rows.append([*map(guarded, who), *cells])
        elif worksheet:
            filled = person.cells | ({"Grade": cells[0]} if cells[0] else {})
            rows.append([_of_worksheet(name, filled.get(name, "")) for name in lists.own.headings])
        else:
            first, last = (person.first(kind) for kind in ("first", "last"))
            who = (first or student.first, last or student.last, person.first("sid"), person.first("email"))
            rows.append([*map(guarded, who), *cells])
    return rows, unknown


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write the rows as UTF-8 CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _of_worksheet(heading: str, text: str) -> str:
    """A cell of Moodle's worksheet, guarded if it may be a student's own text, as "Online text" is."""
    return text if heading in WORKSHEET or text == "-" else guarded(text)


def _cells(student: StudentPoints, assignments: Sequence[Assignment]) -> list[str]:
    """The cells with points. An empty cell does not change what the other system has."""
    return [f"{student.points[a.name]:g}" if a.name in student.points else "" for a in assignments]


class _Lists:
    """Lists of students: those that a system exported itself, whose rows it takes back, and all together."""

    def __init__(
        self,
        rosters: Sequence[Path],
        is_own: Callable[[set[str]], bool],
        students: Sequence[StudentPoints],
        numbers: Mapping[str, str] | None = None,
    ) -> None:
        self.own, known = Roster(), Roster()
        for path in rosters:
            known.read(path)
            if is_own(set(read_csv(path)[0])):
                self.own.read(path)
        self.people = course_names(known.people, [student.id for student in students])
        """Everybody by their name in the course."""
        mine = {s.id: self.people[s.id] for s in students if s.id in self.people}
        self._rows = {name: self._own_row(person) for name, person in mine.items()}
        taken = set(map(id, self._rows.values()))
        for student, number in (numbers or {}).items():
            row = self.own.find(participant=number)
            if self._rows.get(student) is None and row is not None and id(row) not in taken:
                self._rows[student] = row

    def row_of(self, student: str) -> Person | None:
        """A student's row in what the system exported."""
        return self._rows.get(student)

    def _own_row(self, person: Person) -> Person | None:
        asked = ((kind, text) for kind in UNIQUE for text in person.known_as.get(kind, ()))
        found = (self.own.find(**{kind: text}) for kind, text in asked)
        return next(filter(None, found), None)


def _is_of_canvas(headings: set[str]) -> bool:
    return headings >= {"ID", "Section"} and bool({"Student", "LastName"} & headings)


def _is_worksheet(headings: set[str]) -> bool:
    return headings >= WORKSHEET


def _is_none(headings: set[str]) -> bool:
    return False
