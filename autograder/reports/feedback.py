"""The pages that students get back, one for each notebook, with the files that nbgrader's exchange needs."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from nbformat import from_dict

from autograder.course import Assignment, Course, CourseError
from autograder.grading.gradebook.extensions import dates_of
from autograder.grading.gradebook.late_penalty import LatePolicy
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.gradebook.read import read_together, scores_of, verdicts_in
from autograder.grading.nbgrader_settings import settings
from autograder.grading.results import Status
from autograder.grading.seeds import read_secret
from autograder.grading.submissions.intake import SECRET, NotPlainFile, read_notebook_file
from autograder.grading.submissions.students import removed
from autograder.grading.submissions.without_outputs import HANDED_IN, digest_of_file
from autograder.grading.trusted.autograded_folder import of_the_exchange
from autograder.grading.trusted.computing_time import TestTooLong, limited
from autograder.grading.whole_files import sweep, write_whole
from autograder.reports.hide_tests import HideTests
from autograder.reports.notebook_page import PageContent, notebook_page
from autograder.reports.record import load_record
from autograder.reports.tables import seen

SECONDS = 60
"""The most seconds for one student's pages. They take less than one unless a student made them slow."""
Notebooks = Mapping[str, Mapping[str, Any]]
"""Graded notebooks by name, as nbformat 4 has them."""

HANDED_IN_SINCE = "handed in again since it was graded; run cs-conv grade"
"""Why what was graded is not given for what is there now."""


def who_gets_pages(course: Course, assignment: Assignment, students: Iterable[str] = ()) -> dict[str, str]:
    """The students (of all, or of `students`) who get pages, each with a remark.

    Students get pages if their notebooks were run or could not be read. The remark says why a submission was
    not graded in full; it is "" if it was.
    """
    graded = {path.parent.parent.name for path in course.autograded().glob(f"*/{assignment.name}/*.ipynb")}
    graded -= removed(course)
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
    """Make the pages of `students`, which `who_gets_pages` returns.

    Yields each student, the pages, and what went wrong ("" if nothing).
    """
    from nbgrader.api import MissingEntry

    with open_gradebook(course) as gradebook:
        pages = Pages(course, assignment, gradebook)
        for student, remark in students.items():
            made: list[Path] = []
            problem = ""
            try:
                # Windows has no such alarm; there, only our own samples are graded.
                with limited(SECONDS) if hasattr(signal, "SIGALRM") else nullcontext():
                    made = pages.write(student, remark)
            except TestTooLong:
                problem = f"its pages would take more than {SECONDS} s; see what was handed in"
            except MissingEntry:
                problem = f"the gradebook has no such submission; run: cs-conv grade {assignment.name}"
            except (OSError, ValueError, KeyError) as error:
                problem = f"{type(error).__name__}: {str(error)[:300]}"
            yield student, made, problem


class Pages:
    """Makes the pages of one assignment from its gradebook."""

    def __init__(self, course: Course, assignment: Assignment, gradebook: Any) -> None:
        self.course, self.assignment, self.gradebook = course, assignment, gradebook
        self.hide = HideTests(config=settings(course))
        self.late = LatePolicy(course)

    def write(self, student: str, remark: str) -> list[Path]:
        """Write feedback/STUDENT/ASSIGNMENT/NOTEBOOK.html; delete pages of notebooks that are gone."""
        graded = self.course.autograded(student, self.assignment.name)
        folder = self.course.feedback(student, self.assignment.name)
        sweep(folder)
        made = []
        for name, page in self.html(student, self.graded(student), remark).items():
            made.append(folder / f"{name}.html")
            write_whole(made[-1], page.encode("utf-8", "replace"))
        for path in folder.glob("*.html"):
            if path not in made:
                path.unlink()
        handed = (
            graded if (graded / SECRET).is_file() else self.course.submitted(student, self.assignment.name)
        )
        whose = f"{student}/{self.assignment.name}"
        for name, data in of_the_exchange(handed, read_secret(self.course), whose).items():
            write_whole(folder / name, data)
        return sorted(made)

    def graded(self, student: str) -> Notebooks:
        """The student's graded notebooks."""
        folder = self.course.autograded(student, self.assignment.name)
        paths = {name: folder / f"{name}.ipynb" for name in self.assignment.notebooks}
        return {
            name: json.loads(path.read_text(encoding="utf-8"))
            for name, path in paths.items()
            if path.is_file()
        }

    def handed_in_since(self, student: str) -> bool:
        """Whether a notebook is another now than what was graded.

        A graded notebook says which file it was, except if nbgrader or an earlier version of this course
        graded it. Then a file that is newer than the graded notebook counts as another one. So does a
        notebook that was missing when the others were graded.
        """
        folder = self.course.submitted(student, self.assignment.name)
        graded = self.course.autograded(student, self.assignment.name)
        notebooks = self.graded(student)
        notes = {name: notebook.get("metadata", {}).get(HANDED_IN) for name, notebook in notebooks.items()}
        for name in self.assignment.notebooks if notes else ():
            path = folder / f"{name}.ipynb"
            with suppress(OSError, NotPlainFile):
                digest = digest_of_file(read_notebook_file(path))
                if name not in notes and all(notes.values()):
                    return True
                if notes.get(name) != digest and (notes.get(name) or _newer(path, graded)):
                    return True
        return False

    def html(self, student: str, notebooks: Notebooks, remark: str = "") -> dict[str, str]:
        """The page of each of these notebooks; if there are none, of each notebook of the assignment."""
        return {name: notebook_page(c) for name, c in self.contents(student, notebooks, remark).items()}

    def contents(self, student: str, notebooks: Notebooks, remark: str = "") -> dict[str, PageContent]:
        """What each of these pages says."""
        submission = self.gradebook.find_submission(self.assignment.name, student)
        kept = read_together(self.gradebook.db, submission)
        score, most, tests = scores_of(submission, verdicts_in(notebooks), self.late)
        several = len(self.assignment.notebooks) > 1
        pages = {}
        for found in submission.notebooks:
            if notebooks and found.name not in notebooks:
                continue
            penalty = self.late.penalty(submission, found) or 0.0
            pages[found.name] = PageContent(
                title=self.assignment.title,
                student=student,
                notebook=found.name,
                cells=self._cells(notebooks.get(found.name, {}).get("cells", [])),
                tests=[test for test in tests if test.notebook == found.name],
                score=max(0.0, float(found.score) - penalty),
                most=float(found.max_score),
                penalty=penalty,
                in_all=(score, most) if several else None,
                comments={comment.name: comment.comment or "" for comment in found.comments},
                remark=remark,
                dates=self._dates(submission, penalty),
                folder=self.course.autograded(student, self.assignment.name),
            )
        del kept
        return pages

    def _dates(self, submission: Any, penalty: float) -> str:
        """When it was due and when it came, and what being late costs if it cost points."""
        policy = str(self.assignment.late) if penalty and self.assignment.late else ""
        return "; ".join(filter(None, (dates_of(submission, self.assignment.due), policy)))

    def _cells(self, cells: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The cells without hidden tests."""
        return [
            self.hide.preprocess_cell(from_dict(cell), {}, number)[0]  # type: ignore[no-untyped-call]
            if (cell.get("metadata", {}).get("nbgrader") or {}).get("grade")
            else cell
            for number, cell in enumerate(cells)
        ]


def handed_in_since(course: Course, assignment: Assignment) -> list[str]:
    """The students who have handed in another version since. Only what came or was written since is read."""
    found = []
    with open_gradebook(course) as gradebook:
        pages = Pages(course, assignment, gradebook)
        gone = removed(course)
        for graded in course.autograded().glob(f"*/{assignment.name}"):
            student = graded.parent.name
            folder = course.submitted(student, assignment.name)
            came = any(_came_since(folder / f"{name}.ipynb", graded) for name in assignment.notebooks)
            if came and student not in gone and pages.handed_in_since(student):
                found.append(student)
    return sorted(found)


def _newer(path: Path, folder: Path) -> bool:
    """Whether a file is newer than that of the same name in the folder."""
    return path.stat().st_mtime_ns > (folder / path.name).stat().st_mtime_ns


def _came_since(path: Path, folder: Path) -> bool:
    """Whether a file may have come since that of the same name in the folder; a copy may be of any age."""
    try:
        about = path.stat()
    except OSError:
        return False
    try:
        return max(about.st_mtime_ns, about.st_ctime_ns) > (folder / path.name).stat().st_mtime_ns
    except OSError:
        return True  # it was missing then


def first_page(course: Course, assignment: str, student: str) -> Path | None:
    """The first page of a student and an assignment; None if there is none."""
    folder = course.feedback(student, assignment)
    names = course.assignment(assignment).notebooks
    return next((page for name in names if (page := folder / f"{name}.html").is_file()), None)
