"""Our feedback pages for `nbgrader generate_feedback` and for formgrader's button."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import default

from autograder.course import load_course
from autograder.grading.gradebook.open import open_gradebook
from autograder.reports.feedback import Pages, who_gets_pages


class FeedbackExporter(Exporter):
    """Replaces nbconvert's exporter for HTML. Its parent is nbgrader's converter, which knows the student."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **ignored: Any) -> tuple[Any, Any]:
        """The page, from the notebook, the gradebook and the record of the last grading."""
        resources = self._init_resources(resources)
        whose = resources["nbgrader"]
        converter: Any = self.parent
        course = load_course(Path(converter.coursedir.root))
        assignment, student = course.assignment(whose["assignment"]), whose["student"]
        remark = who_gets_pages(course, assignment, [student]).get(student, "")
        with open_gradebook(course) as gradebook:
            pages = Pages(course, assignment, gradebook).html(student, {whose["notebook"]: nb}, remark)
        return pages[whose["notebook"]], resources
