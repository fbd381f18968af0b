"""The pages that students get back: nbgrader's of the notebook, and ours of the points."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.course import Assignment, Course, CourseError
from autograder.grading.results import Status
from autograder.reports.html import POLICY
from autograder.reports.record import load_record
from autograder.reports.student_page import write_student_page
from autograder.reports.tables import seen
from autograder.stock import NbgraderError, run, settings

_STYLE = """
pre { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 30rem; overflow: auto }
body { overflow-wrap: anywhere } img { max-width: 100% } math { font-size: 110% }
.rendered_html table { margin: 1rem 0 } .rendered_html th, .rendered_html td { padding: .2rem .8rem .2rem 0 }
"""


def who_gets_pages(course: Course, assignment: Assignment, students: Iterable[str] = ()) -> dict[str, str]:
    """The students (all, or those of `students`) for whom there is something to say, each with a remark.

    These are those whose notebooks were run, and those whose notebooks could not be read. The remark says
    why an assignment was not graded in full; it is empty where it was.
    """
    graded = {path.parent.parent.name for path in course.autograded().glob(f"*/{assignment.name}/*.ipynb")}
    found = dict.fromkeys(graded, "")
    try:
        results = load_record(course, assignment.name).results
    except CourseError:
        results = ()
    for result in results:
        if result.student in graded or result.status is Status.UNREADABLE:
            odd = result.status is not Status.GRADED
            why = seen(result) or result.status.meaning
            found[result.student] = f"{result.status.value}: {why}" if odd else ""
    wanted = set(students) or found.keys()
    return {student: found[student] for student in sorted(found.keys() & wanted)}


def write_feedback(
    course: Course, assignment: Assignment, students: dict[str, str]
) -> Iterator[tuple[str, list[Path], str]]:
    """Make the pages of `students`, as `who_gets_pages` gives them.

    Yields the student, the pages, and what went wrong (empty where nothing did).
    """
    for student, remark in students.items():
        folder, problem = course.feedback(student, assignment.name), ""
        try:
            if any(course.autograded(student, assignment.name).glob("*.ipynb")):
                _notebook_pages(course, assignment, student)
            write_student_page(course, assignment, student, remark)
        except NbgraderError as error:
            problem = error.reason
        yield student, sorted(folder.glob("*.html")), problem


def _notebook_pages(course: Course, assignment: Assignment, student: str) -> None:
    """nbgrader's own pages, made to stand without scripts."""
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    from autograder.reports.formulas import markdown2html

    config = settings(course)
    config.HTMLExporter.filters = {"markdown2html": markdown2html}
    folder = CourseDirectory(config=config, assignment_id=assignment.name, student_id=student)
    run(GenerateFeedback(coursedir=folder, config=config, force=True), f"feedback for {student}")
    for page in course.feedback(student, assignment.name).glob("*.html"):
        _make_inert(page)


def _make_inert(page: Path) -> None:
    """Let a page of nbgrader's run and load nothing, whatever the outputs hold; wrap what is long."""
    head, end, body = page.read_text(encoding="utf-8").partition("</head>")
    head = re.sub(r"<script\b.*?</script>", "", head, flags=re.DOTALL)
    policy = f'<head>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    head = head.replace("<head>", policy, 1) + f"<style>{_STYLE}</style>\n"
    page.write_text(head + end + body, encoding="utf-8")
