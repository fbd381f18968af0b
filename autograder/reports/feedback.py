"""The pages that students get back, made by nbgrader's generate_feedback, one student at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.reports.points_page import write_points_page
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
            write_points_page(course, assignment, student)
        except NbgraderError as error:
            problem = error.log.strip().splitlines()[-1] if error.log.strip() else str(error)
        yield student, sorted(course.feedback(student, assignment.name).glob("*.html")), problem
