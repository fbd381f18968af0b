"""`course.yml` as data: the assignments, and what an answer may use while it is graded.

Only this module reads the file. A mistake in it becomes a `CourseError` that names the line.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from autograder.course import strict_yaml
from autograder.course.errors import CourseError

COURSE_FILE = "course.yml"
DAY = 24 * 60 * 60
"""Seconds."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def read_date(value: Any) -> datetime:
    """Read a date. Without a time zone it is in UTC, without a time it is 23:59."""
    text = re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", str(value).strip())
    try:
        date = datetime.fromisoformat(text)
    except ValueError as error:
        why = f" ({error})" if "out of range" in str(error) or "must be in" in str(error) else ""
        raise ValueError(f"{value!r} is not a date{why}; write it as 2027-02-12 23:59 +00:00") from None
    if not isinstance(value, str) or not 2000 <= date.year < 3000:
        raise ValueError(f"{value!r} cannot be the date of a course; write it as 2027-02-12 23:59 +00:00")
    if re.fullmatch(r"[\d-]+", text):
        date = datetime.combine(date, time(23, 59))
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _folder_name(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", value):
        raise ValueError(f"{value!r} cannot be a folder's name; use letters, digits, '-', '_' and '.'")
    return value


def _module_name(value: Any) -> Any:
    if not isinstance(value, str) or not all(part.isidentifier() for part in value.split(".")):
        raise ValueError(f"{value!r} is not a module's name; write it as after `import`, for instance numpy")
    return value


Name = Annotated[str, BeforeValidator(_folder_name)]
Due = Annotated[datetime, BeforeValidator(read_date)]
Module = Annotated[str, BeforeValidator(_module_name)]
Count = Annotated[int, Field(strict=True, ge=1, le=10**7)]
Points = Annotated[float, Field(strict=True, ge=0, le=10**6, allow_inf_nan=False)]
RubricPoints = Annotated[float, Field(strict=True, ge=-(10**6), le=10**6, allow_inf_nan=False)]


def _notebooks(value: Any) -> Any:
    """`notebooks:` as a section of names with points, which may also be a plain list of names."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        given = "nothing" if value is None else repr(value)[:80]
        raise ValueError(f"must list names, as in [conv_forward], or be a section of names, not {given}")
    for number, name in enumerate(value):
        if not isinstance(name, str):
            raise ValueError(f"{name!r} cannot be a notebook's name; list names, as in [conv_forward]")
        if name in value[:number]:
            raise ValueError(f"{name} is listed twice; keep one of them")
    return dict.fromkeys(value)


class Limits(_Strict):
    """What one submitted notebook may use while it is graded."""

    seconds_a_cell: Count = 30
    seconds_in_all: Count = 180
    memory_mb: Annotated[Count, Field(ge=512)] = 4096
    processes: Count = 32
    file_mb: Count = 64
    output_kb: Count = 256

    @model_validator(mode="after")
    def _a_cell_within_the_whole(self) -> Limits:
        if self.seconds_a_cell > self.seconds_in_all:
            raise ValueError(
                f"seconds_a_cell is {self.seconds_a_cell}, more than seconds_in_all, {self.seconds_in_all}; "
                "make the second at least as large as the first"
            )
        return self


class Late(_Strict):
    """What a submission loses that comes after its due date. Without this section it loses nothing."""

    percent_a_day: Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)] = 0
    """Of the points that were earned, for each day that has begun."""
    days: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    """How many days late it may come; later it earns nothing. None: as late as it likes."""
    grace_minutes: Annotated[int, Field(strict=True, ge=0, le=10**5)] = 0
    """What comes so many minutes late counts as in time."""

    def penalty(self, score: float, seconds: float) -> float:
        """The points that a submission with `score` points loses, `seconds` after its due date."""
        if seconds <= 60 * self.grace_minutes:
            return 0.0
        begun = ceil(seconds / DAY)
        if self.days is not None and seconds > self.days * DAY:
            return score
        return score * min(1.0, self.percent_a_day * begun / 100)

    def __str__(self) -> str:
        said = [f"{self.percent_a_day:g}% less for each day begun"] if self.percent_a_day else []
        if self.days is not None:
            days = f"{self.days} day" + ("" if self.days == 1 else "s")
            said.append(f"nothing counts after {days}" if self.days else "nothing counts that is late")
        if said and self.grace_minutes:
            said.append(f"{self.grace_minutes} minutes late count as in time")
        return ", ".join(said) or "nothing is lost"


class Assignment(_Strict):
    """One folder of notebooks, released and graded together."""

    name: Name
    title: str = Field(min_length=1)
    due: Due | None = None
    notebooks: Annotated[dict[Name, Points | None], BeforeValidator(_notebooks)] = Field(min_length=1)
    """The notebooks' names. Points stand in their cells. If a value is not None, the points of their tests
    must add up to it.
    """
    limits: Limits = Limits()
    late: Late | None = None
    allow: tuple[Module, ...] = ()
    rubrics: dict[str, dict[str, RubricPoints]] = {}
    """For written answers, by grade_id: what to look for, and its points; negative ones are taken off."""


class Description(_Strict):
    """All that `course.yml` says. Each assignment has its own limits and `late:`, or those of the course."""

    course: Name
    title: str = Field(min_length=1)
    limits: Limits = Limits()
    late: Late | None = None
    allow: tuple[Module, ...] = ()
    assignments: tuple[Assignment, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _hand_down(cls, data: Any) -> Any:
        """Let every assignment start from the course's `limits:`, `late:` and `allow:`."""
        if not isinstance(data, dict) or not isinstance(data.get("assignments"), list):
            return data
        common = {key: data[key] for key in ("limits", "late", "allow") if key in data}
        assignments = []
        for own in data["assignments"]:
            if isinstance(own, dict):
                merged = common | own
                ours, theirs = common.get("limits"), own.get("limits")
                if isinstance(ours, dict) and isinstance(theirs, dict):
                    merged["limits"] = ours | theirs
                own = merged
            assignments.append(own)
        return data | {"assignments": assignments}


def read_description(root: Path) -> Description:
    """Read and validate `root`/course.yml.

    Raises CourseError with the file, the line, what is wrong there and what to do.
    """
    path = root / COURSE_FILE
    if root.is_file():
        raise CourseError(f"{root} is a file; name the folder that it lies in: --course {root.parent}")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CourseError(f"{path} does not exist; a course is a folder with a {COURSE_FILE}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CourseError(f"{COURSE_FILE}, line {line}: is not UTF-8 text; save {path} as UTF-8") from None
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}") from None
    return _described(text)


@lru_cache(8)
def _described(text: str) -> Description:
    """The description in this text. Raises CourseError."""
    try:
        node, data = strict_yaml.read(text)
        description = Description.model_validate(data)
        _refuse_repeated_names(node, description)
    except strict_yaml.LineError as problem:
        raise CourseError(f"{COURSE_FILE}, {problem}") from None
    except ValidationError as error:
        problems = _worth_saying(error)
        lines = (f"{COURSE_FILE}, {problem}" for problem in strict_yaml.explain(node, problems, "the course"))
        raise CourseError("\n".join(dict.fromkeys(lines))) from None
    return description


def _worth_saying(error: ValidationError) -> list[Any]:
    """The problems, each once: a wrong limit of the course shows up again in every assignment."""
    problems = error.errors()
    common = [problem for problem in problems if problem["loc"][:1] in (("limits",), ("late",), ("allow",))]
    kept = common or problems
    return [problem for problem in kept if problem["type"] != "too_short" or len(kept) == 1]


def _refuse_repeated_names(node: yaml.Node | None, description: Description) -> None:
    """Refuse two assignments in one folder; on some systems, names in another case are the same folder."""
    seen: dict[str, int] = {}
    for number, assignment in enumerate(description.assignments):
        line = strict_yaml.line_of(node, ["assignments", number, "name"])
        name = assignment.name.casefold()
        if name in seen:
            raise strict_yaml.LineError(
                line,
                f"the assignment {assignment.name} is described twice, first on line {seen[name]}; "
                "give each its own name",
            )
        seen[name] = line
