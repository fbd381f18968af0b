"""A notebook or folder under another name is named, together with the name that was expected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.course import load_course
from autograder.grading.submissions.other_names import misnamed, misnamed_folders
from autograder.grading.submissions.students import find_submissions

DESCRIPTION = """\
course: two
title: Two notebooks
assignments:
  - {name: 01-sums, title: Sums, notebooks: {sums: 6, more_sums: 4}}
  - {name: 02-conv-forward, title: Convolution, notebooks: {conv_forward: 20}}
"""


@pytest.fixture
def two(tmp_path):
    (tmp_path / "course.yml").write_text(DESCRIPTION)
    return load_course(tmp_path)


def lay(course, *paths):
    for path in paths:
        (course.submitted() / path).parent.mkdir(parents=True, exist_ok=True)
        (course.submitted() / path).write_text("{}")


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (["02-conv-forward/conv_forward.ipynb"], ""),
        (["02-conv-forward/conv_forward.ipynb", "02-conv-forward/scratch.ipynb"], ""),
        (
            ["02-conv-forward/conv-forward.ipynb"],
            "ana handed in conv-forward.ipynb, expected conv_forward.ipynb",
        ),
        (["02-conv-forward/homework.ipynb"], "ana handed in homework.ipynb, expected conv_forward.ipynb"),
        (
            ["02-conv-forward/conv_forward (1).ipynb", "02-conv-forward/notes.ipynb"],
            "ana handed in conv_forward (1).ipynb, expected conv_forward.ipynb",
        ),
        (
            ["02-conv-forward/conv_forward.ipynb.txt"],
            "handed in conv_forward.ipynb.txt, expected conv_forward",
        ),
        (
            ["02-conv-forward/.ipynb_checkpoints/conv_forward.ipynb", "02-conv-forward/data.csv"],
            "ana handed in no conv_forward.ipynb",
        ),
        (
            ["02-conv-forward/02-conv-forward/conv_forward.ipynb"],
            "handed in 02-conv-forward/conv_forward.ipynb, expected conv_forward.ipynb without the folder",
        ),
        (["02-conv-forwad/conv_forward.ipynb"], "the folder 02-conv-forwad/, expected 02-conv-forward/"),
        (["02-Conv-Forward/conv_forward.ipynb"], "the folder 02-Conv-Forward/, expected 02-conv-forward/"),
        (["conv_forward.ipynb"], "outside of a folder, expected 02-conv-forward/conv_forward.ipynb"),
        (["holiday/photo.ipynb"], ""),
    ],
)
def test_says_what_was_expected(two, files, says):
    lay(two, *(f"ana/{name}" for name in files))
    found = misnamed(two, two.assignments[1], "ana", {})
    assert says in found
    assert bool(says) == bool(found)


def test_one_of_two_notebooks(two):
    lay(two, "ana/01-sums/sums.ipynb", "ana/01-sums/moresum.ipynb", "ben/01-sums/sums.ipynb")
    assert (
        misnamed(two, two.assignments[0], "ana", {})
        == "ana handed in moresum.ipynb, expected more_sums.ipynb"
    )
    assert misnamed(two, two.assignments[0], "ben", {}) == "ben handed in no more_sums.ipynb"


def test_folders_that_nothing_reads(two):
    lay(two, "ana/02-conv-forwad/x.ipynb", "ben/02-conv-forward/x.ipynb", "ben/02-conv-forward-old/x.ipynb")
    assert misnamed_folders(two) == ["ana handed in the folder 02-conv-forwad/, expected 02-conv-forward/"]


def test_files_and_folders_that_are_no_students(two):
    lay(two, "a.ipynb", "b.ipynb", "notes.txt", "ana/01-sums/sums.ipynb", "02-conv-forward/ben/x.ipynb")
    loose, turned = misnamed_folders(two)
    assert loose.startswith("2 notebooks in submitted/ itself, as a.ipynb, not graded; expected submitted/")
    says = "submitted/02-conv-forward/ is named as an assignment; expected submitted/STUDENT/02-conv-forward/"
    assert turned == says


def test_what_programs_leave_behind_is_no_student(two):
    lay(two, "ana/01-sums/sums.ipynb", ".ipynb_checkpoints/x", "__MACOSX/x", ".DS_Store", "readme.txt")
    assert [submission.student for submission in find_submissions(two, "01-sums")] == ["ana"]


def test_a_folder_that_may_not_be_looked_into_ends_nothing(two, monkeypatch):
    lay(two, "ana/01-sums/sums.ipynb", "ben/02-conv-forwad/x.ipynb")

    there = Path.iterdir

    def iterdir(self):
        if self.parent.name == "ana":
            raise PermissionError(13, "Permission denied", str(self))
        return there(self)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    says = misnamed(two, two.assignments[0], "ana", {})
    assert says.endswith("01-sums cannot be looked into (Permission denied)")
    assert misnamed_folders(two) == ["ben handed in the folder 02-conv-forwad/, expected 02-conv-forward/"]


def notebook(path, **answers):
    """The sample's notebook with these answers, as a file."""
    marks = {"grade": False, "solution": True, "schema_version": 3, "locked": False}
    cells = [
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": marks | {"grade_id": name}}}
        for name, source in ({"add": "...", "total": "..."} | answers).items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


@pytest.mark.parametrize("other", ["sums (1).ipynb", "anything.ipynb", "sums/sums.ipynb", "old/mine.ipynb"])
def test_answers_in_a_notebook_beside_the_one_that_is_graded(two, other):
    """A browser calls a second download `sums (1).ipynb`; the first one, untouched, is what is graded."""
    notebook(two.root / "sums.ipynb")
    released = {"sums": json.loads((two.root / "sums.ipynb").read_text())}
    folder = two.submitted("ana", "01-sums")
    for name in ("sums", "more_sums"):
        notebook(folder / f"{name}.ipynb")
    notebook(folder / other, total="return 1")
    says = f"ana also handed in {other}, with answers that sums.ipynb lacks: total"
    assert misnamed(two, two.assignments[0], "ana", released) == says
    notebook(folder / "sums.ipynb", add="return 2", total="return 3")
    assert misnamed(two, two.assignments[0], "ana", released) == "", "an older copy is nothing to speak of"
    (folder / other).write_text("no notebook")
    assert misnamed(two, two.assignments[0], "ana", released) == ""
