"""`cs-conv progress` runs only what has changed, and what it remembers is what was earned."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from autograder.course import load_course
from autograder.grading.trusted import job
from autograder.learning.record import FILE, LearnersRecord
from autograder.notebooks.own_copies import make_copies
from tests.autograder.conftest import NAME, REPOSITORY, RIGHT
from tests.autograder.learning.conftest import said, write


def test_a_notebook_is_run_once_and_again_when_an_answer_changes(learner, runs):
    assert "not begun" in said("progress")
    assert runs.of == []
    assert not (learner.mine / FILE).exists()
    write(learner, add=RIGHT["add"])
    first = said("progress")
    assert "1 of 3" in first
    assert "1 / 6" in first
    assert "total_test" in first
    assert said("progress") == first
    assert "add_test 1 / 1" in " ".join(said("progress", "01").split())
    assert runs.of == [NAME]
    write(learner, total=RIGHT["total"])
    assert "3 of 3" in said("progress")
    assert runs.of == [NAME, NAME]
    write(learner, total="raise NotImplementedError('not written yet')")
    assert "1 of 3" in said("progress")


def ran_and_saved(notebook: dict[str, Any]) -> None:
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"]["scrolled"] = True
        if cell["cell_type"] == "code":
            cell["execution_count"] = number
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "3\n"}]


def with_notes(notebook: dict[str, Any]) -> None:
    notebook["cells"].append({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "My notes"})


def with_a_trial(notebook: dict[str, Any]) -> None:
    cell = {"cell_type": "code", "id": "trial", "metadata": {}, "source": "del add", "outputs": []}
    notebook["cells"].insert(0, cell | {"execution_count": None})


@pytest.mark.parametrize(("change", "again"), [(ran_and_saved, 0), (with_notes, 0), (with_a_trial, 1)])
def test_what_cannot_change_the_points_is_no_reason_to_run_it(learner, runs, change, again):
    write(learner, add=RIGHT["add"])
    said("progress")
    write(learner, change)
    said("progress")
    assert len(runs.of) == 1 + again


def other_release(course, monkeypatch):
    path = course.releases / NAME / "sums.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("== 3", "== 4 - 1"), encoding="utf-8")


def another_file(course, monkeypatch):
    (course.mine / NAME / "numbers.txt").write_text("1 2 3")


def other_limits(course, monkeypatch):
    path = course.root / "course.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("seconds_a_cell: 4", "seconds_a_cell: 7"), encoding="utf-8")


def other_code_of_the_course(course, monkeypatch):
    package = course.root / "package"
    package.mkdir()
    (package / "__init__.py").write_text("# newer")
    monkeypatch.setattr(job, "cs_conv", type("Module", (), {"__file__": str(package / "__init__.py")}))


@pytest.mark.parametrize(
    "change", [other_release, another_file, other_limits, other_code_of_the_course], ids=lambda f: f.__name__
)
def test_whatever_the_points_depend_on_is_a_reason_to_run_it(learner, runs, monkeypatch, change):
    from autograder.grading import open_notebook

    write(learner, add=RIGHT["add"])
    said("progress")
    change(learner, monkeypatch)
    open_notebook._release_at.cache_clear()
    said("progress")
    assert len(runs.of) == 2


def damaged(data: bytes) -> list[bytes]:
    last = data.splitlines(keepends=True)[-1]
    flipped = last.replace(b'"earned": 1.0', b'"earned": 6.0')
    assert flipped != last
    return [
        b"",
        b"\xff\xfe",
        b"null\n",
        last[:-20],
        flipped,
        last[20:],
        b"\0" * len(last),
        b"{}\n" + last[:-1],
    ]


def test_a_damaged_record_is_run_again_and_never_believed(learner, runs):
    write(learner, add=RIGHT["add"])
    right = said("progress")
    path = learner.mine / FILE
    for data in damaged(path.read_bytes()):
        path.write_bytes(data)
        before = len(runs.of)
        assert said("progress") == right, data
        assert len(runs.of) == before + 1, data
        assert said("progress") == right
        assert len(runs.of) == before + 1, "it is remembered again"


def test_a_damaged_line_costs_only_its_own_event(learner, runs):
    write(learner, add=RIGHT["add"])
    said("progress")
    write(learner, total=RIGHT["total"])
    said("progress")
    path = learner.mine / FILE
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first[:30] + b"\n" + second)
    said("progress")
    assert len(runs.of) == 2


def test_a_record_that_cannot_be_written_is_said_and_hides_no_points(learner, runs):
    (learner.mine / FILE).mkdir()
    write(learner, add=RIGHT["add"])
    shown = said("progress")
    assert "1 / 6" in shown
    assert "these points are not remembered" in " ".join(shown.split())


def two_lessons(course):
    """The course with its assignment twice."""
    for folder in (course.releases, course.source):
        shutil.copytree(folder / NAME, folder / "02-again")
    path = course.root / "course.yml"
    text = path.read_text(encoding="utf-8")
    first = text[text.index("  - name:") :]
    path.write_text(text + first.replace(NAME, "02-again"), encoding="utf-8")
    again = load_course(course.root)
    make_copies(again, again.mine)
    shutil.copy(again.mine / NAME / "sums.ipynb", again.mine / "02-again" / "sums.ipynb")
    return again


def test_ctrl_c_keeps_what_was_done_and_the_next_run_goes_on(learner, runs):
    write(learner, add=RIGHT["add"])
    two_lessons(learner)

    def interrupted() -> None:
        if runs.of:
            raise KeyboardInterrupt

    runs.before = interrupted
    shown = said("progress", code=130)
    assert "1 / 6" in shown
    assert "not run yet" in shown
    assert "what was finished is kept" in shown
    runs.before = lambda: None
    assert "not run yet" not in said("progress")
    assert runs.of == [NAME, "02-again"], "the first was not run again"


def test_what_another_process_has_run_meanwhile_is_not_run_again(learner, runs):
    write(learner, add=RIGHT["add"])
    two_lessons(learner)
    said("progress", "02")
    theirs = (learner.mine / FILE).read_bytes()
    (learner.mine / FILE).unlink()
    runs.of.clear()

    def another_process() -> None:
        if not runs.of:
            (learner.mine / FILE).write_bytes(theirs)

    runs.before = another_process
    said("progress")
    assert runs.of == [NAME]
    assert len(LearnersRecord(learner.mine).ran()) == 2


def test_check_always_runs_and_what_it_earned_is_remembered(learner, runs, tmp_path):
    write(learner, add=RIGHT["add"])
    said("check", "01", code=1)
    said("check", "01", code=1)
    said("progress")
    assert len(runs.of) == 2
    shutil.copy(learner.mine / NAME / "sums.ipynb", tmp_path / "of_a_friend.ipynb")
    said("check", str(tmp_path / "of_a_friend.ipynb"), code=1)
    assert len(LearnersRecord(learner.mine).ran()) == 2, "only the learner's own notebook is in the record"


def test_fifteen_lessons_fit_on_one_screen(monkeypatch, tmp_path):
    """24 lines: the command, an empty line, the header, 15 lessons, their sum, a line of help, a prompt."""
    here = load_course(REPOSITORY)
    shutil.copy(REPOSITORY / "course.yml", tmp_path)
    (tmp_path / "assignments").symlink_to(here.releases)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("autograder.learning.points.OpenedNotebook.is_untouched", True)
    shown = said("progress").splitlines()
    assert [line for line in shown if len(line) > 80] == []
    assert 1 + 1 + len(shown) + (15 - len(here.assignments)) + 1 <= 24
    assert all(any(each.name in line for line in shown) for each in here.assignments)


def test_a_copy_that_was_moved_away_or_damaged_is_told_and_its_exercises_still_count(learner, runs):
    copy = learner.mine / NAME / "sums.ipynb"
    write(learner, add=RIGHT["add"])
    said("progress")
    away = copy.rename(learner.root / "elsewhere.ipynb")
    shown = " ".join(said("progress").split())
    assert "sums.ipynb is not there, but earned 1 points before: put it back" in shown
    assert f"{NAME} 0 of 3 0 / 6 ········ is not in mine/" in shown
    copy.write_text("{", encoding="utf-8")
    assert f"{NAME} 0 of 3 0 / 6 ········ cannot be read" in " ".join(said("progress").split())
    away.replace(copy)
    assert "1 of 3" in said("progress")
    assert runs.of == [NAME]


def test_what_is_due_next_is_not_what_is_solved_already(learner, runs):
    path = learner.root / "course.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("due: 2027", "due: 2999"), encoding="utf-8")
    assert f"next: {NAME}, due" in said("progress")
    write(learner, **RIGHT)
    assert "next:" not in said("progress")


def test_a_record_is_text_that_a_person_can_read(learner, runs):
    write(learner, add=RIGHT["add"])
    said("progress")
    (line,) = (learner.mine / FILE).read_text(encoding="utf-8").splitlines()
    assert json.loads(line[9:])["exercises"][0] == {"exercise": "add_test", "earned": 1.0, "possible": 1.0}


def test_what_is_not_here_is_due_all_the_same(learner):
    for folder in (learner.mine, learner.releases):
        shutil.rmtree(folder, ignore_errors=True)
    shown = said("progress")
    assert "not here" in shown
    assert f"next: {NAME}, due 2027-02-12" in shown
