"""`cs-conv grade`: a class graded while you watch. The display knows engines only by their interface."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder.commands.live_display import moving_bar, show_line
from autograder.commands.report import show_record
from autograder.commands.selection import chosen_in, instructors_course
from autograder.commands.writable import require_room, require_writable
from autograder.course import Assignment, Course, CourseError, short
from autograder.grading.gradebook.open import (
    has_gradebook,
    open_gradebook,
    require_gradebook_writable,
    require_release,
)
from autograder.grading.interface import Engine, Submission
from autograder.grading.results import Result, Status
from autograder.grading.submissions.other_names import misnamed, misnamed_folders
from autograder.grading.submissions.students import (
    about_removed,
    find_submissions,
    remember_students,
    removed,
    students_who_handed_in,
)
from autograder.notebooks.changes_since_release import changes_since_release
from autograder.notebooks.released import read_released
from autograder.reports.changes import changes, changes_table
from autograder.reports.record import Record, earlier_record, save_record, write_json
from autograder.reports.refresh_record import refresh_record
from autograder.reports.tables import COLOURS, NAME, points_text, seen
from autograder.terminal import bar, console, printable


def run(
    names: Sequence[str],
    json: Path | None,
    students: Sequence[str],
    folder: Path | None,
    workers: int | None,
    executor: str | None,
    unsafe: bool,
    stock: bool,
) -> None:
    """Grade the assignments named, or all that were handed in; exit code 1 if a submission was not graded."""
    course = instructors_course(folder)
    assignments = chosen_in(course, names, course.submitted())
    if json is not None:
        require_writable(json)
    engine = make_engine(workers, executor, unsafe, stock)
    for note in misnamed_folders(course):
        console.print(f"[yellow]{escape(printable(note))}[/]", highlight=False)
    records = []
    for assignment in assignments:
        before = earlier_record(course, assignment.name)
        record = grade_assignment(course, assignment, engine, console, students)
        records.append(record)
        if json is not None:
            write_json(json, records)
        show_record(course, record, console)
        lowered = [change for change in changes(before, record) if change.lowered] if before else []
        if lowered:
            console.print(changes_table(f"{assignment.name}: less than before", lowered))
    console.print(f"gradebook     {escape(short(course.gradebook))}")
    if json is not None:
        console.print(f"JSON          {escape(short(json))}")
    console.print("feedback      cs-conv feedback " + " ".join(record.assignment for record in records))
    if any("not graded" in record.statuses for record in records):
        raise SystemExit(1)


def make_engine(workers: int | None, executor: str | None, unsafe: bool, stock: bool = False) -> Engine:
    """The engine for these options of the command line."""
    if stock:
        from autograder.grading.stock.engine import NbgraderEngine

        return NbgraderEngine(workers)
    from autograder.grading.trusted import TrustedEngine

    return TrustedEngine(workers, unsafe, executor)


def grade_assignment(
    course: Course, assignment: Assignment, engine: Engine, console: Console, students: Iterable[str] = ()
) -> Record:
    """Grade the class (or only `students`), show each submission as it finishes, and keep the record.

    The record has the whole class, with the points of the gradebook. On Ctrl-C what was graded until then is
    kept, and KeyboardInterrupt passes on to the caller.
    """
    require_room(course)
    if has_gradebook(course):
        require_gradebook_writable(course)
    require_release(course, assignment.name)
    submissions = find_submissions(course, assignment.name, students)
    for line in _unexpected(course, assignment):
        console.print(f"[yellow]{escape(printable(line))}[/]", highlight=False)
    if not submissions:
        raise CourseError(
            f"nobody handed in anything: put notebooks in {course.submitted('STUDENT', assignment.name)}, "
            f"or collect them with: nbgrader collect {assignment.name}"
        )
    earlier_record(course, assignment.name)  # a damaged record must be reported before the work, not after it
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


def _unexpected(course: Course, assignment: Assignment) -> list[str]:
    """Sentences on what will be graded differently than the folders suggest."""
    gone = sorted(removed(course) & set(students_who_handed_in(course)))
    with open_gradebook(course) as gradebook:
        changes = list(changes_since_release(course, assignment, gradebook))
    return [*changes, *([about_removed(gone)] if gone else [])]


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
    with moving_bar(console) as progress:
        task = progress.add_task("", total=len(submissions))

        def show() -> None:
            progress.update(task, description=escape(printable(", ".join(running))))

        def started(submission: Submission) -> None:
            with lock:
                running.append(submission.student)
                show()

        with closing(engine.grade(course, submissions, started)) as finished:  # type: ignore[type-var]
            for graded in finished:
                other = misnamed(course, assignment, graded.student, released)
                result = _as_text(_named(graded, other))
                results.append(result)
                with lock:
                    if graded.student in running:
                        running.remove(graded.student)
                    show()
                progress.advance(task)
                show_line(progress.console, _line(result, widest))


def _named(result: Result, other: str) -> Result:
    """The result, with the remark `other` on notebooks that have another name than the released ones."""
    if not other:
        return result
    detail = other if result.status is Status.MISSING else "; ".join(filter(None, (result.detail, other)))
    return result.model_copy(update={"detail": detail})


def _as_text(result: Result) -> Result:
    """The result with names that can be stored: a folder's name may hold bytes that are not text."""
    texts = {"student": result.student, "detail": result.detail}
    kept = {key: text.encode(errors="backslashreplace").decode() for key, text in texts.items()}
    return result.model_copy(update=kept)


def _line(result: Result, widest: int) -> str:
    colour = COLOURS[result.status]
    said = escape(seen(result))
    name = escape(printable(result.student)[:widest].ljust(widest))
    return (
        f"  {name}  [{colour}]{result.status.value:10}[/]  "
        f"{points_text(result):>8}  {bar(result.score, result.max_score)}  [dim]{said}[/]"
    )
