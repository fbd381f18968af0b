"""Every exercise is judged, and every notebook runs, in the browser's Python as it does here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.checks import names
from autograder.course import load_course
from autograder.notebooks.source import read_source
from autograder.site import lite, lite_kernel, packages, pyodide
from autograder.site.in_node import run_in_pyodide
from autograder.site.no_pictures import SENTENCE
from autograder.site.wheels import Wheel
from tests.autograder.site.in_node import CACHE
from tests.autograder.site.judge_all import verdicts
from tests.autograder.site.test_pyodide import COMPILED
from tests.needs import ROOT

pytestmark = pytest.mark.pyodide
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Pyodide with everything that JupyterLite's kernel loads, and the right answers of these tests."""
    target = tmp_path_factory.mktemp("pyodide")
    pyodide.assemble(target, CACHE)
    places = ("__init__.py", "autograder/__init__.py", "autograder/exercises/__init__.py")
    paths = [*(ROOT / "tests" / place for place in places), HERE / "__init__.py", HERE / "judge_all.py"]
    paths += sorted((ROOT / "tests/autograder/exercises/right_answers").glob("*.py"))
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}
    pyodide.add(
        target,
        [
            *packages.course(),
            *lite.kernel(lite_kernel.fetch(CACHE)),
            lite.without_pictures(),
            Wheel("tests", "0", files, ("autograder",)),
        ],
    )
    pyodide.compile_ahead(target, lite.AT_START)
    return target


def test_what_a_notebooks_start_imports_is_compiled_already(folder):
    wheels = [wheel.name for wheel in lite.kernel(lite_kernel.fetch(CACHE))]
    given = json.dumps(lite.AT_START)
    assert run_in_pyodide(folder, COMPILED, [*wheels, "autograder"], given).split() == []


@pytest.fixture(scope="module")
def both(folder):
    """The verdicts here, and in Pyodide."""
    code = "import json, tests.autograder.site.judge_all as all_; print(json.dumps(all_.verdicts()))"
    return verdicts(), json.loads(run_in_pyodide(folder, code, ("tests",)))


def test_all_exercises_are_judged_as_here(both):
    here, there = both
    assert len(there) == len(names()) >= 65
    print(
        f"{sum(map(len, there.values()))} verdicts; {seconds(there):.1f} s there, {seconds(here):.1f} s here"
    )
    for name, rows in there.items():
        for (kind, passed, given, html, _), wanted in zip(rows, here[name], strict=True):
            assert (kind, passed, given) == tuple(wanted[:3]), name
            assert html == wanted[3], (name, kind)
            assert passed == (kind == "right"), (name, kind)
            assert kind in ("right", "error") or kind in given, name


def seconds(rows):
    return sum(row[-1] for each in rows.values() for row in each)


@pytest.fixture(scope="module")
def notebooks():
    """The code cells of every notebook, answers included, by its assignment."""
    course = load_course(ROOT)
    found = {}
    for assignment in course.assignments:
        for notebook in assignment.notebooks:
            cells = read_source(course.answers / assignment.name / f"{notebook}.py").cells
            found[assignment.name] = [cell.source for cell in cells if cell.cell_type == "code"]
    return found


def test_every_notebook_runs_in_the_kernel_of_jupyterlite(folder, notebooks):
    """Without matplotlib: a sentence stands where a picture would be, and the cell goes on."""
    wheels = [wheel.name for wheel in lite.kernel(lite_kernel.fetch(CACHE))]
    code = (HERE / "run_notebooks.py").read_text()
    said = json.loads(
        run_in_pyodide(folder, code, [*wheels, "autograder", "cs-conv-clothes"], json.dumps(notebooks))
    )
    for name, ran in said.items():
        print(f"{name}: {ran['seconds']:.1f} s")
    assert {name: ran["errors"] for name, ran in said.items() if ran["errors"]} == {}
    assert sorted(said) == sorted(notebooks)
    drawn = {name: sum("plt." in cell for cell in cells) for name, cells in notebooks.items()}
    assert all(said[name]["printed"].count(SENTENCE) >= number for name, number in drawn.items())
    verdicts_ = sum(
        "application/vnd.cs-conv.verdict+json" in kinds for ran in said.values() for kinds in ran["shown"]
    )
    assert verdicts_ == sum(cell.startswith("check(") for cells in notebooks.values() for cell in cells)
