"""Executed notebooks: run once, away from the sources, and kept until something changes."""

import inspect
from pathlib import Path

import pytest

import autograder
from autograder.course import Course, CourseError, load_course
from autograder.site.executed import IMPORTED, executed

pytestmark = pytest.mark.slow

SOURCE = """\
# %%
from pathlib import Path

Path("written.txt").write_text("by the notebook")
print(Path("beside.txt").read_text())
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "course.yml").write_text(
        "course: c\ntitle: C\nassignments:\n  - {name: 01-a, title: A, notebooks: [a]}\n"
    )
    folder = tmp_path / "solutions" / "01-a"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text(SOURCE)
    (folder / "beside.txt").write_text("hello")
    return load_course(tmp_path)


def test_a_notebook_is_run_once_and_leaves_no_files(course: Course) -> None:
    said: list[str] = []
    for _ in range(2):
        notebook = executed(course, course.assignment("01"), "a", said.append)
        assert notebook.cells[0].outputs[0].text == "hello\n"
    assert said == ["running 01-a/a"]
    assert not (course.answers / "01-a" / "written.txt").exists()
    (course.answers / "01-a" / "beside.txt").write_text("other")
    assert executed(course, course.assignment("01"), "a", said.append).cells[0].outputs[0].text == "other\n"
    assert len(said) == 2
    assert len(list(course.root.glob("build/site-executed/01-a/*.ipynb"))) == 1


@pytest.mark.parametrize("name", autograder.__all__)
def test_what_notebooks_import_from_here_counts_as_their_code(name: str) -> None:
    path = Path(inspect.getfile(getattr(autograder, name)))
    assert any(path.is_relative_to(place) for place in IMPORTED)


def test_a_cell_that_fails_is_named(course: Course) -> None:
    (course.answers / "01-a" / "a.py").write_text("# %%\n1 / 0\n")
    with pytest.raises(CourseError, match=r"a\.py has a cell that fails[\s\S]*ZeroDivisionError"):
        executed(course, course.assignment("01"), "a", print)
