"""Through real nbgrader: this course's answers earn everything, a release as it stands earns nothing.

`make notebooks` runs this alone: every notebook is executed, and build/notebooks keeps what it showed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.course import Course, load_course
from autograder.grading.results import Result, Status
from autograder.grading.stock.engine import NbgraderEngine
from autograder.grading.submissions.students import find_submissions
from autograder.notebooks.files import read_notebook
from autograder.notebooks.release import release
from tests.autograder.conftest import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.notebooks]
ASSIGNMENTS = [assignment.name for assignment in load_course(REPOSITORY).assignments]
EXECUTED = REPOSITORY / "build" / "notebooks"


def this_course(root: Path) -> Course:
    """A copy of this course, with nothing handed in."""
    root.mkdir(parents=True)
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(REPOSITORY / name, root)
    shutil.copytree(REPOSITORY / "solutions", root / "solutions")
    return load_course(root)


def failures(result: Result) -> str:
    return "\n".join(
        f"{test.grade_id}: {test.score:g} of {test.max_score:g} {test.where}"
        for test in result.tests
        if test.score < test.max_score
    )


def errors(folder: Path) -> list[str]:
    """The cells of executed notebooks that raised something."""
    return [
        f"{path.name}, cell {number}: {output.ename}: {output.evalue}"
        for path in folder.glob("*.ipynb")
        for number, cell in enumerate(read_notebook(path).cells, 1)
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_answers_earn_all_and_a_release_earns_nothing(tmp_path, name):
    course = this_course(tmp_path / "course")
    assignment = course.assignment(name)
    possible = release(course, assignment).points.together
    shutil.copytree(course.source / name, course.submitted("answers", name))
    shutil.copytree(course.releases / name, course.submitted("untouched", name))
    results = {r.student: r for r in NbgraderEngine().grade(course, find_submissions(course, name))}
    executed = course.autograded("answers", name)
    if executed.is_dir():
        shutil.copytree(executed, EXECUTED / name, dirs_exist_ok=True)
    answers, untouched = results["answers"], results["untouched"]
    assert answers.status is Status.GRADED, answers.detail
    assert answers.score == answers.max_score == possible, failures(answers)
    assert not errors(executed)
    assert untouched.status is Status.GRADED, untouched.detail
    assert untouched.score == 0, untouched.tests
    assert untouched.max_score == possible
