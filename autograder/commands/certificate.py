"""`cs-conv certificate`: a page of what a learner has solved, from their notebooks and their record."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape

from autograder.commands.progress import run_the_changed
from autograder.commands.selection import course_to_study
from autograder.course import CourseError, short
from autograder.grading.whole_files import write_whole
from autograder.learning.history import history
from autograder.learning.points import known_points
from autograder.learning.record import LearnersRecord, now
from autograder.notebooks.solutions import solutions
from autograder.reports.certificate import CertificateContent, certificate
from autograder.terminal import console

FILE = "certificate.html"
"""The page, in the folder of the learner's copies, unless another file is named."""


def run(name: str, to: Path | None, folder: Path | None) -> None:
    """Run what has changed since the last run, and write the page."""
    course = course_to_study(folder)
    found = known_points(course, course.assignments)
    run_the_changed(course, found)
    events = LearnersRecord(course.mine).events()
    histories = history(events)
    solved = any(points.solved for each in found for points in each.exercises or ())
    if not solved and not any(known.solved for known in histories.values()):
        raise CourseError("no exercise is solved yet; solve one, and run: cs-conv certificate")
    page = certificate(
        CertificateContent(
            course=course.title,
            learner=name,
            made=now(),
            since=min((event.when for event in events if event.when), default=None),
            notebooks=found,
            histories=histories,
            named=frozenset(solutions(course)),
        )
    )
    path = to or course.mine / FILE
    write_whole(path, page.encode("utf-8", "replace"))
    console.print(
        f"your own record, to print or to keep: {escape(short(path))}", highlight=False, soft_wrap=True
    )
