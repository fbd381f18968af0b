"""Through real nbgrader: this course's answers earn everything, a release as it stands earns nothing.

`make notebooks` runs this alone: every notebook is executed, and build/notebooks keeps what it showed.
"""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from autograder.checks import SEED
from autograder.course import Course, load_course
from autograder.grading.results import Result, Status
from autograder.grading.stock.engine import NbgraderEngine
from autograder.grading.submissions.students import find_submissions
from autograder.notebooks.files import read_notebook
from autograder.notebooks.ipython_syntax import as_python
from autograder.notebooks.release import release
from autograder.notebooks.source import read_source
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


def guess_wrongly(cell) -> bool:
    """Write a guess in place of the dots; whether there are any."""
    asked = [
        node
        for node in ast.walk(ast.parse(as_python(cell.source)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "predict"
    ]
    for node in asked:
        guess = node.args[1]
        dots = isinstance(guess, ast.Name) or "..." in ast.unparse(guess)  # a name: dots in a cell above
        assert dots, f"{cell.source} gives its answer away"
        lines = cell.source.splitlines(keepends=True)
        line = lines[guess.lineno - 1]
        lines[guess.lineno - 1] = f"{line[: guess.col_offset]}'no such guess'{line[guess.end_col_offset :]}"
        cell.source = "".join(lines)
    return bool(asked)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_every_prediction_can_be_guessed_where_it_stands(name, tmp_path, monkeypatch):
    """With the answers in place, its expression has a value, and a wrong guess is called wrong."""
    from nbclient import NotebookClient

    monkeypatch.delenv(SEED, raising=False)
    for path in (REPOSITORY / "solutions" / name).glob("*.py"):
        notebook = read_source(path)
        asked = [cell for cell in notebook.cells if cell.cell_type == "code" and guess_wrongly(cell)]
        assert len(asked) >= 3
        NotebookClient(notebook, kernel_name="python3", timeout=120).execute(cwd=str(tmp_path))
        said = [
            line
            for cell in asked
            for output in cell.outputs
            for line in output.get("text", "").splitlines()
            if "no such guess" in line or "no value" in line or "compared" in line
        ]
        wrong = ("Not 'no such guess'", "it raises ValueError")  # the second is what a learner may guess
        assert len(said) >= len(asked)
        assert [line for line in said if not any(words in line for words in wrong)] == []
