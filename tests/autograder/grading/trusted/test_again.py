"""Grading again: what has not changed is not run again, and what a person gave stays as they left it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from autograder.commands.regrade import bring_up_to_date
from autograder.course import Course, load_course
from autograder.grading.gradebook.discards import discard, undo
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.results import Status
from autograder.grading.submissions.without_outputs import HANDED_IN, digest_of_file
from autograder.grading.trusted import TrustedEngine
from autograder.grading.trusted.outcome import NotebookOutcome
from autograder.grading.trusted.write_gradebook import Writer, _document
from autograder.notebooks.release import release
from tests.autograder.conftest import NAME, RIGHT, HandIn, submissions

ESSAY = """
# %% [markdown] nbgrader={"grade": true, "grade_id": "essay", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false}
# Why?

# %% nbgrader={"grade": true, "grade_id": "plot", "locked": false, "points": 2, "schema_version": 3, "solution": true, "task": false}
### BEGIN SOLUTION
print(total([1, 2]))
### END SOLUTION

# %% [markdown] nbgrader={"grade": false, "grade_id": "survey", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": true}
# Ask three people.
"""  # noqa: E501
ANSWERS = {**RIGHT, "essay": "Because.", "plot": "print(total([2, 3]))", "survey": "They say no."}


@pytest.fixture
def written(course: Course) -> Course:
    """The sample course with an essay, a program to look at and a task, which a person judges."""
    source = course.answers / NAME / "sums.py"
    source.write_text(source.read_text(encoding="utf-8") + ESSAY, encoding="utf-8")
    release(course, course.assignments[0])
    return course


def grade(course: Course, *students: str, **options: int) -> None:
    list(TrustedEngine(**{"workers": 1, **options}).grade(course, submissions(*students)))  # type: ignore[arg-type]


def judge(course: Course, student: str, **points: float) -> None:
    """What formgrader does when a person types points."""
    with open_gradebook(course) as gradebook:
        for name, score in points.items():
            given = gradebook.find_grade(name, "sums", NAME, student)
            given.manual_score, given.needs_manual_grade = score, False
        gradebook.db.commit()


def waiting(course: Course, student: str) -> set[str]:
    with open_gradebook(course) as gradebook:
        (notebook,) = gradebook.find_submission(NAME, student).notebooks
        return {grade.name for grade in notebook.grades if grade.needs_manual_grade}


def graded(course: Course) -> int:
    """How often anything was run, by the journal."""
    journal = course.root / ".cs-conv" / "journal" / NAME / "journal"
    return journal.read_text(encoding="utf-8").count('"event": "graded"')


_RUN = """
import sys
from autograder.course import load_course
from autograder.grading.interface import Submission
from autograder.grading.submissions.without_outputs import HANDED_IN, digest_of_file
from autograder.grading.trusted import TrustedEngine
from autograder.grading.trusted.write_gradebook import Writer

if __name__ == "__main__":
    engine = TrustedEngine(workers=int(sys.argv[2]))
    for result in engine.grade(load_course(sys.argv[1]), [Submission("ann", "01-sums")]):
        print(result.score)
"""


@pytest.mark.sandbox
def test_another_process_runs_nothing_again(course: Course, hand_in: HandIn, tmp_path: Path) -> None:
    """Python's sets have another order in each process; nothing that is kept may depend on it."""
    hand_in("ann", **RIGHT)
    script = tmp_path / "run.py"
    script.write_text(_RUN, encoding="utf-8")
    for seed, workers in ((1, 1), (2, 2)):
        environment = os.environ | {
            "PYTHONHASHSEED": str(seed),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        subprocess.run(
            [sys.executable, str(script), str(course.root), str(workers)], check=True, env=environment
        )
        assert graded(course) == 1


def test_points_by_hand_are_done_until_their_own_answer_changes(written: Course, hand_in: HandIn) -> None:
    hand_in("ann", **ANSWERS)
    grade(written, "ann")
    assert waiting(written, "ann") == {"essay", "plot", "survey"}
    judge(written, "ann", essay=4, plot=1, survey=3, total_test=1.5)
    grade(written, "ann")
    assert waiting(written, "ann") == set(), "nothing changed"
    hand_in("ann", **ANSWERS | {"add": "def add(a, b):\n    return 1"})
    grade(written, "ann")
    assert waiting(written, "ann") == set(), "another answer changed"
    hand_in("ann", **ANSWERS | {"essay": "Because it is."})
    grade(written, "ann")
    assert waiting(written, "ann") == {"essay"}
    judge(written, "ann", essay=5)
    hand_in("ann", **ANSWERS | {"essay": "Because it is.", "total": "def total(v):\n    return 0 + sum(v)"})
    grade(written, "ann")
    assert waiting(written, "ann") == {"total_test", "plot"}, "the test of total, and the cell that calls it"
    with open_gradebook(written) as gradebook:
        assert gradebook.find_grade("essay", "sums", NAME, "ann").manual_score == 5


def test_a_helper_in_a_cell_of_their_own_belongs_to_the_answer(written: Course, hand_in: HandIn) -> None:
    from nbformat.v4 import new_code_cell

    def helped(text: str):  # type: ignore[no-untyped-def]
        return lambda notebook: notebook.cells.insert(3, new_code_cell(text))  # type: ignore[no-untyped-call]

    calls = ANSWERS | {"total": "def total(values):\n    return helper(values)"}
    hand_in("ann", helped("def helper(v):\n    return sum(v)"), **calls)
    grade(written, "ann")
    judge(written, "ann", essay=4, plot=1, survey=3, total_test=1.5, add_test=1)
    hand_in("ann", helped("def helper(v):\n    return sum(v) + 0"), **calls)
    grade(written, "ann")
    assert waiting(written, "ann") == {"total_test", "plot"}


def test_neither_the_journal_nor_the_limits_are_the_answers(written: Course, hand_in: HandIn) -> None:
    """What runs again and comes to the same asks for no person."""
    hand_in("ann", **ANSWERS)
    grade(written, "ann")
    judge(written, "ann", essay=4, plot=1, survey=3, total_test=1.5)
    shutil.rmtree(written.root / ".cs-conv" / "journal")
    grade(written, "ann")
    assert waiting(written, "ann") == set()
    text = (written.root / "course.yml").read_text(encoding="utf-8")
    (written.root / "course.yml").write_text(text.replace("seconds_a_cell: 4", "seconds_a_cell: 5"))
    grade(load_course(written.root), "ann")
    assert (graded(written), waiting(written, "ann")) == (2, set())


def test_who_is_taken_out_and_brought_back_has_what_people_gave(written: Course, hand_in: HandIn) -> None:
    """Also of a question that was thrown out meanwhile; a changed answer waits for a person again."""
    for student in ("ann", "ben"):
        hand_in(student, **ANSWERS)
    grade(written, "ann", "ben")
    judge(written, "ann", essay=4, plot=1, survey=3, total_test=1.5)
    judge(written, "ben", essay=4, plot=1, survey=3)
    with open_gradebook(written) as gradebook:
        gradebook.find_comment("essay", "sums", NAME, "ann").manual_comment = "Why not?"
        gradebook.db.commit()
        for student in ("ann", "ben"):
            gradebook.remove_student(student)
        discard(gradebook, NAME, gradebook.find_graded_cell("plot", "sums", NAME), "none")
        gradebook.db.commit()
        for student in ("ann", "ben"):
            gradebook.add_student(student)
    hand_in("ben", **ANSWERS | {"essay": "Because I say so."})
    grade(written, "ann", "ben")
    assert (waiting(written, "ann"), waiting(written, "ben")) == (set(), {"essay"})
    with open_gradebook(written) as gradebook:
        given = {g.name: g.manual_score for g in gradebook.find_submission(NAME, "ann").notebooks[0].grades}
        assert {name: points for name, points in given.items() if points} == {
            "essay": 4, "survey": 3, "total_test": 1.5,
        }  # fmt: skip
        assert gradebook.find_comment("essay", "sums", NAME, "ann").comment == "Why not?"
        undo(gradebook, NAME, gradebook.find_graded_cell("plot", "sums", NAME))
        assert gradebook.find_grade("plot", "sums", NAME, "ann").manual_score == 1
        gradebook.db.rollback()


@pytest.mark.parametrize("when", ["goes", "comes back", "gets another name"])
def test_a_cell_changes_while_a_student_is_taken_out(written: Course, hand_in: HandIn, when: str) -> None:
    """What people gave for it stays the same as for a student who was there all the time."""
    (assignment,) = written.assignments
    source = written.answers / NAME / "sums.py"
    text = source.read_text(encoding="utf-8")
    without = text[: text.index("# %% [markdown]", text.index('"plot"'))]

    def released(text: str) -> None:
        source.write_text(text, encoding="utf-8")
        release(written, assignment)

    for student in ("ann", "ben"):
        hand_in(student, **ANSWERS)
    grade(written, "ann", "ben")
    for student in ("ann", "ben"):
        judge(written, student, essay=4, plot=1, survey=3, total_test=1.5)
    if when == "comes back":
        released(without)
    with open_gradebook(written) as gradebook:
        if when == "goes":
            gradebook.find_comment("survey", "sums", NAME, "ann").manual_comment = "Whom?"
            gradebook.db.commit()
        gradebook.remove_student("ann")
    if when == "gets another name":
        text = text.replace('"total_test"', '"sum_test"').replace('"survey"', '"asked"')
    released(without if when == "goes" else text)
    with open_gradebook(written) as gradebook:
        gradebook.add_student("ann")
    grade(written, "ann")
    released(text)
    with open_gradebook(written) as gradebook:
        ann, ben = (
            {
                grade.name: grade.manual_score
                for grade in gradebook.find_submission(NAME, name).notebooks[0].grades
            }
            for name in ("ann", "ben")
        )
        assert ann == ben
        assert sorted(points for points in ann.values() if points) == [1, 1.5, 3, 4]
        if when == "goes":
            assert gradebook.find_comment("survey", "sums", NAME, "ann").comment == "Whom?"


def test_who_is_brought_back_has_the_points_that_must_not_fall(written: Course, hand_in: HandIn) -> None:
    """Also if the test has another name by then; and what was typed since a question was thrown out."""
    (assignment,) = written.assignments
    source = written.answers / NAME / "sums.py"
    text = source.read_text(encoding="utf-8").replace("assert add(1, 2) == 3", "assert add(1, 2) == 4")
    hand_in("ann", **ANSWERS)
    hand_in("ben", **ANSWERS)
    grade(written, "ann", "ben")
    source.write_text(text, encoding="utf-8")
    bring_up_to_date(written, assignment, True)
    with open_gradebook(written) as gradebook:
        discard(gradebook, NAME, gradebook.find_graded_cell("plot", "sums", NAME), "none")
        gradebook.db.commit()
    judge(written, "ann", plot=2)
    with open_gradebook(written) as gradebook:
        gradebook.remove_student("ann")
    source.write_text(text.replace('"add_test"', '"plus_test"'), encoding="utf-8")
    bring_up_to_date(written, assignment, True)
    with open_gradebook(written) as gradebook:
        gradebook.add_student("ann")
    grade(written, "ann", "ben")
    with open_gradebook(written) as gradebook:
        for student in ("ann", "ben"):
            assert gradebook.find_grade("plus_test", "sums", NAME, student).score == 1
        undo(gradebook, NAME, gradebook.find_graded_cell("plot", "sums", NAME))
        assert gradebook.find_grade("plot", "sums", NAME, "ann").manual_score == 2
        gradebook.db.rollback()


def test_a_graded_notebook_says_which_file_it_was(written: Course, hand_in: HandIn) -> None:
    """Also if the outcome is one of an earlier version, which did not note it."""
    path = hand_in("ann", **ANSWERS)
    for noted in ("", "abc"):
        outcome = NotebookOutcome(
            notebook="sums",
            status=Status.GRADED,
            document={"cells": [], "metadata": {}},
            handed_in=noted,
        )
        metadata = _document(outcome, path.parent)["metadata"]
        assert metadata[HANDED_IN] == (noted or digest_of_file(path.read_bytes()))


def forget(course: Course) -> None:
    """Make the gradebook one of an earlier version, or of nbgrader's own commands: without our tables."""
    with closing(sqlite3.connect(course.gradebook)) as gradebook:
        for table in ("release", "judged", "student"):
            gradebook.execute(f"DROP TABLE IF EXISTS cs_conv_{table}")


def test_points_by_hand_of_a_gradebook_without_our_tables_stay_done(written: Course, hand_in: HandIn) -> None:
    for student in ("ann", "ben", "cat"):
        hand_in(student, **ANSWERS)
    grade(written, "ann", "ben", "cat")
    for student in ("ann", "ben", "cat"):
        judge(written, student, essay=4, plot=1, survey=3, total_test=1.5)
    forget(written)
    hand_in("ben", **ANSWERS | {"essay": "Because it is."})
    shutil.rmtree(written.autograded("cat"))
    for _ in range(2):
        grade(written, "ann", "ben", "cat")
        assert waiting(written, "ann") == set(), "its notebook is the one that was graded"
        assert "essay" in waiting(written, "ben")
        assert "essay" in waiting(written, "cat"), "nobody knows what was graded"
    with open_gradebook(written) as opened:
        assert opened.find_submission(NAME, "ann").score == 1 + 1.5 + 3 + 4 + 1 + 3


def test_killed_while_an_earlier_gradebook_is_taken_over(
    written: Course, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new notebook lies in autograded/ by then; it is not what the person judged."""
    hand_in("ann", **ANSWERS)
    grade(written, "ann")
    judge(written, "ann", essay=4, plot=1, survey=3)
    forget(written)
    hand_in("ann", **ANSWERS | {"essay": "Because it is."})
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_record_notebook", lambda *_: os._exit(1))
        child = os.fork()
        if child == 0:
            grade(written, "ann")
            os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    grade(written, "ann")
    assert "essay" in waiting(written, "ann")


def test_a_test_that_is_added_mended_or_dropped_asks_nobody_again(written: Course, hand_in: HandIn) -> None:
    hand_in("ann", **ANSWERS)
    grade(written, "ann")
    judge(written, "ann", essay=4, plot=1, survey=3, total_test=1.5)
    source = written.answers / NAME / "sums.py"
    text = source.read_text(encoding="utf-8")
    added = text.replace("assert add(1, 2) == 3", "assert add(1, 2) == 3 != 4").replace(
        "# %%\nadd(20, 22)",
        '# %% nbgrader={"grade": true, "grade_id": "new", "locked": true, "points": 1.5, '
        '"schema_version": 3, "solution": false, "task": false}\nassert add(0, 0) == 0',
    )
    source.write_text(added.replace('"points": 3, "schema', '"points": 1.5, "schema', 1), encoding="utf-8")
    release(written, written.assignments[0])
    grade(written, "ann")
    assert waiting(written, "ann") == set()
    with open_gradebook(written) as gradebook:
        submission = gradebook.find_submission(NAME, "ann")
        assert (submission.score, submission.max_score) == (1 + 1.5 + 1.5 + 1.5 + 4 + 1 + 3, 6 + 10)
