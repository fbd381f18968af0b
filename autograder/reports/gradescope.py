"""Points for Gradescope, which imports none: an autograder that knows the results already.

It is a zip file with `setup.sh` and `run_autograder`, as Gradescope asks for. For each submission it looks up
the result by the files that were handed in, and by the sender's e-mail address where two are alike. It never
runs a student's code, and answers nothing for a version that was not graded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from autograder.course import Assignment, Course
from autograder.grading.collect.hand_over import read_record
from autograder.grading.gradebook.late_penalty import LatePolicy
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.results import TestScore
from autograder.grading.submissions.intake import NotPlainFile, read_notebook_file
from autograder.grading.whole_files import add_to_zip, writing_zip
from autograder.reports.feedback import HANDED_IN_SINCE, Pages, who_gets_pages
from autograder.reports.feedback_notebook import findings
from autograder.reports.notebook_page import PageContent

PROGRAM = Path(__file__).with_name("run_autograder.py")
"""What Gradescope runs; it needs Python and nothing else."""
_SETUP = "#!/bin/sh\ncommand -v python3 || (apt-get update && apt-get install -y python3)\n"
_RUN = '#!/bin/sh\nexec python3 /autograder/source/run_autograder.py "$@"\n'


def write_autograder(course: Course, assignment: Assignment, path: Path) -> tuple[int, dict[str, list[str]]]:
    """Write the zip file. Returns how many students it has, and by why who was left out."""
    results: list[dict[str, Any]] = []
    left: dict[str, list[str]] = {}
    record = read_record(course, assignment.name).students
    with open_gradebook(course) as gradebook:
        pages = Pages(course, assignment, gradebook)
        late = LatePolicy(course)
        emails = {student.id: student.email for student in gradebook.students}
        for student, remark in who_gets_pages(course, assignment).items():
            files = _digests(course, assignment, student)
            try:
                submission = gradebook.find_submission(assignment.name, student)
                contents = pages.contents(student, pages.graded(student), remark)
            except MissingEntry:
                contents = {}
            if not files or not contents:
                left.setdefault("nothing graded", []).append(student)
                continue
            if pages.handed_in_since(student):
                left.setdefault(HANDED_IN_SINCE, []).append(student)
                continue
            known = {emails.get(student), record[student].account if student in record else None, student}
            results.append(
                {
                    "emails": sorted(text.casefold() for text in known if text and "@" in text),
                    "files": files,
                    "result": _result(contents.values(), late.final_score(submission), remark),
                }
            )
    with writing_zip(path) as archive:
        add_to_zip(archive, "setup.sh", _SETUP.encode(), 0o755)
        add_to_zip(archive, "run_autograder", _RUN.encode(), 0o755)
        add_to_zip(archive, "run_autograder.py", PROGRAM.read_bytes(), 0o755)
        add_to_zip(archive, "results.json", json.dumps(results, indent=1, ensure_ascii=False).encode())
    return len(results), left


def _digests(course: Course, assignment: Assignment, student: str) -> list[str]:
    """Digests of the notebooks that the student handed in."""
    found = []
    for name in assignment.notebooks:
        with suppress(OSError, NotPlainFile):
            data = read_notebook_file(course.submitted(student, assignment.name) / f"{name}.ipynb")
            found.append(hashlib.sha256(data).hexdigest())
    return found


def _result(pages: Iterable[PageContent], score: float, remark: str) -> dict[str, Any]:
    """A results.json as Gradescope reads it; the score at the top is what counts."""
    contents = list(pages)
    most = sum(page.most for page in contents)
    lines = [f"{score:g} of {most:g} points", *([remark] if remark else [])]
    penalty = sum(page.penalty for page in contents)
    lines += [f"{penalty:g} points were taken off for coming late."] if penalty else []
    tests = [_test(test, page.comments.get(test.grade_id, "")) for page in contents for test in page.tests]
    return {
        "score": score,
        "output": "\n".join(lines),
        "output_format": "text",
        "visibility": "visible",
        "tests": tests,
    }


def _test(test: TestScore, comment: str) -> dict[str, Any]:
    said = [*findings(test), *([comment] if comment else [])]
    found = {"name": test.grade_id, "max_score": test.max_score, "output": "\n".join(said)}
    if not test.waits:
        found["score"] = test.score
    if test.passed is not None:
        found["status"] = "passed" if test.passed else "failed"
    return found | {"output_format": "text", "visibility": "visible"}
