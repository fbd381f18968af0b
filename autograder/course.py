"""The description of the course, `course.yml`, read once and validated.

Whoever needs to know what the assignments are, what they are worth and what an answer may do asks
here; nothing else reads the file. A mistake in it becomes a `CourseError` that names the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

COURSE_FILE = "course.yml"
DEEPEST = 20
"""Levels of nesting, of which a course needs five."""


class CourseError(Exception):
    """What is wrong with the course and what to do about it; meant for a person to read."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _date(value: Any) -> datetime:
    """Read a date with its time zone; UTC where none is named, the end of the day where no time is."""
    text = re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", str(value).strip())
    try:
        date = datetime.fromisoformat(text)
    except ValueError as error:
        why = f" ({error})" if "out of range" in str(error) or "must be in" in str(error) else ""
        raise ValueError(f"{value!r} is no date{why}; write it as 2027-02-12 23:59 +00:00") from None
    if not isinstance(value, str) or not 2000 <= date.year < 3000:
        raise ValueError(f"{value!r} is no date of a course; write it as 2027-02-12 23:59 +00:00")
    if re.fullmatch(r"[\d-]+", text):
        date = datetime.combine(date, time(23, 59))
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _folder_name(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", value):
        raise ValueError(f"{value!r} cannot be a folder's name; use letters, digits, '-', '_' and '.'")
    return value


def _module_name(value: Any) -> Any:
    if not isinstance(value, str) or not all(part.isidentifier() for part in value.split(".")):
        raise ValueError(f"{value!r} is no module's name; write it as after `import`, for instance numpy")
    return value


Name = Annotated[str, BeforeValidator(_folder_name)]
Due = Annotated[datetime, BeforeValidator(_date)]
Module = Annotated[str, BeforeValidator(_module_name)]
Count = Annotated[int, Field(strict=True, ge=1, le=10**7)]
Points = Annotated[int, Field(strict=True, ge=0, le=10**6)]


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


class Assignment(_Strict):
    """One folder of notebooks, released and graded together."""

    name: Name
    title: str = Field(min_length=1)
    due: Due | None = None
    notebooks: dict[Name, Points] = Field(min_length=1)
    limits: Limits = Limits()
    allow: tuple[Module, ...] = ()

    @property
    def points(self) -> int:
        """The points of all its notebooks together."""
        return sum(self.notebooks.values())


class Description(_Strict):
    """What `course.yml` says, with each assignment's own limits filled in from the course's."""

    course: Name
    title: str = Field(min_length=1)
    limits: Limits = Limits()
    allow: tuple[Module, ...] = ()
    assignments: tuple[Assignment, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _hand_down(cls, data: Any) -> Any:
        """Let every assignment start from the course's `limits:` and `allow:`."""
        if not isinstance(data, dict) or not isinstance(data.get("assignments"), list):
            return data
        common = {key: data[key] for key in ("limits", "allow") if key in data}
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


class Course:
    """A course on disk: its description and where its parts lie."""

    def __init__(self, root: Path, description: Description) -> None:
        self.root = root
        self.description = description

    @property
    def id(self) -> str:
        """The course's id in nbgrader."""
        return self.description.course

    @property
    def title(self) -> str:
        """The course's name for people."""
        return self.description.title

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """All assignments, in the order of the course."""
        return self.description.assignments

    def assignment(self, name: str) -> Assignment:
        """Find an assignment by its name, or by a beginning that fits no other ("02")."""
        names = [a.name for a in self.assignments]
        found = [a for a in self.assignments if a.name == name]
        found = found or [a for a in self.assignments if a.name.startswith(name)]
        if len(found) != 1:
            problem = "fits several assignments" if found else "is no assignment"
            raise CourseError(f"{name!r} {problem} of this course; it has {', '.join(names)}")
        return found[0]

    # Where things lie. The names are nbgrader's own, so that its commands find them.

    @property
    def answers(self) -> Path:
        """The sources with answers, in percent format."""
        return self.root / "solutions"

    @property
    def source(self) -> Path:
        """The sources as notebooks, made for nbgrader."""
        return self.root / SOURCE

    @property
    def releases(self) -> Path:
        """What students receive."""
        return self.root / RELEASE

    @property
    def gradebook(self) -> Path:
        """nbgrader's gradebook (SQLite)."""
        return self.root / "gradebook.db"

    @property
    def reports(self) -> Path:
        """What the last grading of each assignment found."""
        return self.root / "reports"

    def submitted(self, student: str = "", assignment: str = "") -> Path:
        """What students handed in."""
        return self.root / "submitted" / student / assignment

    def autograded(self, student: str = "", assignment: str = "") -> Path:
        """Their notebooks after running."""
        return self.root / "autograded" / student / assignment

    def feedback(self, student: str = "", assignment: str = "") -> Path:
        """The pages that they get back."""
        return self.root / "feedback" / student / assignment


SOURCE = "build/source"
RELEASE = "assignments"


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds a course.yml."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / COURSE_FILE).is_file():
            return folder
    raise CourseError(
        f"there is no {COURSE_FILE} in {start} or above it; go into the course's folder "
        f"or name it with --course FOLDER"
    )


def short(path: Path) -> str:
    """A path as short as it can be said from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def load_course(root: Path) -> Course:
    """Read and validate `root`/course.yml.

    Raises CourseError, which names the file, the line, what is wrong there and what to do.
    """
    root = Path(root)
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
    node, data = _parse(text)
    try:
        description = Description.model_validate(data)
    except ValidationError as error:
        raise CourseError(_explain(node, error)) from None
    _refuse_repeated_names(node, description)
    return Course(root.resolve(), description)


class _Plain(yaml.SafeLoader):
    """YAML without its surprises: dates stay text, 010 is no octal and 12:30 no number of seconds."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's own way)
        first: [(tag, form) for tag, form in known if not tag.endswith((":timestamp", ":int"))]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Plain.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][0-9]{0,17})$"), list("-+0123456789")
)


def _parse(text: str) -> tuple[yaml.Node | None, Any]:
    """The file as YAML sees it, with its lines, and as plain data."""
    loader: Any = _Plain
    try:
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            mark: Any = event.start_mark
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise CourseError(
                    f"{COURSE_FILE}, line {mark.line + 1}: is nested too deeply to be a course's"
                )
            if isinstance(event, yaml.AliasEvent):
                raise CourseError(
                    f"{COURSE_FILE}, line {mark.line + 1}: *{event.anchor} stands for something above, which "
                    "is not read here; write it out"
                )
        node = yaml.compose(text, Loader=loader)
        _refuse_repeated_keys(node)
        return node, loader("").construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CourseError(
            f"{COURSE_FILE}, line {mark.line + 1 if mark else 1}: {error.problem or error.context}; look at "
            "the indentation, colons and quotes near it"
        ) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise CourseError(
            f"{COURSE_FILE}, line {line}: holds a character that text cannot hold (number "
            f"{error.character}); delete it"
        ) from None


def _explain(node: yaml.Node | None, error: ValidationError) -> str:
    """One line of text for each problem, with the line of the file it is on."""
    problems = error.errors()
    common = [problem for problem in problems if problem["loc"][:1] in (("limits",), ("allow",))]
    lines = []
    # What is wrong in the course's own limits was handed down to every assignment: say it once.
    for problem in common or problems:
        if problem["type"] == "too_short" and len(problems) > 1:
            continue
        where = [part for part in problem["loc"] if part != "[key]"]
        name = ".".join(str(part) for part in where) or "the course"
        lines.append(f"{COURSE_FILE}, line {_line(node, where)}: {name}: {_advice(problem)}")
    return "\n".join(dict.fromkeys(lines))


_KINDS: Mapping[str, str] = {
    "model_type": "must be a section: names and values, indented below it",
    "dict_type": "must be a section: names and values, indented below it",
    "tuple_type": "must be a list: [one, two], or lines that begin with a dash",
    "string_type": "must be text (a string; quote it)",
    "int_type": "must be a whole number",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}


def _advice(problem: Any) -> str:
    kind, message = problem["type"], str(problem["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        return "is not known here; remove it or correct its spelling"
    if kind == "value_error":
        return message
    given = {dict: "a section", list: "a list", type(None): "nothing"}.get(type(problem["input"]))
    return f"{_KINDS.get(kind, message[0].lower() + message[1:])}, not {given or repr(problem['input'])[:80]}"


def _line(node: yaml.Node | None, where: list[Any]) -> int:
    """The line (from 1) of the value at `where`, or of the nearest thing around it that exists."""
    line = 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == str(part)]
            if not pairs:
                break
            line, node = pairs[0][0].start_mark.line + 1, pairs[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _refuse_repeated_keys(node: yaml.Node | None) -> None:
    """YAML keeps the last of two equal keys silently; an assignment's points must not vanish so."""
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_repeated_keys(child)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if not isinstance(key, yaml.ScalarNode):
                raise CourseError(f"{COURSE_FILE}, line {line}: a name is expected before the colon")
            if name in seen:
                raise CourseError(
                    f"{COURSE_FILE}, line {line}: {name} was already given on line {seen[name]}; "
                    "keep one of them"
                )
            seen[name] = line
            _refuse_repeated_keys(value)


def _refuse_repeated_names(node: yaml.Node | None, description: Description) -> None:
    """Two assignments in one folder; names that differ in capitals alone are one folder on some systems."""
    seen: dict[str, int] = {}
    for number, assignment in enumerate(description.assignments):
        line = _line(node, ["assignments", number, "name"])
        name = assignment.name.casefold()
        if name in seen:
            raise CourseError(
                f"{COURSE_FILE}, line {line}: the assignment {assignment.name} is described twice, first on "
                f"line {seen[name]}; give each its own name"
            )
        seen[name] = line
