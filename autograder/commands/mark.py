"""`cs-conv mark`: written answers, judged in groups in a file, and from there written into the gradebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from autograder.commands.selection import instructors_course
from autograder.course import Assignment, Course, CourseError, short
from autograder.grading.gradebook.open import open_gradebook, require_gradebook_writable, require_release
from autograder.grading.one_run import one_run
from autograder.grading.whole_files import write_whole
from autograder.grading.written.answers import Question, read_questions
from autograder.grading.written.marking_file import Judgement, Where, marking_file, read_marks
from autograder.grading.written.record_marks import Compared, compare, history, record
from autograder.terminal import console, count, printable

MOST_SHOWN = 60
"""The most changes that are listed."""


def run(
    name: str, write: bool, fresh: bool, shows_history: bool, file: Path | None, folder: Path | None
) -> None:
    """Make the file, show what it would change, or write that; exit code 1 if something was not written."""
    course = instructors_course(folder)
    assignment = course.assignment(name)
    require_release(course, assignment.name)
    path = file or course.root / "marks" / f"{assignment.name}.yml"
    # While points are written, no grading run may put another answer in the place of one that was read.
    alone = one_run(course, assignment.name) if write else nullcontext()
    with alone, open_gradebook(course) as gradebook:
        if shows_history:
            _show_history(history(gradebook, assignment.name))
            return
        questions, lacking = read_questions(course, assignment, gradebook)
        if lacking:
            names = escape(printable(", ".join(lacking)))
            console.print(f"[yellow]without a graded notebook (cs-conv grade):[/] {names}", highlight=False)
        if not questions:
            raise CourseError(
                f"{assignment.name} has no written answers that were graded; run: cs-conv grade"
            )
        if not path.exists():
            if write:
                raise CourseError(
                    f"there is no {short(path)} yet; make it with: cs-conv mark {assignment.name}"
                )
            _make(path, assignment, questions, {})
            return
        judged = read_marks(path, assignment)
        found = compare(questions, judged)
        if fresh:
            _refresh(
                path, assignment, questions, {change.where: judged[change.where] for change in found.changes}
            )
            return
        _show(found)
        if not write:
            if found.changes:
                console.print(f"to write this: cs-conv mark {assignment.name} --write", highlight=False)
            _advise(found, assignment)
            return
        require_gradebook_writable(course)
        _write(course, assignment, gradebook, path, found)


def _write(course: Course, assignment: Assignment, gradebook: Any, path: Path, found: Compared) -> None:
    late = record(gradebook, assignment.name, found.changes) if found.changes else []
    console.print(f"written: {count(len(found.changes) - len(late), 'grade')}", highlight=False)
    for change in late:
        console.print(f"[red]not written, somebody was quicker:[/] {_place(change.where)}", highlight=False)
    questions, _ = read_questions(course, assignment, gradebook)
    _refresh(path, assignment, questions, {})
    _advise(found, assignment)
    if late or found.stale:
        raise SystemExit(1)


def _make(
    path: Path, assignment: Assignment, questions: Sequence[Question], kept: Mapping[Where, Judgement]
) -> None:
    write_whole(path, marking_file(assignment, questions, kept).encode("utf-8", "replace"))
    answers = [answer for question in questions for answer in question.answers]
    waiting = sum(answer.waits for answer in answers)
    console.print(
        f"{escape(short(path))}: {count(len(answers), 'answer')} to {count(len(questions), 'question')}, "
        f"{waiting} waiting for points",
        highlight=False,
    )


def _refresh(
    path: Path, assignment: Assignment, questions: Sequence[Question], kept: Mapping[Where, Judgement]
) -> None:
    """Make the file anew; the old one is kept in earlier/ beside it."""
    earlier = path.parent / "earlier"
    earlier.mkdir(parents=True, exist_ok=True)
    number = 1
    while (earlier / f"{path.stem}-{number}{path.suffix}").exists():
        number += 1
    old = earlier / f"{path.stem}-{number}{path.suffix}"
    write_whole(old, path.read_bytes())
    _make(path, assignment, questions, kept)
    console.print(f"the file before is {escape(short(old))}", highlight=False)


def _show(found: Compared) -> None:
    if not found.changes:
        console.print("the file changes nothing", highlight=False)
        return
    table = Table("student", "cell", "points", "comment", box=None, pad_edge=False)
    for change in found.changes[:MOST_SHOWN]:
        old = change.before
        points = _change(old.points, change.points, lambda points: "-" if points is None else f"{points:g}")
        comment = _change(
            old.comment, change.comment, lambda text: repr(printable(text)[:40]) if text else "-"
        )
        style = "yellow" if change.overwrites else ""
        table.add_row(
            *map(escape, (printable(change.where[2]), change.where[1], points, comment)), style=style
        )
    console.print(table)
    if len(found.changes) > MOST_SHOWN:
        console.print(f"and {len(found.changes) - MOST_SHOWN} more", highlight=False)
    over = [change for change in found.changes if change.overwrites]
    lower = [c for c in over if c.before.points is not None and (c.points or 0) < c.before.points]
    size = f"{count(len(found.changes), 'grade')} would change"
    if over:
        size += f"; {len(over)} of them replace what a person gave"
    console.print(size + (f", {len(lower)} by fewer points" if lower else ""), highlight=False)


def _change(old: Any, new: Any, shown: Callable[[Any], str]) -> str:
    return shown(new) if old == new else f"{shown(old)} -> {shown(new)}"


def _advise(found: Compared, assignment: Assignment) -> None:
    """Say which judgements do not count, and what to do."""
    for judgement in found.stale[:MOST_SHOWN]:
        where = _place((judgement.notebook, judgement.cell, judgement.student))
        said = "" if judgement.points is None else f" (the file said {judgement.points:g} points)"
        what = "changed or judged since the file was made, not written"
        console.print(f"[red]{what}:[/] {where}{said}", highlight=False)
    for judgement in found.gone[:MOST_SHOWN]:
        where = _place((judgement.notebook, judgement.cell, judgement.student))
        console.print(f"[yellow]there is no such answer:[/] {where}", highlight=False)
    if found.stale:
        console.print(f"look at them anew: cs-conv mark {assignment.name} --fresh", highlight=False)


def _place(where: Where) -> str:
    notebook, cell, student = where
    return escape(printable(f"{student}, {cell} in {notebook}"))


def _show_history(rows: Sequence[Any]) -> None:
    if not rows:
        console.print("nothing was written by cs-conv mark yet", highlight=False)
        return
    table = Table("time", "by", "student", "cell", "points", "comment", box=None, pad_edge=False)
    for row in rows:
        points = _change(row.points_before, row.points, lambda value: "-" if value is None else f"{value:g}")
        comment = _change(
            row.comment_before, row.comment, lambda text: repr(printable(text)[:40]) if text else "-"
        )
        cells = (row.time, row.person, printable(row.student), row.cell, points, comment)
        table.add_row(*map(escape, cells))
    console.print(table)
