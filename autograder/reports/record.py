"""The record of an assignment's last grading, stored as a JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median

from pydantic import BaseModel, ConfigDict, ValidationError, computed_field

from autograder.course import Assignment, Course, CourseError
from autograder.grading.results import FoundMistake, Result, Status
from autograder.terminal import count


class Misconception(BaseModel):
    """A mistake that checks recognised, with the students who made it."""

    model_config = ConfigDict(frozen=True)

    exercise: str
    name: str
    advice: str
    students: tuple[str, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def count(self) -> int:
        """The number of students."""
        return len(self.students)


class Record(BaseModel):
    """Every score, status and misconception of one assignment."""

    model_config = ConfigDict(frozen=True)

    course: str
    assignment: str
    title: str
    max_score: float
    graded: datetime
    read: datetime | None = None
    """When the points were last compared with the gradebook."""
    results: tuple[Result, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def misconceptions(self) -> tuple[Misconception, ...]:
        """The misconceptions of the class, the most frequent first."""
        students: dict[tuple[str, str], list[str]] = {}
        first: dict[tuple[str, str], FoundMistake] = {}
        for result in self.results:
            for key in dict.fromkeys((m.exercise, m.name) for m in result.mistakes):
                students.setdefault(key, []).append(result.student)
            for mistake in result.mistakes:
                first.setdefault((mistake.exercise, mistake.name), mistake)
        found = [
            Misconception(
                exercise=exercise, name=name, advice=first[exercise, name].advice, students=tuple(who)
            )
            for (exercise, name), who in students.items()
        ]
        return tuple(sorted(found, key=lambda m: (-m.count, m.exercise, m.name)))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def statuses(self) -> dict[str, int]:
        """How many submissions ended in which way."""
        counts = {status.value: sum(r.status is status for r in self.results) for status in Status}
        return {status: count for status, count in counts.items() if count}

    @property
    def scores(self) -> list[float]:
        """The scores of what was handed in and graded."""
        counted = (r for r in self.results if r.score or r.status is not Status.MISSING)
        return [r.score for r in counted if r.score is not None]

    @property
    def summary(self) -> str:
        """One sentence on the class."""
        if not self.scores:
            return "nothing was handed in"
        said = (
            f"{count(len(self.scores), 'submission')}, mean {mean(self.scores):.1f}, "
            f"median {median(self.scores):g} of {self.max_score:g} points, {self.full} with all points"
        )
        if not self.waiting:
            return said
        return f"{said}, {self.waiting} {'waits' if self.waiting == 1 else 'wait'} for a person"

    @property
    def full(self) -> int:
        """How many have all points."""
        return sum(score >= self.max_score for score in self.scores)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def waiting(self) -> int:
        """How many submissions a person still has to look at."""
        return sum(bool(result.waiting) for result in self.results)


def record_path(course: Course, assignment: str) -> Path:
    """The file of an assignment's record."""
    return course.reports / f"{assignment}.json"


def save_record(course: Course, assignment: Assignment, results: Iterable[Result]) -> Record:
    """Store the results. Students who were not graded this time keep their earlier ones."""
    before = earlier_record(course, assignment.name)
    kept = {result.student: result for result in before.results} if before else {}
    results = list(results)
    kept |= {result.student: result for result in results}
    record = Record(
        course=course.id,
        assignment=assignment.name,
        title=assignment.title,
        max_score=max((result.max_score for result in results), default=0.0),
        graded=datetime.now(UTC).replace(microsecond=0),
        results=tuple(kept[student] for student in sorted(kept)),
    )
    return store_record(course, record)


def store_record(course: Course, record: Record) -> Record:
    """Write the record to its file, whole or not at all; returns it."""
    path = record_path(course, record.assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".json.part")
    half.write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    half.replace(path)
    return record


def load_record(course: Course, assignment: str) -> Record:
    """Read the record of an assignment. Raises CourseError if there is none."""
    record = earlier_record(course, assignment)
    if record is None:
        raise CourseError(f"{assignment} has not been graded yet; run: cs-conv grade {assignment}")
    return record


def earlier_record(course: Course, assignment: str) -> Record | None:
    """The record of an assignment, None if there is none. Raises CourseError if it is damaged."""
    path = record_path(course, assignment)
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValidationError, ValueError):
        raise CourseError(f"{path} is damaged; delete it and run: cs-conv grade {assignment}") from None


def write_json(path: Path, records: Sequence[Record]) -> None:
    """Write records into one file for other programs: every score, status and misconception."""
    data = {"format": 1, "assignments": [record.model_dump(mode="json") for record in records]}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
