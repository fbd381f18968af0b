"""`check` says what grading will say, whatever state a notebook is in, or what may differ."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from autograder.checks import find
from autograder.cli import app
from autograder.course import Course, CourseError, load_course
from autograder.grading import open_notebook as module
from autograder.grading.check_notebook import check_notebook
from autograder.grading.interface import Submission
from autograder.grading.open_notebook import open_notebook
from autograder.grading.trusted import TrustedEngine
from autograder.notebooks.check_calls import check_call
from autograder.notebooks.release import release
from tests.autograder.conftest import REPOSITORY, RIGHT

Notebook = dict[str, Any]
NAME = "01-sums"
FROM_A_FILE = """from pathlib import Path

def total(values):
    return float(Path("zero.txt").read_text()) + sum(values)"""


def answered(course: Course, **answers: str) -> Notebook:
    path = course.releases / NAME / "sums.ipynb"
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(grade_id, cell["source"])
    return notebook


def text(notebook: Notebook) -> bytes:
    return json.dumps(notebook).encode()


def without_metadata(notebook: Notebook) -> Notebook:
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return notebook


def without_tests(notebook: Notebook) -> Notebook:
    cells = notebook["cells"]
    notebook["cells"] = [c for c in cells if not c["metadata"].get("nbgrader", {}).get("grade")]
    return notebook


def with_easy_tests(notebook: Notebook) -> Notebook:
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["source"] = "pass"
    return notebook


def answered_twice(notebook: Notebook) -> Notebook:
    (add,) = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "add"]
    notebook["cells"].append(add | {"id": "again", "source": "def add(a, b):\n    return 7"})
    return notebook


def made(course: Course) -> dict[str, tuple[bytes, dict[str, bytes]]]:
    """Notebooks in many states, each with the files beside it."""
    right = answered(course, **RIGHT)
    wrong = {"add": "def add(a, b):\n    return a"}

    def adding(before: str, add: str = RIGHT["add"]) -> bytes:
        return text(answered(course, add=before + add, total=RIGHT["total"]))

    return {
        "right": (text(right), {}),
        "blank": (text(answered(course)), {}),
        "mark": (b"\xef\xbb\xbf" + text(right), {}),
        "utf16": (json.dumps(right).encode("utf-16"), {}),
        "bare": (text(without_metadata(answered(course, **RIGHT))), {}),
        "cut": (text(without_tests(answered(course, **RIGHT))), {}),
        "easy": (text(with_easy_tests(answered(course, **wrong))), {}),
        "twice": (text(answered_twice(answered(course, **RIGHT))), {}),
        "file": (text(answered(course, add=RIGHT["add"], total=FROM_A_FILE)), {"zero.txt": b"0"}),
        "nofile": (text(answered(course, add=RIGHT["add"], total=FROM_A_FILE)), {}),
        "typo": (adding("", "def add(a, b)\n    return"), {}),
        "package": (adding("import scipy\n"), {}),
        "missing": (adding("import nowhere\n"), {}),
        "grader": (adding("import autograder\n"), {}),
        "name": (text(answered(course, add=RIGHT["add"], total="def totl(values):\n    return 0")), {}),
        "loop": (adding("", "def add(a, b):\n    while True: pass"), {}),
    }


STATES = (
    *("right", "blank", "mark", "utf16", "bare", "cut", "easy", "twice", "file", "nofile", "typo", "package"),
    *("missing", "grader", "name", "loop"),
)


def shortened(course: Course) -> Course:
    path = course.root / "course.yml"
    limits = "limits:\n  seconds_a_cell: 2\n  seconds_in_all: 30\n"
    kept = path.read_text(encoding="utf-8").partition("limits:")[0]
    rest = path.read_text(encoding="utf-8").partition("assignments:")
    path.write_text(kept.partition("assignments:")[0] + limits + "assignments:" + rest[2], encoding="utf-8")
    return load_course(course.root)


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, released_once: Path
) -> tuple[Course, dict[str, dict[str, float]]]:
    """The course with each notebook handed in, and the points of each test by grading."""
    root = tmp_path_factory.mktemp("graded") / "course"
    shutil.copytree(released_once, root)
    course = shortened(load_course(root))
    for student, (notebook, files) in made(course).items():
        put(course.submitted(student, NAME), notebook, files)
    engine = TrustedEngine(workers=2)
    results = engine.grade(course, [Submission(student, NAME) for student in made(course)])
    return course, {r.student: {test.grade_id: test.score for test in r.tests} for r in results}


def put(folder: Path, notebook: bytes, files: dict[str, bytes], name: str = "sums") -> Path:
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    (folder / f"{name}.ipynb").write_bytes(notebook)
    return folder / f"{name}.ipynb"


def points(path: Path) -> dict[str, float | None]:
    return {test.test: test.earned for test in check_notebook(open_notebook(path)).tests}


@pytest.mark.sandbox
@pytest.mark.parametrize("state", STATES)
def test_check_gives_the_points_of_grading(
    graded: tuple[Course, dict[str, dict[str, float]]], state: str
) -> None:
    course, scores = graded
    assert points(course.submitted(state, NAME) / "sums.ipynb") == scores[state]


@pytest.fixture
def unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_sandbox", lambda: "")


ALIKE = [state for state in STATES if state not in ("package", "grader")]


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.usefixtures("unconfined")
@pytest.mark.parametrize("state", ALIKE)
def test_without_a_sandbox_it_gives_the_same(
    graded: tuple[Course, dict[str, dict[str, float]]], state: str
) -> None:
    course, scores = graded
    assert points(course.submitted(state, NAME) / "sums.ipynb") == scores[state]


@pytest.mark.usefixtures("unconfined")
@pytest.mark.parametrize(("state", "module"), [("package", "scipy"), ("grader", "autograder")])
def test_without_a_sandbox_it_says_what_differs(
    course: Course, tmp_path: Path, state: str, module: str
) -> None:
    path = put(course.mine / NAME, *made(course)[state])
    remarks = "; ".join(check_notebook(open_notebook(path)).remarks)
    assert "no sandbox works here, so the notebook ran unconfined" in remarks
    assert f"add imports {module}, which is not there while it is graded" in remarks


MATHS = (
    (None, "from fractions import Fraction\nfrom math import gcd, pi"),
    (None, "SCALE = 2\ndef twice(number):\n    return SCALE * number"),
    ("gcd", "def gcd(a, b):\n    return a if b == 0 else gcd(b, a % b)"),
    ("gcd_test", "assert gcd(12, 18) == Fraction(12, 2) and gcd.__code__"),
    (None, "from math import gcd, tau"),
    ("area", "def area(radius):\n    return pi * radius**2"),
    ("area_test", "assert area(2) == twice(tau) and gcd.__code__"),
)
"""Tests and answers that need what plain cells import and define, one of them a name that is the answer's."""


@pytest.mark.usefixtures("unconfined")
def test_without_a_sandbox_both_sides_have_what_plain_cells_bring(tmp_path: Path) -> None:
    cells: list[Notebook] = []
    for grade_id, source in MATHS:
        tests = str(grade_id).endswith("_test")
        marks = {"grade": tests, "solution": not tests, "locked": tests, "points": 1, "schema_version": 3}
        metadata = {"nbgrader": marks | {"grade_id": grade_id}} if grade_id else {}
        cells.append(
            {"cell_type": "code", "id": f"c{len(cells)}", "source": source, "metadata": metadata}
            | {"outputs": [], "execution_count": None}
        )
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    assert points(put(tmp_path / "maths", text(notebook), {})) == {"gcd_test": 1, "area_test": 1}


@pytest.mark.sandbox
@pytest.mark.parametrize("name", ["sums (1)", "sums-Copy1", "homework"])
def test_a_notebook_under_another_name_is_found_and_told_so(course: Course, name: str) -> None:
    path = put(course.mine / NAME, text(answered(course, **RIGHT)), {}, name)
    found = check_notebook(open_notebook(path))
    assert all(test.passed for test in found.tests)
    assert "grading looks for sums.ipynb: hand it in under that name" in found.remarks


@pytest.mark.sandbox
def test_a_notebook_of_no_course_is_its_own_template(course: Course, tmp_path: Path) -> None:
    path = put(tmp_path / "elsewhere", text(answered(course, add=RIGHT["add"])), {}, "mine")
    assert points(path) == {"add_test": 1, "total_test": 0, "total_empty_test": 0}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read as a notebook: "),
        (b'{"cells": [', "cannot be read as a notebook: "),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n", "Git LFS"),
        (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "holds no test cells"),
    ],
    ids=["empty", "torn", "pointer", "other"],
)
def test_what_is_no_notebook_of_the_course_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    path = put(tmp_path / "x", content, {})
    with pytest.raises(CourseError, match=said):
        open_notebook(path)


@pytest.mark.sandbox
def test_check_shows_remarks_and_leaves_the_file_as_it_is(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(course.mine / NAME, text(without_metadata(answered(course, **RIGHT))), {})
    before = path.read_bytes()
    monkeypatch.chdir(course.root)
    shown = CliRunner().invoke(app, ["check", "01"])
    assert shown.exit_code == 0, shown.output
    assert "metadata" in shown.output
    assert "6 of 6 points" in shown.output
    assert path.read_bytes() == before


def test_the_courses_own_notebooks_have_templates() -> None:
    course = load_course(REPOSITORY)
    for assignment in course.assignments:
        for name in assignment.notebooks:
            work = open_notebook(course.releases / assignment.name / f"{name}.ipynb")
            assert work.is_untouched == (name != "start")  # the lines with a bug of 00 are an answer already
            calls = [check_call(cell.source) for cell in work.job.template.cells if cell.role == "test"]
            exercises = {call.exercise for call in calls if call}
            assert work.possible == sum(find(exercise).max_points for exercise in exercises) > 0
            assert work.job.allow == assignment.allow


def test_a_notebook_that_was_saved_elsewhere_may_import_what_its_assignment_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Downloads").mkdir()
    saved = shutil.copy(REPOSITORY / "assignments/08-gpu/gpu.ipynb", tmp_path / "Downloads")
    (course_s,) = (a for a in load_course(REPOSITORY).assignments if a.name == "08-gpu")
    for here in (tmp_path, REPOSITORY):
        monkeypatch.chdir(here)
        job = open_notebook(Path(saved)).job
        assert (job.assignment, job.allow) == ("08-gpu", course_s.allow)


BY_HAND_AND_DATA = """
# %% [markdown] answer="essay" points=5
# Why?

# %%
from pathlib import Path
numbers = [int(word) for word in Path("data/numbers.txt").read_text().split()]

# %% test="numbers_test" points=2
assert total(numbers) == 15
"""


@pytest.mark.parametrize(
    ("place", "engine"),
    [
        pytest.param("assignments", None, marks=pytest.mark.sandbox),
        pytest.param("mine", None, marks=[pytest.mark.sandbox, pytest.mark.slow]),
        pytest.param("elsewhere", "unconfined", marks=pytest.mark.slow),
    ],
)
def test_points_by_hand_and_data_files_count_as_in_grading(
    bare: Course, tmp_path: Path, place: str, engine: str | None, request: pytest.FixtureRequest
) -> None:
    """Wherever the notebook lies, and whether or not the release is still there."""
    if engine:
        request.getfixturevalue(engine)
    source = bare.answers / NAME / "sums.py"
    source.write_text(source.read_text(encoding="utf-8") + BY_HAND_AND_DATA, encoding="utf-8")
    (source.parent / "data").mkdir()
    (source.parent / "data" / "numbers.txt").write_text("1 2 3 4 5", encoding="utf-8")
    text = (bare.root / "course.yml").read_text(encoding="utf-8")
    (bare.root / "course.yml").write_text(text.replace("{sums: 6}", "{sums: 8}"), encoding="utf-8")
    course = load_course(bare.root)
    release(course, course.assignments[0])
    places = {"assignments": course.releases, "mine": course.mine, "elsewhere": tmp_path / "elsewhere"}
    folder = places[place] / NAME
    if place != "assignments":
        shutil.move(course.releases / NAME, folder)
    for essay in ("Why?", "Because."):
        notebook = json.loads((folder / "sums.ipynb").read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = (RIGHT | {"essay": essay}).get(grade_id, cell["source"])
        (folder / "sums.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        found = check_notebook(open_notebook(folder / "sums.ipynb"))
        assert [test.earned for test in found.tests if test.test == "essay"] == [None]
        assert [test.earned for test in found.automatic] == [1, 2, 3, 2]
