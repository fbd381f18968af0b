"""`cs-conv mark`: from the file to the gradebook, nothing lost, nobody's grade replaced in silence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course import Course, load_course
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.one_run import one_run
from autograder.grading.written.answers import read_questions
from autograder.grading.written.marking_file import marking_file, read_marks
from autograder.grading.written.record_marks import compare, record
from autograder.notebooks.files import graded_as, read_notebook, write_notebook
from autograder.notebooks.release import release
from tests.autograder.grading.trusted.essays import ESSAY, make_course

NAME = "01-sums"
SMALLER = "It is smaller than the input because the filter does not fit at the border."
EVIL = '"\\ : # - [x] \u2028 \x07 \ud800 {ana: 1}\n  - students:\n      "ana": v1\n    points: 4\n...\n---\n'


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("essays") / "course"
    make_course(root)
    return root


@pytest.fixture
def essays(released, tmp_path, monkeypatch) -> Course:
    """A written answer, graded: ana and ben wrote the same, cleo the opposite, dan something evil."""
    shutil.copytree(released, tmp_path / "course")
    monkeypatch.chdir(tmp_path / "course")
    course = load_course(tmp_path / "course")
    for student, text in {
        "ana": SMALLER,
        "ben": SMALLER.upper(),
        "cleo": SMALLER.replace("smaller", "larger"),
        "dan": EVIL,
    }.items():
        answer(course, student, text)
    return course


def answer(course: Course, student: str, text: str) -> None:
    """Let the autograded notebook hold this answer, and the gradebook wait for points, as grading does."""
    notebook = read_notebook(course.releases / NAME / "sums.ipynb")
    for cell in notebook.cells:
        cell.source = "ESSAY" if graded_as(cell).get("grade_id") == "essay" else cell.source
    path = course.autograded(student, NAME) / "sums.ipynb"
    write_notebook(notebook, path)
    path.write_text(path.read_text(encoding="utf-8").replace('"ESSAY"', json.dumps(text)), encoding="utf-8")
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student(student)
        for notebook in gradebook.update_or_create_submission(NAME, student).notebooks:
            for grade in notebook.grades:
                grade.needs_manual_grade = grade.name == "essay"
                grade.auto_score = None if grade.name == "essay" else 0
        gradebook.db.commit()


def mark(*words: str, code: int = 0) -> str:
    shown = CliRunner().invoke(app, ["mark", "01", *words], env={"COLUMNS": "150", "NO_COLOR": "1"})
    assert shown.exit_code == code, shown.output
    return " ".join(shown.output.split())


def fill(course: Course, old: str, new: str) -> None:
    path = course.root / "marks" / f"{NAME}.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text, text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def group_of(course: Course, student: str) -> str:
    """The end of the group in which the student is."""
    text = (course.root / "marks" / f"{NAME}.yml").read_text(encoding="utf-8")
    at = text.index(f'"{student}": v')
    return text[at : text.index("comment:", at) + len("comment:")]


def judge(course: Course, student: str, points: str, comment: str = "") -> None:
    old = group_of(course, student)
    head = old[: old.index("        points:")]
    fill(course, old, f"{head}        points: {points}\n        comment: {comment}".rstrip())


def grades(course: Course) -> dict[str, tuple[float | None, str | None, bool]]:
    with open_gradebook(course) as gradebook:
        found = {}
        for student in ("ana", "ben", "cleo", "dan"):
            grade = gradebook.find_grade("essay", "sums", NAME, student)
            comment = gradebook.find_comment("essay", "sums", NAME, student)
            found[student] = (grade.manual_score, comment.manual_comment, grade.needs_manual_grade)
        return found


WAITS = (None, None, True)


def test_one_comment_and_points_for_all_of_a_group(essays):
    assert "4 answers to 1 question, 4 waiting" in mark()
    judge(essays, "ana", "3", '"Right: look at the border."')
    shown = mark()
    assert "2 grades would change" in shown
    assert "to write this: cs-conv mark 01-sums --write" in shown
    assert grades(essays)["ana"] == WAITS, "nothing is written before it is asked for"
    assert "written: 2 grades" in mark("--write")
    one = (3, "Right: look at the border.", False)
    assert grades(essays) == {"ana": one, "ben": one, "cleo": WAITS, "dan": WAITS}
    assert "the file changes nothing" in mark()
    with open_gradebook(essays) as gradebook:
        assert gradebook.find_submission(NAME, "ana").score == 3
        assert gradebook.find_submission(NAME, "ana").needs_manual_grade is False
    assert (essays.root / "marks" / "earlier" / f"{NAME}-1.yml").exists()


def test_a_student_is_judged_apart_in_a_group_of_their_own(essays):
    mark()
    text = group_of(essays, "ana")
    ben = next(line for line in text.splitlines() if '"ben"' in line)
    apart = f"\n      - students:\n{ben}\n        points: 1.5"
    fill(essays, f"{ben}\n        points:\n        comment:", f"        points: 4\n        comment:{apart}")
    mark("--write")
    assert [grades(essays)[name][0] for name in ("ana", "ben")] == [4, 1.5]


def test_a_rubric_adds_up_and_tells_students_what_was_missing(essays):
    description = essays.root / "course.yml"
    rubrics = "    rubrics: {essay: {the border: 3, an example: 1, wrong sign: -1}}\n"
    description.write_text(
        description.read_text(encoding="utf-8").rstrip() + f"\n{rubrics}", encoding="utf-8"
    )
    mark()
    fill(
        essays,
        "        meets:\n        points:\n        comment:",
        '        meets: [the border]\n        comment: "good"',
    )
    mark("--write")
    assert grades(essays)["ana"] == (3, "the border: 3 of 3\nan example: 0 of 1\ngood", False)
    assert "the file changes nothing" in mark(), "the file made anew says the same"


def test_what_a_person_gave_is_replaced_only_with_a_word(essays):
    with open_gradebook(essays) as gradebook:  # as formgrader does
        grade = gradebook.find_grade("essay", "sums", NAME, "cleo")
        grade.manual_score, grade.needs_manual_grade = 4, False
        gradebook.find_comment("essay", "sums", NAME, "cleo").manual_comment = "by hand"
        gradebook.db.commit()
    mark()
    assert "the file changes nothing" in mark("--write"), "an untouched file repeats what is there"
    fill(essays, 'points: 4\n        comment: "by hand"', "points: 1\n        comment:")
    shown = mark()
    assert "1 grade would change; 1 of them replace what a person gave, 1 by fewer points" in shown
    assert "4 -> 1" in shown
    mark("--write")
    assert grades(essays)["cleo"] == (1, "by hand", False), "an empty comment changes none"
    shown = mark("--history")
    assert "4 -> 1" in shown
    assert "cleo" in shown


def test_a_stale_file_is_noticed_and_what_was_filled_in_is_kept(essays):
    mark()
    judge(essays, "ana", "3")
    judge(essays, "dan", "2")
    with open_gradebook(essays) as gradebook:  # another grader, meanwhile
        grade = gradebook.find_grade("essay", "sums", NAME, "ben")
        grade.manual_score, grade.needs_manual_grade = 0.5, False
        gradebook.db.commit()
    shown = mark()
    assert (
        "changed or judged since the file was made, not written: ben, essay in sums (the file said 3 points)"
        in shown
    )
    assert "2 grades would change" in shown
    mark("--fresh")
    assert "points: 3" in group_of(essays, "ana"), "not lost"
    assert "points: 2" in group_of(essays, "dan")
    assert "points: 0.5" in group_of(essays, "ben")
    answer(essays, "dan", "another answer")
    mark("--write", code=1)
    assert [grades(essays)[name][0] for name in ("ana", "ben", "dan")] == [3, 0.5, None]
    earlier = "".join(
        path.read_text(encoding="utf-8") for path in (essays.root / "marks" / "earlier").iterdir()
    )
    assert "points: 2" in earlier


def test_two_graders_at_once_never_overwrite_each_other(essays):
    with open_gradebook(essays) as one, open_gradebook(essays) as two:
        assignment = essays.assignments[0]
        questions, _ = read_questions(essays, assignment, one)
        path = essays.root / "mine.yml"
        path.write_text(
            marking_file(assignment, questions, {}).replace("points:\n", "points: 2\n"), encoding="utf-8"
        )
        changes = compare(questions, read_marks(path, assignment)).changes
        first, rest = changes[:2], changes[1:]
        assert record(two, NAME, first) == []
        late = record(one, NAME, rest)
        assert [change.where for change in late] == [first[1].where]
    assert {name: found[0] for name, found in grades(essays).items()} == dict.fromkeys(
        ("ana", "ben", "cleo", "dan"), 2
    )


def test_an_answer_that_was_dropped_comes_back_with_its_points_and_its_comment(essays):
    mark()
    judge(essays, "ana", "3", '"Right."')
    mark("--write")
    path = essays.answers / NAME / "sums.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(ESSAY, ""), encoding="utf-8")
    (said,) = release(essays, essays.assignments[0]).remarks
    assert said == "essay is gone; 2 grades given by hand are kept and come back with it"
    path.write_text(text, encoding="utf-8")
    release(essays, essays.assignments[0])
    assert grades(essays)["ana"][:2] == (3, "Right.")


def test_no_points_are_written_while_a_grading_run_may_change_the_answer(essays):
    mark()
    judge(essays, "ana", "3")
    with one_run(essays, NAME):
        assert "another grading run is at work" in mark("--write", code=2)
        assert "2 grades would change" in mark()
    assert grades(essays)["ana"] == WAITS


def test_what_there_is_to_do_first_is_said(essays):
    assert "there is no marks/01-sums.yml yet" in mark("--write", code=2)
    mark()
    fill(essays, "points:", "points: 5")
    assert "01-sums.yml, line 23: 5 points, but essay gives 0 to 4" in mark(code=2)
    (essays.root / "marks" / f"{NAME}.yml").unlink()
    shutil.rmtree(essays.autograded("ana", NAME))
    assert "without a graded notebook (cs-conv grade): ana" in mark()
    assert "nothing was written by cs-conv mark yet" in mark("--history")


@pytest.mark.slow
@pytest.mark.sandbox
def test_the_whole_trip_and_grading_again(essays):
    from tests.autograder.grading.trusted.essays import hand_in_essay

    for student, text in {"ana": SMALLER, "ben": SMALLER.replace("because", "since")}.items():
        hand_in_essay(essays, student, text)

    def run(*words: str) -> str:
        shown = CliRunner().invoke(app, list(words), env={"COLUMNS": "150", "NO_COLOR": "1"})
        assert shown.exit_code == 0, shown.output
        return " ".join(shown.output.split())

    run("grade", "01", "--student", "ana", "--student", "ben")
    mark()
    judge(essays, "ana", "3", "Look at the border.")
    mark("--write")
    assert "3 / 10" in run("report", "01")
    run("feedback", "01", "--student", "ana")
    page = (essays.feedback("ana", NAME) / "sums.html").read_text(encoding="utf-8")
    assert "Look at the border." in page
    hand_in_essay(essays, "ben", "It is larger.")
    run("grade", "01", "--student", "ana", "--student", "ben")
    assert grades(essays)["ana"] == (3, "Look at the border.", False), "the same answer keeps its points"
    assert grades(essays)["ben"] == (3, "Look at the border.", True), "another answer is looked at again"
    mark("--fresh")
    assert "points:\n" in group_of(essays, "ben")
    text = (essays.root / "marks" / f"{NAME}.yml").read_text(encoding="utf-8")
    assert "ben: 3 points before, then the answer changed" in text
