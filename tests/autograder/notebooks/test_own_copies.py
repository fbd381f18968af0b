"""A learner's copies: made where there is none, never written over, read before what was released."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import CourseError
from autograder.notebooks import own_copies as mine
from autograder.notebooks.own_copies import make_copies, notebooks_meant, own_notebook, put_aside

NAME = "01-sums"


@pytest.fixture
def lab(course, monkeypatch):
    """Run `cs-conv lab` up to the moment at which JupyterLab starts; returns what that is to serve."""
    monkeypatch.chdir(course.root)
    became = []
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", became.append)

    def run(*words: str) -> tuple[str, str]:
        shown = CliRunner().invoke(app, ["lab", *words])
        assert shown.exit_code == 0, shown.output
        (served,) = (word for word in became[-1] if word.startswith("--ServerApp.root_dir="))
        said = " ".join(line for line in shown.output.splitlines() if not line.startswith("next: "))
        return served.partition("=")[2], " ".join(said.split())

    return run


def test_what_somebody_wrote_is_never_written_over(course, lab):
    (course.releases / NAME / "data").mkdir()
    (course.releases / NAME / "data" / "numbers.txt").write_text("1 2 3")
    served, said = lab()
    assert (served, said) == (str(course.mine), "2 new files in mine")
    copy = course.mine / NAME / "sums.ipynb"
    assert copy.read_bytes() == (course.releases / NAME / "sums.ipynb").read_bytes()
    copy.write_text("my work")
    (course.mine / NAME / "data" / "numbers.txt").unlink()
    assert lab()[1] == "1 new file in mine", "what is missing is made, and nothing else"
    assert copy.read_text() == "my work"
    assert lab()[1] == ""


def test_fresh_puts_the_old_copy_aside(course, lab):
    lab()
    copy = course.mine / NAME / "sums.ipynb"
    for work in ("first", "second"):
        copy.write_text(work)
        assert "put aside mine/earlier/01-sums-" in lab("--fresh", "01")[1]
        assert copy.read_bytes() == (course.releases / NAME / "sums.ipynb").read_bytes()
    kept = sorted((course.mine / "earlier").glob("01-sums-*/sums.ipynb"))
    assert [path.read_text() for path in kept] == ["first", "second"]


def test_fresh_where_there_is_none_and_of_no_assignment(course, lab):
    assert lab("--fresh", "01")[1] == "1 new file in mine"
    shown = CliRunner().invoke(app, ["lab", "--fresh", "07"])
    assert shown.exit_code == 2
    assert "'07' is not an assignment of this course" in " ".join(shown.output.split())
    assert put_aside(course.mine / "nowhere", course.assignments[0]) is None


def test_copies_go_where_one_says(course, lab, tmp_path):
    served, said = lab(str(tmp_path / "home of ana"))
    assert served == str(tmp_path / "home of ana")
    assert (tmp_path / "home of ana" / NAME / "sums.ipynb").is_file()
    assert not course.mine.exists()


def test_of_two_at_once_neither_overwrites(course, monkeypatch):
    """Whatever comes between the look and the copy stays."""
    copy = course.mine / NAME / "sums.ipynb"

    def meanwhile(*paths):
        real(*paths)
        copy.write_text("the other's")

    real = mine.shutil.copyfile
    monkeypatch.setattr(mine.shutil, "copyfile", meanwhile)
    assert make_copies(course, course.mine) == []
    assert copy.read_text() == "the other's"
    assert [path.name for path in copy.parent.iterdir()] == ["sums.ipynb"]


def test_the_learners_copy_is_read_first(course, monkeypatch):
    monkeypatch.chdir(course.root)
    released = course.releases / NAME / "sums.ipynb"
    assert own_notebook(course, course.assignments[0], "sums") == released
    make_copies(course, course.mine)
    copy = course.mine / NAME / "sums.ipynb"
    assert own_notebook(course, course.assignments[0], "sums") == copy
    assert notebooks_meant("01", course) == [copy]
    assert notebooks_meant("assignments/01-sums/sums.ipynb", course)[0].samefile(released)
    monkeypatch.chdir(course.releases)
    assert notebooks_meant("01-sums", course) == [copy], "a folder of that name is no notebook"


def test_no_notebooks_at_all(bare):
    with pytest.raises(CourseError, match="run: cs-conv release"):
        make_copies(bare, bare.mine)
    assert not bare.mine.exists()
