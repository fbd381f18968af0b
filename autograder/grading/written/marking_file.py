"""The file in which a person gives points and comments to groups of written answers: YAML, read strictly.

The answers stand in it as comments, so nothing that a student wrote is read back. Next to each name stands
the version of the answer and of its grade: a change since then is noticed.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from autograder.course import Assignment, CourseError, strict_yaml
from autograder.grading.written.alike import groups
from autograder.grading.written.answers import Answer, Question

MOST_LINES = 60
"""The most lines of an answer that the file shows."""
_WIDTH = 100


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


def _number(value: Any) -> Any:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise ValueError(f"must be a number of points, not {value!r}")
    return value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Points = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Text = Annotated[str, BeforeValidator(_text)]


class Group(_Strict):
    """Students who get the same points and the same comment. What is left empty changes nothing."""

    students: dict[str, Text]
    """The version of each student's answer."""
    points: Points | None = None
    meets: tuple[Text, ...] | None = None
    """The lines of the rubric that the answers meet; their points are added up."""
    comment: Text | None = None


class JudgedQuestion(_Strict):
    """A question and its groups."""

    notebook: Text
    cell: Text
    most: Points
    rubric: dict[str, Points] = {}
    groups: tuple[Group, ...] | None = ()


class MarkingFile(_Strict):
    """The whole file."""

    assignment: Text
    questions: tuple[JudgedQuestion, ...] | None = ()


@dataclass(frozen=True)
class Judgement:
    """What the file says about one answer: None where it says nothing."""

    notebook: str
    cell: str
    student: str
    version: str
    points: float | None
    comment: str | None


Where = tuple[str, str, str]
"""A notebook, a cell and a student."""


def read_marks(path: Path, assignment: Assignment) -> dict[Where, Judgement]:
    """What the file says. Raises CourseError with the line of what is wrong in it."""
    try:
        node, data = strict_yaml.read(path.read_text(encoding="utf-8"))
        file = MarkingFile.model_validate(data)
        if file.assignment != assignment.name:
            line = strict_yaml.line_of(node, ["assignment"])
            raise strict_yaml.LineError(line, f"the file is for {file.assignment}, not for {assignment.name}")
        return _judgements(node, file)
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8 text; save it as UTF-8") from None
    except strict_yaml.LineError as problem:
        raise CourseError(f"{path}, {problem}") from None
    except ValidationError as error:
        lines = (f"{path}, {problem}" for problem in strict_yaml.explain(node, error.errors(), "the file"))
        raise CourseError("\n".join(dict.fromkeys(lines))) from None


def _judgements(node: Any, file: MarkingFile) -> dict[Where, Judgement]:
    found: dict[Where, Judgement] = {}
    for q, question in enumerate(file.questions or ()):
        for g, group in enumerate(question.groups or ()):
            place = ["questions", q, "groups", g]
            points = _points(node, place, question, group)
            comment = _comment(question, group)
            for student, version in group.students.items():
                where = (question.notebook, question.cell, student)
                if where in found:
                    line = strict_yaml.line_of(node, [*place, "students", student])
                    raise strict_yaml.LineError(
                        line, f"{student} is in two groups of {question.cell}; keep one"
                    )
                found[where] = Judgement(*where, version, points, comment)
    return found


def _points(node: Any, place: list[Any], question: JudgedQuestion, group: Group) -> float | None:
    if group.meets is None:
        points, name = group.points, "points"
    else:
        name = "meets"
        unknown = [line for line in group.meets if line not in question.rubric]
        if unknown:
            known = ", ".join(question.rubric) or "nothing: write a rubric above the groups"
            problem = f"{unknown[0]!r} is not in the rubric; it has {known}"
            raise strict_yaml.LineError(strict_yaml.line_of(node, [*place, name]), problem)
        points = round(sum(question.rubric[line] for line in dict.fromkeys(group.meets)), 9)
        if group.points not in (None, points):
            problem = (
                f"points is {group.points:g}, but the lines of the rubric give {points:g}; keep one of them"
            )
            raise strict_yaml.LineError(strict_yaml.line_of(node, [*place, "points"]), problem)
    if points is not None and not 0 <= points <= question.most:
        problem = f"{points:g} points, but {question.cell} gives 0 to {question.most:g}"
        raise strict_yaml.LineError(strict_yaml.line_of(node, [*place, name]), problem)
    return points


def _comment(question: JudgedQuestion, group: Group) -> str | None:
    """The comment, below the lines of the rubric if those were used."""
    if group.meets is None:
        return group.comment
    lines = [
        f"{name}: {worth if name in group.meets else 0:g} of {worth:g}" if worth > 0 else f"{name}: {worth:g}"
        for name, worth in question.rubric.items()
        if worth > 0 or name in group.meets
    ]
    return "\n".join([*lines, *([group.comment] if group.comment else [])])


# Writing the file


def marking_file(
    assignment: Assignment, questions: Sequence[Question], kept: Mapping[Where, Judgement]
) -> str:
    """The file's text. `kept` are judgements of an earlier file that are not in the gradebook yet."""
    lines = [
        f"# Written answers of {assignment.name}. Fill in points, and a comment if you like, save, and run",
        f"#     cs-conv mark {assignment.name}            to see what would change",
        f"#     cs-conv mark {assignment.name} --write    to write it into the gradebook",
        "# Answers in a group are equal or alike. To judge a student apart, move the line with the name into",
        "# a group of its own. What is left empty, or taken out of this file, changes nothing.",
        f"assignment: {quoted(assignment.name)}",
        "questions:",
    ]
    for question in questions:
        lines += _question(assignment, question, kept)
    return "\n".join(lines) + "\n"


def _question(assignment: Assignment, question: Question, kept: Mapping[Where, Judgement]) -> Iterator[str]:
    yield ""
    yield from _remark(question.asked, "  # ")
    yield f"  - notebook: {quoted(question.notebook)}"
    yield f"    cell: {quoted(question.cell)}"
    yield f"    most: {exact(question.most)}"
    rubric = assignment.rubrics.get(question.cell, {})
    if rubric:
        yield "    rubric:"
        yield from (f"      {quoted(name)}: {exact(points)}" for name, points in rubric.items())
    yield "    groups:"
    for number, group in enumerate(_groups(question, kept), 1):
        yield from _group(number, question, group, kept, bool(rubric))


def _groups(question: Question, kept: Mapping[Where, Judgement]) -> list[list[Answer]]:
    """Alike answers that have the same points and comment; in each cluster those that wait come first."""
    by_student = {answer.student: answer for answer in question.answers}
    texts = {a.student: "\0".join([a.text, *a.pictures]) if a.pictures else a.text for a in question.answers}
    plain = {student: text for student, text in texts.items() if "\0" not in text}
    pasted = {student: text for student, text in texts.items() if "\0" in text}
    clusters = groups(plain, equal_only=question.is_code) + groups(pasted, equal_only=True)
    found = []
    for cluster in clusters:
        split: dict[tuple[Any, ...], list[Answer]] = {}
        for student in cluster:
            answer = by_student[student]
            points, comment = _shown(question, answer, kept)
            split.setdefault((not answer.waits, points is not None, points or 0, comment), []).append(answer)
        found += [split[key] for key in sorted(split)]
    return found


def _shown(question: Question, answer: Answer, kept: Mapping[Where, Judgement]) -> tuple[float | None, str]:
    """The points and the comment that the file has for an answer."""
    judged = kept.get((question.notebook, question.cell, answer.student))
    if judged is not None:
        return judged.points, judged.comment or ""
    return (None if answer.waits else answer.points), answer.comment


def _group(
    number: int, question: Question, group: Sequence[Answer], kept: Mapping[Where, Judgement], rubric: bool
) -> Iterator[str]:
    first = group[0]
    points, comment = _shown(question, first, kept)
    size = f"{len(group)} students" if len(group) > 1 else "1 student"
    yield ""
    yield f"      # {number}. {size}, {'waiting' if first.waits else 'judged'}"
    by_text: dict[tuple[str, tuple[str, ...]], list[Answer]] = {}
    for answer in group:
        by_text.setdefault((answer.text, answer.pictures), []).append(answer)
    for (text, pictures), same in sorted(by_text.items(), key=lambda item: -len(item[1])):
        names = ", ".join(answer.student for answer in same[:8]) + (", ..." if len(same) > 8 else "")
        yield from _remark(f"{names}:" if len(by_text) > 1 else "", "      # ")
        unwritten = text.strip() in ("", question.released.strip())
        yield from _remark("(nothing was written)" if unwritten else text, "      #   | ")
        if pictures:
            yield f"      #   ({len(pictures)} pictures; see them in formgrader)"
    for answer in group:
        if answer.waits and answer.points is not None:
            yield from _remark(
                f"{answer.student}: {answer.points:g} points before, then the answer changed", "      # "
            )
    yield "      - students:"
    yield from (f"          {quoted(answer.student)}: {answer.version}" for answer in group)
    if rubric and points is None:
        yield "        meets:"
    yield f"        points:{'' if points is None else f' {exact(points)}'}"
    yield f"        comment:{f' {quoted(comment)}' if comment else ''}"


def _remark(text: str, before: str) -> Iterator[str]:
    """The text as lines of a comment in YAML, with `?` for what a file of text cannot hold."""
    lines = []
    for line in text.splitlines():
        plain = "".join(c if c.isprintable() else "?" for c in line.expandtabs(4).rstrip())
        lines += textwrap.wrap(plain, _WIDTH, replace_whitespace=False, drop_whitespace=False) or [""]
    more = len(lines) - MOST_LINES
    yield from (f"{before}{line}".rstrip() for line in lines[:MOST_LINES])
    if more > 0:
        yield f"{before}... {more} more lines; see them in formgrader"


def exact(points: float) -> str:
    """A number of points, as YAML reads it back exactly."""
    return repr(float(points)).removesuffix(".0")


def quoted(text: str) -> str:
    """A text between double quotes, as YAML reads it back exactly."""
    escaped = "".join(_escaped(character) for character in text)
    return f'"{escaped}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character == "\n":
        return "\\n"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
