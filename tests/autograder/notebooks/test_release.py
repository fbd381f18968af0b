"""Releases: made from the sources alone, the same every time, with nothing that gives answers away."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.course import Course, CourseError, load_course
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.nbgrader_settings import STUB
from autograder.notebooks.check_calls import check_call
from autograder.notebooks.files import graded_as, read_notebook
from autograder.notebooks.regions import as_solved, planted, solution_regions
from autograder.notebooks.release import release
from autograder.notebooks.review import (
    MARKERS,
    problems_of_release,
    problems_of_source,
)
from autograder.notebooks.source import build_source, read_source
from tests.autograder.conftest import REPOSITORY

HERE = load_course(REPOSITORY)
NOTEBOOKS = [(a.name, notebook) for a in HERE.assignments for notebook in a.notebooks]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def rewrite(course: Course, old: str, new: str) -> None:
    path = course.answers / "01-sums" / "sums.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1))


# The sample course


def test_answers_become_stubs_and_outputs_stay_away(course):
    notebook = read_notebook(course.releases / "01-sums" / "sums.ipynb")
    cells = {graded_as(cell).get("grade_id"): cell for cell in notebook.cells}
    stub = "".join(f"    {line}\n" for line in STUB.splitlines()).rstrip("\n")
    assert cells["add"].source == f'def add(a, b):\n    """Return a + b."""\n{stub}'
    assert cells["total_empty_test"].source == "assert total([]) == 0", "hidden tests are hidden"
    assert not any(cell.get("outputs") for cell in notebook.cells)
    assert cells["add_test"].metadata["editable"] is False


def test_planted_lines_take_the_place_of_an_answer(bare):
    instead = "    ### INSTEAD\n    # for part in a, b:\n    #     return part\n    ### END SOLUTION"
    rewrite(bare, "    ### END SOLUTION", instead)
    made = release(bare, bare.assignments[0])
    cells = {graded_as(cell).get("grade_id"): cell.source for cell in read_notebook(made.files[0]).cells}
    assert (
        cells["add"] == 'def add(a, b):\n    """Return a + b."""\n    for part in a, b:\n        return part'
    )
    assert STUB.splitlines()[1] in cells["total"], "the next cell has the usual line again"
    with open_gradebook(bare) as gradebook:
        kept = {cell.name: cell.source for cell in gradebook.find_notebook("sums", "01-sums").source_cells}
    assert kept["add"] == cells["add"]
    source = read_source(bare.answers / "01-sums" / "sums.py")
    (answer,) = [cell.source for cell in source.cells if graded_as(cell).get("grade_id") == "add"]
    assert as_solved(answer).endswith("    total_of_both = a + b\n    return total_of_both")
    assert solution_regions(answer) == ["    total_of_both = a + b\n    return total_of_both"]


def test_a_cell_with_planted_lines_has_one_answer():
    one = "### BEGIN SOLUTION\na\n### END SOLUTION\n"
    with pytest.raises(ValueError, match="into a cell of its own"):
        planted(one + one.replace("### END", "### INSTEAD\n# b\n### END"))


def test_run_all_goes_on_after_tests_and_trials_and_stops_at_answers_and_locked_cells(course):
    notebook = read_notebook(course.releases / "01-sums" / "sums.ipynb")
    marked = {
        graded_as(cell).get("grade_id", "plain"): "raises-exception" in cell.metadata.get("tags", [])
        for cell in notebook.cells
        if cell.cell_type == "code"
    }
    assert marked == {name: name == "plain" or name.endswith("_test") for name in marked}
    assert {"add", "add_test"} <= marked.keys()
    with open_gradebook(course) as gradebook:
        cells = gradebook.find_notebook("sums", "01-sums").source_cells
    assert all("raises-exception" not in cell.source for cell in cells)


def test_the_gradebook_knows_points_and_due_date(course):
    with open_gradebook(course) as gradebook:
        assignment = gradebook.find_assignment("01-sums")
        assert assignment.max_score == 6
        assert str(assignment.duedate) == "2027-02-12 23:59:00"


def test_releasing_again_changes_nothing(course):
    before = contents(course.releases)
    assert not release(course, course.assignments[0]).changed
    assert contents(course.releases) == before


def test_builds_are_identical(bare):
    first = build_source(bare, bare.assignments[0])[0].read_bytes()
    assert build_source(bare, bare.assignments[0])[0].read_bytes() == first


def test_the_answer_does_not_show_in_cell_ids(bare):
    ids = [cell.id for cell in read_source(bare.answers / "01-sums" / "sums.py").cells]
    rewrite(bare, "result += value", "result = result + value")
    assert [cell.id for cell in read_source(bare.answers / "01-sums" / "sums.py").cells] == ids
    assert len(set(ids)) == len(ids)


def test_extra_files_come_along_but_no_leftovers(bare):
    folder = bare.answers / "01-sums"
    (folder / "picture.txt").write_text("a picture")
    for name in (
        "__pycache__/sums.cpython-311.pyc",
        ".ipynb_checkpoints/sums.ipynb",
        "sums.ipynb",
        ".secret",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("leftover")
    made = release(bare, bare.assignments[0])
    assert [path.name for path in made.files] == ["picture.txt", "sums.ipynb"]


def test_work_in_the_release_is_kept(course):
    path = course.releases / "01-sums" / "sums.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("not written yet", "my own work"))
    assert release(course, course.assignments[0]).changed
    kept = list((course.root / "build" / "replaced").glob("01-sums-*/sums.ipynb"))
    assert len(kept) == 1
    assert "my own work" in kept[0].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            '"points": 2',
            '"points": 5',
            "01-sums/sums.py are worth 9 points together, course.yml says 6",
        ),
        (
            '"grade_id": "add_test", "locked": true',
            '"grade_id": "add_test", "locked": false',
            '"locked": true',
        ),
        ('"grade_id": "total"', '"grade_id": "add"', "the grade_id add is used twice"),
        ("    ### END SOLUTION", "", "do not pair up"),
        (
            "    ### END SOLUTION",
            "    ### INSTEAD\n    pass\n    ### END SOLUTION",
            "stand comments, `# ` and",
        ),
        ("    ### END SOLUTION", "    ### INSTEAD\n    ### END SOLUTION", "stand comments, `# ` and"),
        ("assert add(1, 2) == 3", "add(1, 2) == 3", "partial credit"),
        ("assert add(1, 2) == 3", "assert add(1, 2", "it is not Python: '(' was never closed in line"),
        ("assert add(1, 2) == 3", 'check("conv_forward", add, "shpe")', "no aspect 'shpe'"),
        ("assert add(1, 2) == 3", 'check("conv_forwrd", add)', "conv_forward"),
        ("assert add(1, 2) == 3", 'check("conv_forward", add, "values")', "worth 3; make them equal"),
    ],
)
def test_refuses_what_would_cost_grades(bare, old, new, says):
    rewrite(bare, old, new)
    with pytest.raises(CourseError) as error:
        release(bare, bare.assignments[0])
    assert says in str(error.value)
    assert not bare.releases.exists(), "nothing is released"


@pytest.mark.parametrize(
    "line", ["from operator import add", "from math import pow as add, sqrt", "from operator import *"]
)
@pytest.mark.parametrize("above", ["assert add(1, 2) == 3", "import math"])
def test_refuses_a_name_that_a_cell_imports_and_an_answer_defines(bare, line, above):
    rewrite(bare, above, f"{line}\n{above}")
    with pytest.raises(CourseError, match=r"it imports add, which the answer in cell \d defines; give"):
        release(bare, bare.assignments[0])


def test_magics_may_stand_in_a_test(bare):
    rewrite(bare, "assert add(1, 2) == 3", "%precision 3\nassert add(1, 2) == 3")
    assert release(bare, bare.assignments[0]).changed


def test_says_which_source_is_missing(bare):
    (bare.answers / "01-sums" / "sums.py").unlink()
    with pytest.raises(CourseError, match=r"sums\.py does not exist, but course\.yml names it"):
        release(bare, bare.assignments[0])


def test_finds_what_leaks(bare):
    source = read_source(bare.answers / "01-sums" / "sums.py")
    found = problems_of_release(source, source, "sums")
    assert any("holds an answer" in problem for problem in found)
    assert any("BEGIN HIDDEN TESTS" in problem for problem in found)


@pytest.mark.parametrize(
    ("source", "exercise", "aspect"),
    [
        ('check("conv_forward", conv_forward, "shape")', "conv_forward", "shape"),
        ("x = 1\ncheck('im2col', im2col)", "im2col", None),
        ('check("im2col", im2col, aspect="values")', "im2col", "values"),
        ('autograder_check("im2col")', None, None),
        ("assert 1 == 1", None, None),
    ],
)
def test_reads_the_check_line(source, exercise, aspect):
    call = check_call(source)
    assert (call and call.exercise, call and call.aspect) == (exercise, aspect)


# This course: what is committed in assignments/


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """This course's releases, made anew elsewhere."""
    root = tmp_path_factory.mktemp("this") / "course"
    root.mkdir()
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(REPOSITORY / name, root)
    shutil.copytree(REPOSITORY / "solutions", root / "solutions")
    course = load_course(root)
    for assignment in course.assignments:
        release(course, assignment)
    return course


@pytest.mark.parametrize("assignment", [a.name for a in HERE.assignments])
def test_assignments_are_exactly_what_solutions_make(made, assignment):
    committed = contents(HERE.releases / assignment)
    committed = {name: data for name, data in committed.items() if ".ipynb_checkpoints" not in name}
    assert committed == contents(made.releases / assignment), "run: cs-conv release"


def test_nothing_else_is_in_assignments():
    known = {assignment.name for assignment in HERE.assignments}
    assert {path.name for path in HERE.releases.iterdir() if path.is_dir()} - {".ipynb_checkpoints"} == known


def test_every_source_is_a_notebook_of_the_course():
    sources = {(path.parent.name, path.stem) for path in HERE.answers.glob("*/*.py")}
    assert sources == set(NOTEBOOKS)


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_no_answer_marker_output_or_bytecode_is_released(assignment, name):
    folder = HERE.releases / assignment
    source = read_source(HERE.answers / assignment / f"{name}.py")
    assert problems_of_release(read_notebook(folder / f"{name}.ipynb"), source, name) == []
    assert not [path for path in folder.rglob("*") if path.suffix in (".py", ".pyc")]
    text = (folder / f"{name}.ipynb").read_text(encoding="utf-8")
    assert not any(marker in text for marker in MARKERS)


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_points_are_the_aspects_points(assignment, name):
    """The points of every test cell are its aspect's."""
    source = read_source(HERE.answers / assignment / f"{name}.py")
    assert problems_of_source(source, HERE.assignment(assignment), name) == []


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_every_aspect_is_tested_once(assignment, name):
    from autograder.checks.registry import find

    source = read_source(HERE.answers / assignment / f"{name}.py")
    calls = [check_call(cell.source) for cell in source.cells if graded_as(cell).get("grade")]
    for exercise in {call.exercise for call in calls if call}:
        tested = sorted(call.aspect or "" for call in calls if call and call.exercise == exercise)
        assert tested in (sorted(aspect.name for aspect in find(exercise).aspects), [""])


@pytest.mark.parametrize(("assignment", "name"), NOTEBOOKS)
def test_every_exercise_has_an_answer(assignment, name):
    source = read_source(HERE.answers / assignment / f"{name}.py")
    answers = [cell for cell in source.cells if graded_as(cell).get("solution")]
    assert answers
    assert all(solution_regions(cell.source) for cell in answers)
