"""The pages that students get back, made by nbgrader's generate_feedback, one student at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.course import Assignment, Course, CourseError
from autograder.grading.results import Status
from autograder.reports.points_page import POLICY, write_points_page
from autograder.reports.record import load_record
from autograder.reports.tables import seen
from autograder.stock import NbgraderError, run, settings


def write_feedback(
    course: Course, assignment: Assignment, students: Iterable[str] = ()
) -> Iterator[tuple[str, list[Path], str]]:
    """Make each student's pages from the graded notebooks.

    Yields the student, the pages, and what went wrong (empty where nothing did). Only notebooks that
    were run have pages; `students` narrows it down.
    """
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    wanted = set(students)
    remarks = _remarks(course, assignment)
    graded = sorted(
        {path.parent.parent.name for path in course.autograded().glob(f"*/{assignment.name}/*.ipynb")}
    )
    for student in graded:
        if wanted and student not in wanted:
            continue
        config = settings(course)
        folder = CourseDirectory(config=config, assignment_id=assignment.name, student_id=student)
        problem = ""
        try:
            run(GenerateFeedback(coursedir=folder, config=config, force=True), f"feedback for {student}")
            for page in course.feedback(student, assignment.name).glob("*.html"):
                _make_inert(page)
            write_points_page(course, assignment, student, remarks.get(student, ""))
        except NbgraderError as error:
            problem = error.log.strip().splitlines()[-1] if error.log.strip() else str(error)
        yield student, sorted(course.feedback(student, assignment.name).glob("*.html")), problem


def _make_inert(page: Path) -> None:
    """Let a page of nbgrader's run and load nothing, whatever the outputs hold; wrap what is long."""
    head = (
        f'<head>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        "<style>pre { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 30rem; overflow: auto }\n"
        "body { overflow-wrap: anywhere } img { max-width: 100% }</style>"
    )
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("<head>", head, 1), encoding="utf-8")


def _remarks(course: Course, assignment: Assignment) -> dict[str, str]:
    """Why some were not graded in full, by student."""
    try:
        results = load_record(course, assignment.name).results
    except CourseError:
        return {}
    odd = (result for result in results if result.status is not Status.GRADED)
    return {r.student: f"{r.status.value}: {seen(r) or r.status.meaning}" for r in odd}
