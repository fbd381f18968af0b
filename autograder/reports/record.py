"""The last grading of an assignment, kept as one JSON file that programs can read too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median

from pydantic import BaseModel, ConfigDict, ValidationError, computed_field

from autograder.course import Assignment, Course, CourseError
from autograder.grading.results import Mistake, Result, Status


class Misconception(BaseModel):
    """How many and who: the students in whose work a check recognised it."""

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
    results: tuple[Result, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def misconceptions(self) -> tuple[Misconception, ...]:
        """The misconceptions of the class, the most frequent first."""
        students: dict[tuple[str, str], list[str]] = {}
        first: dict[tuple[str, str], Mistake] = {}
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
        return [r.score for r in self.results if r.score is not None and r.status is not Status.MISSING]

    @property
    def summary(self) -> str:
        """One sentence on the class."""
        if not self.scores:
            return "nothing was handed in"
        full = sum(score >= self.max_score for score in self.scores)
        return (
            f"{len(self.scores)} submissions, mean {mean(self.scores):.1f}, median {median(self.scores):g} "
            f"of {self.max_score:g} points, {full} with all points"
        )


def record_path(course: Course, assignment: str) -> Path:
    """Where the record of an assignment lies."""
    return course.reports / f"{assignment}.json"


def save_record(course: Course, assignment: Assignment, results: Iterable[Result]) -> Record:
    """Keep the results; students who were not graded this time keep their earlier ones."""
    kept: dict[str, Result] = {}
    if record_path(course, assignment.name).exists():
        kept = {result.student: result for result in load_record(course, assignment.name).results}
    kept |= {result.student: result for result in results}
    record = Record(
        course=course.id,
        assignment=assignment.name,
        title=assignment.title,
        max_score=assignment.points,
        graded=datetime.now(UTC).replace(microsecond=0),
        results=tuple(kept[student] for student in sorted(kept)),
    )
    path = record_path(course, assignment.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".json.part")
    half.write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    half.replace(path)
    return record


def load_record(course: Course, assignment: str) -> Record:
    """Read the last grading of an assignment; CourseError where there was none."""
    path = record_path(course, assignment)
    try:
        return Record.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"{assignment} has not been graded yet; run: cs-conv grade {assignment}") from None
    except (ValidationError, ValueError):
        raise CourseError(f"{path} is damaged; delete it and run: cs-conv grade {assignment}") from None
