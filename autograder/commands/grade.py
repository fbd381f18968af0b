"""Grade and give feedback with a live display; the display knows engines only by their interface."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autograder.course import Assignment, Course, CourseError
from autograder.grading.interface import (
    Engine,
    Submission,
    find_submissions,
    remember_students,
    removed,
    said_of_removed,
)
from autograder.grading.nbgrader_settings import (
    has_gradebook,
    open_gradebook,
    require_gradebook_writable,
    require_release,
)
from autograder.grading.results import Result, Status
from autograder.grading.submissions.other_names import misnamed, students_who_handed_in
from autograder.notebooks.released import changes_since_release, read_released
from autograder.reports.feedback import who_gets_pages, write_feedback
from autograder.reports.record import Record, earlier_record, refresh_record, save_record
from autograder.reports.tables import COLOURS, NAME, points, seen
from autograder.terminal import bar, printable

LEAST_ROOM = 1 << 20
"""Bytes on the disk without which grading does not begin."""


def grade_assignment(
    course: Course, assignment: Assignment, engine: Engine, console: Console, students: Iterable[str] = ()
) -> Record:
    """Grade the class, a line for each submission as it finishes, and keep the record.

    The record has the gradebook's points, of everyone. On Ctrl-C what was graded until then is kept, and
    KeyboardInterrupt goes on to whoever called.
    """
    require_room(course)
    if has_gradebook(course):
        require_gradebook_writable(course)
    require_release(course, assignment.name)
    submissions = find_submissions(course, assignment.name, students)
    for line in _to_know_first(course, assignment):
        console.print(f"[yellow]{escape(printable(line))}[/]", highlight=False)
    if not submissions:
        raise CourseError(
            f"nobody handed in anything: put notebooks in {course.submitted('STUDENT', assignment.name)}, "
            f"or collect them with: nbgrader collect {assignment.name}"
        )
    earlier_record(course, assignment.name)  # a damaged one is said before the work, not after it
    console.print(f"grading {assignment.name} with {engine.name}", highlight=False)
    results: list[Result] = []
    try:
        _grade_all(course, assignment, submissions, engine, console, results)
    finally:
        if results:
            save_record(course, assignment, results)
            remember_students(course)
    fresh = [result.student for result in results if result.status is not Status.MISSING]
    return refresh_record(course, assignment, fresh)


def _to_know_first(course: Course, assignment: Assignment) -> list[str]:
    """What is graded otherwise than a look into the folders suggests."""
    gone = sorted(removed(course) & set(students_who_handed_in(course)))
    with open_gradebook(course) as gradebook:
        changes = list(changes_since_release(course, assignment, gradebook))
    return [*changes, *([said_of_removed(gone)] if gone else [])]


def _grade_all(
    course: Course,
    assignment: Assignment,
    submissions: Sequence[Submission],
    engine: Engine,
    console: Console,
    results: list[Result],
) -> None:
    running: list[str] = []
    lock = threading.Lock()
    with open_gradebook(course) as gradebook:
        released = read_released(course, assignment, gradebook).templates
    widest = min(NAME, max(len(submission.student) for submission in submissions))
    with _progress(console) as progress:
        task = progress.add_task("", total=len(submissions))

        def show() -> None:
            progress.update(task, description=escape(printable(", ".join(running))))

        def started(submission: Submission) -> None:
            with lock:
                running.append(submission.student)
                show()

        with closing(engine.grade(course, submissions, started)) as finished:  # type: ignore[type-var]
            for bare in finished:
                other = misnamed(course, assignment, bare.student, released)
                result = _sayable(_named(bare, other))
                results.append(result)
                with lock:
                    if bare.student in running:
                        running.remove(bare.student)
                    show()
                progress.advance(task)
                _show(progress.console, _line(result, widest))


def _named(result: Result, other: str) -> Result:
    """The result, saying which notebook of it is there under another name."""
    if not other:
        return result
    detail = other if result.status is Status.MISSING else "; ".join(filter(None, (result.detail, other)))
    return result.model_copy(update={"detail": detail})


def _sayable(result: Result) -> Result:
    """The result for the record: a folder's name need not be text, what is kept of it must be."""
    texts = {"student": result.student, "detail": result.detail}
    kept = {key: text.encode(errors="backslashreplace").decode() for key, text in texts.items()}
    return result.model_copy(update=kept)


def _line(result: Result, widest: int) -> str:
    colour = COLOURS[result.status]
    said = escape(seen(result))
    name = escape(printable(result.student)[:widest].ljust(widest))
    return (
        f"  {name}  [{colour}]{result.status.value:10}[/]  "
        f"{points(result):>8}  {bar(result.score, result.max_score)}  [dim]{said}[/]"
    )


def make_feedback(
    course: Course, assignment: Assignment, console: Console, students: Iterable[str] = ()
) -> tuple[int, int]:
    """Make the feedback pages; returns how many there are, and how many students have none."""
    chosen = who_gets_pages(course, assignment, students)
    if not chosen:
        whose = f" by {', '.join(students)}" if students else ""
        raise CourseError(
            f"there are no graded notebooks of {assignment.name}{whose}; run: cs-conv grade {assignment.name}"
        )
    pages = failed = 0
    with _progress(console) as progress:
        task = progress.add_task("feedback", total=len(chosen))
        for student, made, problem in write_feedback(course, assignment, chosen):
            name = escape(printable(student))
            progress.update(task, advance=1, description=name)
            if problem:
                failed += 1
                _show(progress.console, f"  {name}: [red]no feedback[/]: {escape(printable(problem))}")
            else:
                pages += len(made)
    return pages, failed


def _show(console: Console, line: str) -> None:
    """One line: as much of it as a terminal is wide, all of it in a file."""
    console.print(line, highlight=False, no_wrap=True, overflow="ellipsis", soft_wrap=not console.is_terminal)


def write_json(path: Path, records: Sequence[Record]) -> None:
    """Write the records for other programs: every score, status and misconception."""
    data = {"format": 1, "assignments": [record.model_dump(mode="json") for record in records]}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def require_writable(path: Path) -> None:
    """Say that a file cannot be written before an hour's work is to go into it."""
    there = path.exists()
    try:
        with path.open("a", encoding="utf-8"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        folder = path.absolute().parent
        why = f"{folder} is no folder" if not folder.is_dir() else str(error.strerror)
        raise CourseError(f"{path} cannot be written: {why}; name another file") from None


def require_room(course: Course) -> None:
    """Say before the work that its results could not be written."""
    for wanted in (course.autograded(), course.reports, course.root / ".cs-conv"):
        folder = next(path for path in (wanted, *wanted.parents) if path.exists())
        if not os.access(folder, os.W_OK | os.X_OK):
            raise CourseError(f"{folder} cannot be written; make it yours to write, and run this again")
    free = shutil.disk_usage(course.root).free
    if free < LEAST_ROOM:
        raise CourseError(
            f"the disk of {course.root} is full: {free >> 10} KB are left; make room and run this again"
        )


def _progress(console: Console) -> Progress:
    return Progress(
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
        speed_estimate_period=120,  # a loop that never ends must not look like the end of the world
    )
