"""What was handed in goes on to where people look at it and get it back from, and does no harm there."""

from __future__ import annotations

import json
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter

from autograder.course import Course, load_course
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.results import Result, Status
from autograder.grading.submissions.attachments import shown
from autograder.grading.submissions.timestamps import when_it_came
from autograder.grading.trusted import TrustedEngine
from autograder.grading.trusted.autograded_folder import carried, mirror
from autograder.grading.trusted.notebook.safe_outputs import student_outputs
from autograder.reports.feedback import who_gets_pages, write_feedback
from tests.autograder.conftest import NAME, RIGHT, submissions

from .essays import bomb, hand_in_essay, make_course, picture


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_course(tmp_path_factory.mktemp("essays") / "course").root


@pytest.fixture
def essays(made_once: Path, tmp_path: Path) -> Course:
    shutil.copytree(made_once, tmp_path / "course")
    return load_course(tmp_path / "course")


def grade(course: Course, *students: str) -> dict[str, Result]:
    return {
        result.student: result for result in TrustedEngine(workers=1).grade(course, submissions(*students))
    }


def document(course: Course, student: str) -> Any:
    return json.loads((course.autograded(student, NAME) / "sums.ipynb").read_text(encoding="utf-8"))


def essay_of(course: Course, student: str) -> dict[str, Any]:
    cells = document(course, student)["cells"]
    (cell,) = [c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == "essay"]
    return cell


def waits(course: Course, student: str) -> tuple[float | None, bool]:
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("essay", "sums", NAME, student)
        return grade.auto_score, grade.needs_manual_grade


@pytest.mark.sandbox
def test_everything_handed_in_lies_beside_the_graded_notebook(essays: Course) -> None:
    folder = hand_in_essay(essays, "ana", "See ![mine](pictures/mine.png).", **RIGHT)
    (folder / "pictures").mkdir()
    (folder / "pictures" / "mine.png").write_bytes(picture())
    (folder / "sketch.png").write_bytes(b"another")
    (folder / "plot.svg").write_text("<svg onload='alert(1)'/>")
    (folder / "page.HTML").write_text("<script>alert(1)</script>")
    (folder / "huge.png").write_bytes(bomb())
    (folder / "data.csv").write_text("1,2")
    (folder / "secrets").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    (folder / "timestamp.txt").write_text("2026-11-20 23:30:00 +01:00")
    (folder / "submission_secret.txt").write_text("a" * 64)
    assert grade(essays, "ana")["ana"].score == 6
    graded = essays.autograded("ana", NAME)
    found = {str(path.relative_to(graded)) for path in graded.rglob("*") if path.is_file()}
    assert found == {
        *("sums.ipynb", "pictures/mine.png", "sketch.png", "plot.svg.txt", "page.HTML.txt", "huge.png"),
        *("data.csv", "timestamp.txt", "submission_secret.txt"),
    }
    assert (graded / "pictures" / "mine.png").read_bytes() == picture()
    assert (graded / "sketch.png").read_bytes() == picture(5, 5), "the assignment's own comes first"
    assert "far too many pixels" in (graded / "huge.png").read_text()
    assert (graded / "timestamp.txt").read_text() == "2026-11-20 22:30:00.000000 UTC"
    assert (graded / "submission_secret.txt").read_text() == "a" * 64
    (folder / "data.csv").unlink()
    grade(essays, "ana")
    assert not (graded / "data.csv").exists(), "what went away leaves nothing behind"


@pytest.mark.sandbox
@pytest.mark.parametrize("secret", [None, b"", b"\xff\xfe\x00", b"x" * 5000])
def test_the_exchange_has_what_it_needs_of_everyone(essays: Course, secret: bytes | None) -> None:
    """`nbgrader release_feedback` ends for the class where one student's file is missing or no text."""
    folder = hand_in_essay(essays, "ana", "Text.", **RIGHT)
    (folder / "timestamp.txt").write_bytes(b"\xff\xfe\x00")
    if secret is not None:
        (folder / "submission_secret.txt").write_bytes(secret)
    result = grade(essays, "ana")["ana"]
    graded = essays.autograded("ana", NAME)
    assert (graded / "timestamp.txt").read_text() == ""
    assert len((graded / "submission_secret.txt").read_text("ascii")) == 64
    assert "timestamp.txt cannot be read, so nothing counts as late" in result.detail


def test_odd_files_stop_nobody(tmp_path: Path) -> None:
    graded = tmp_path / "graded"
    files = {
        "sums.ipynb": b"{}",
        "a": b"1",
        "a/b": b"2",
        "sums.ipynb/x": b"3",
        "n" * 253 + ".x": b"4",
        "ok": b"5",
    }
    for _ in range(2):
        mirror(graded, files)
        assert sorted(path.name[:9] for path in graded.iterdir())[-2:] == ["ok", "sums.ipyn"]
    assert (graded / "sums.ipynb").read_bytes() == b"{}"
    assert carried({}, {"n" * 253 + ".html": b"", "\u00e9" * 200: b""}) == {}
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("")
    (graded / "link").symlink_to(outside)
    mirror(graded, {})
    assert list(graded.iterdir()) == []
    assert (outside / "kept").exists()


@pytest.mark.sandbox
def test_a_pasted_picture_is_shown(essays: Course) -> None:
    hand_in_essay(
        essays, "ana", "So: ![my plot](attachment:my%20plot.png)", {"my plot.png": picture()}, **RIGHT
    )
    hand_in_essay(
        essays, "ben", "So: ![](attachment:b.png) ![](attachment:gone.png)", {"b.png": bomb(4000)}, **RIGHT
    )
    results = grade(essays, "ana", "ben")
    assert essay_of(essays, "ana")["attachments"]["picture-1.png"]["image/png"]
    assert "a picture in essay is not shown: it has 16 million pixels" in results["ben"].detail
    assert "attachments" not in essay_of(essays, "ben")
    for student in ("ana", "ben"):
        assert waits(essays, student) == (None, True)
        path = essays.autograded(student, NAME) / "sums.ipynb"
        page, _ = HTMLExporter().from_filename(str(path))  # as formgrader does it
        assert ('src="data:image/png;base64,iVBO' in page) is (student == "ana")


def test_the_assignments_own_pasted_pictures_stay() -> None:
    assert shown("![](attachment:a.png)", {}) == ("![](attachment\u200b:a.png)", {}, [])
    assert shown("![](ATTACHMENT\\:a.png)", {})[0] == "![](ATTACHMENT\u200b\\:a.png)"
    text, kept, problems = shown("![](attachment:a.png)", {"a.png": {"image/png": "!!!"}, "\ud800": {}})
    assert (text, kept) == ("![](attachment\u200b:a.png)", {})
    assert len(problems) == 2


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20 23:30:00 +01:00", "2026-11-20 22:30"),
        ("2026-11-20 23:30:00 +0100", "2026-11-20 22:30"),
        ("2026-11-20T23:30:00-05:30", "2026-11-21 05:00"),
        ("2026-11-20T23:30:00Z", "2026-11-20 23:30"),
        ("2026-11-20 23:30:00.123456 UTC", "2026-11-20 23:30"),
        ("2026-11-20 23:30:00 CET", "2026-11-20 22:30"),
        ("2026-07-20 23:30:00 CEST", "2026-07-20 21:30"),
        ("2026-11-20 23:30:00 Europe/Berlin", "2026-11-20 22:30"),
        ("2026-11-20 23:30:00\n", "2026-11-20 23:30"),
        ("\ufeff2026-11-20 23:30", "2026-11-20 23:30"),
        ("2016-01-30-15-30-10", "2016-01-30 15:30"),
        ("Fri, 20 Nov 2026 23:30:00 +0100", "2026-11-20 22:30"),
    ],
)
def test_the_time_zone_of_a_timestamp_is_read(tmp_path: Path, text: str, moment: str) -> None:
    (tmp_path / "timestamp.txt").write_text(text, encoding="utf-8")
    came, odd = when_it_came(tmp_path)
    assert odd == ""
    assert came is not None
    assert came.replace(second=0, microsecond=0, tzinfo=None) == datetime.fromisoformat(moment)
    (tmp_path / "timestamp.txt").write_text(text, encoding="utf-16")
    assert when_it_came(tmp_path) == (came, "")


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "20.11.2026 23:30", "2026-11-20 23:30 IST", "2026-11-20 25:00", "1\n2"),
        *("2026-11-20 23:30:00 ../../etc/passwd", "9999-12-31 23:59:59 -2359"),
    ],
)
def test_a_timestamp_that_cannot_be_read_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "timestamp.txt").write_text(text, encoding="utf-8")
    came, odd = when_it_came(tmp_path)
    assert came is None
    assert "write it as 2026-11-20 23:30:00 +01:00" in odd
    (tmp_path / "timestamp.txt").unlink()
    assert when_it_came(tmp_path) == (None, "")
    (tmp_path / "timestamp.txt").symlink_to("/etc/hostname")
    assert "is a link" in when_it_came(tmp_path)[1]


@pytest.mark.sandbox
def test_late_or_not_depends_on_the_zone(essays: Course) -> None:
    """Due on 2027-02-12 at 23:59 UTC."""
    times = {"ana": "2027-02-13 00:30:00 +01:00", "ben": "2027-02-12 23:30:00 -01:00", "cleo": "soon"}
    for student, text in times.items():
        folder = hand_in_essay(essays, student, "Text.", **RIGHT)
        (folder / "timestamp.txt").write_text("2028-01-01" if student == "cleo" else text)
    grade(essays, *times)
    (folder / "timestamp.txt").write_text(times["cleo"])
    grade(essays, "cleo")
    with open_gradebook(essays) as gradebook:
        late = {s: gradebook.find_submission(NAME, s).total_seconds_late > 0 for s in times}
    assert late == {"ana": False, "ben": True, "cleo": False}


def lose(course: Course, student: str, *, ids: bool = True, everything: bool = False) -> Any:
    """Take nbgrader's metadata from the essay, or from all cells, as some programs do."""
    path = course.submitted(student, NAME) / "sums.ipynb"
    notebook = nbformat.read(path, 4)
    for number, cell in enumerate(notebook.cells):
        if everything or cell.metadata.get("nbgrader", {}).get("grade_id") == "essay":
            cell.metadata.pop("nbgrader", None)
            if ids:
                cell.id = f"new{number}"
    nbformat.write(notebook, path)
    return path, notebook


@pytest.mark.sandbox
@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("ids", [False, True])
def test_a_written_answer_without_metadata_waits_for_a_person(
    essays: Course, ids: bool, everything: bool
) -> None:
    hand_in_essay(essays, "ana", "My answer.", **RIGHT)
    hand_in_essay(essays, "ben", "YOUR ANSWER HERE", **RIGHT)
    for student in ("ana", "ben"):
        lose(essays, student, ids=ids, everything=everything)
    results = grade(essays, "ana", "ben")
    assert (results["ana"].score, results["ben"].score) == (6, 6)
    assert waits(essays, "ana") == (None, True)
    assert waits(essays, "ben") == (0, False)
    assert essay_of(essays, "ana")["source"] == "My answer."


@pytest.mark.sandbox
def test_an_answer_in_a_cell_of_their_own_waits_for_a_person(essays: Course) -> None:
    """Below the one that was meant for it, or anywhere where that one was deleted."""
    for student in ("ana", "ben", "cleo"):
        hand_in_essay(essays, student, "YOUR ANSWER HERE", **RIGHT)
        path = essays.submitted(student, NAME) / "sums.ipynb"
        notebook = nbformat.read(path, 4)
        (place,) = [n for n, cell in enumerate(notebook.cells) if cell.source == "YOUR ANSWER HERE"]
        mine = [nbformat.v4.new_markdown_cell("It is so."), nbformat.v4.new_markdown_cell("And so.")]
        if student == "ana":
            notebook.cells[place + 1 : place + 1] = mine
        elif student == "ben":
            del notebook.cells[place]
            notebook.cells[:0] = mine
        else:
            notebook.cells[:0] = mine
        nbformat.write(notebook, path)
    results = grade(essays, "ana", "ben", "cleo")
    assert [waits(essays, student)[1] for student in ("ana", "ben", "cleo")] == [True, True, False]
    assert "the answer to essay may be in a cell of their own; look at it" in results["ana"].detail


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b"\0" * 64, "all of them blank"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "a Git LFS pointer"),
        (b"\n<!DOCTYPE html>\n<html><body>Log in", "a web page"),
        (
            b'{\n<<<<<<< HEAD\n "cells": [],\n=======\n "cells": [1],\n>>>>>>> b\n}',
            "conflict markers, the first in line 2",
        ),
        (b"{\r\n<<<<<<< HEAD\r\n=======\r\n>>>>>>> b\r\n}", "conflict markers"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"%PDF-1.7", "a PDF file"),
        (b"import numpy as np\n\ndef add(a, b):\n    return a + b\n", "a Python file"),
        ("# %%\nx = 1".encode("utf-16"), "a Python file"),
        ("hello".encode("utf-16"), "text that begins with 'hello'"),
        (b'{"cells": [{"cell_type": "code", "sou', "it ends in the middle"),
        (b'{"cells": [\n{},}', "broken JSON in line 2"),
        (b'{"url": "https://docs.example"}', "it holds no cells"),
        (b"\x01\x02\x03\x04\x05\x06", "it is not text"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_notebook_is_named(data: bytes, says: str) -> None:
    from autograder.grading.submissions.cells import Unreadable, read

    with pytest.raises(Unreadable, match=says.replace("(", r"\(")):
        read(data)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_notebooks_of_other_encodings_are_read(encoding: str) -> None:
    from autograder.grading.submissions.cells import read

    cell = {"cell_type": "code", "source": "é = 1", "metadata": {}}
    assert [c.source for c in read(json.dumps({"cells": [cell]}, ensure_ascii=False).encode(encoding))] == [
        "é = 1"
    ]


@pytest.mark.sandbox
def test_an_unreadable_submission_says_so_where_people_look(essays: Course) -> None:
    folder = hand_in_essay(essays, "ana", "Text.", **RIGHT)
    (folder / "sums.ipynb").write_bytes(b"%PDF-1.7")
    result = grade(essays, "ana")["ana"]
    assert (result.status, result.score) == (Status.UNREADABLE, 0)
    (cell,) = document(essays, "ana")["cells"]
    assert "sums.ipynb could not be read**: it is a PDF file" in cell["source"]
    nbformat.validate(nbformat.from_dict(document(essays, "ana")))


@pytest.mark.sandbox
def test_feedback_of_odd_names_is_their_own(essays: Course) -> None:
    """nbgrader takes a student's name for a pattern of files: "*" had everybody's pages made anew."""
    names = ["ana", "*", "[a-z]*", " leading", "two\nlines", "[x]", "a b", "{x}"]
    for name in names:
        hand_in_essay(essays, name, "Text.", **RIGHT)
    grade(essays, *names)
    who = who_gets_pages(essays, essays.assignments[0])
    assert set(who) == set(names)
    for name in names:
        ((student, made, problem),) = write_feedback(essays, essays.assignments[0], {name: ""})
        assert (student, made, problem) == (name, [essays.feedback(name, NAME) / "sums.html"], "")
        there = {path.parent.parent.name for path in essays.feedback().glob("*/*/sums.html")}
        assert there == set(names[: names.index(name) + 1])
        assert "<main>" in made[0].read_text(encoding="utf-8")
    shutil.rmtree(essays.autograded("ana", NAME))
    assert "ana" not in who_gets_pages(essays, essays.assignments[0])
    ((_, _, problem),) = write_feedback(essays, essays.assignments[0], {"zoe": ""})
    assert "run: cs-conv grade 01-sums" in problem


DRAWS = """
import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML, Image, Markdown

for number in range(14):
    plt.figure()
    plt.plot([number])
"""
SHOWS = """
draw = np.random.default_rng(0)
figure, axes = plt.subplots(figsize=(15, 15))
axes.imshow(draw.random((1080, 1080, 3)))
axes.axis("off")
figure.savefig("noise.png")
display(figure)
display(HTML("<table><tr><td>7</td><td>8</td></tr></table><script>alert(1)</script>"))
display(Markdown("*so it is*"))
display(Image("noise.png"))
"""


@pytest.mark.sandbox
def test_what_a_person_should_judge_is_kept_or_said(essays: Course) -> None:
    """Fourteen figures in one cell, one of more than 500 kB, HTML, a picture from a file."""
    described = essays.root / "course.yml"
    text = described.read_text(encoding="utf-8").replace("seconds_a_cell: 4", "seconds_a_cell: 100")
    text = text.replace("seconds_in_all: 20", "seconds_in_all: 200")
    text = text.replace("assignments:", "allow: [numpy, matplotlib]\nassignments:")
    described.write_text(text, encoding="utf-8")
    course = load_course(essays.root)
    hand_in_essay(
        course, "ana", "Text.", add=RIGHT["add"] + "\n" + DRAWS, total=RIGHT["total"] + "\n" + SHOWS
    )
    assert grade(course, "ana")["ana"].score == 6
    outputs = {
        cell["metadata"]["nbgrader"]["grade_id"]: [output.get("data", output) for output in cell["outputs"]]
        for cell in document(course, "ana")["cells"]
        if cell["metadata"].get("nbgrader", {}).get("solution") and cell["cell_type"] == "code"
    }
    texts = {name: [data.get("text/plain", "") for data in found] for name, found in outputs.items()}
    pictures = {name: sum("image/png" in data for data in found) for name, found in outputs.items()}
    assert pictures == {"add": 12, "total": 2}
    assert (
        sum("a further figure is not kept: 12 of a cell are the most" in text for text in texts["add"]) == 2
    )
    assert sum("made smaller" in text for text in texts["add"]) == 8
    assert sum("made smaller" in text for text in texts["total"]) == 2
    assert "(HTML, of which only the text is kept)\n7 8" in texts["total"]
    assert "*so it is*" in texts["total"]


def test_pictures_that_are_refused_are_said() -> None:
    def said(*pngs: bytes, most: int = 100) -> list[str]:
        kept = student_outputs([{"kind": "figure", "png": png} for png in pngs], most)
        return [output["data"].get("text/plain", "a picture") for output in kept]

    assert said(picture()) == ["a picture"]
    assert "far too many pixels" in said(bomb())[0]
    assert "16 million pixels" in said(bomb(4000))[0]
    assert "not a PNG" in said(b"GIF89a")[0]
    assert "header cannot be read" in said(b"\x89PNG\r\n\x1a\nnothing")[0]
    assert "600 kB" in said(picture() + bytes(600_000))[0]
    assert said(picture(), most=0) == ["(further output is not kept: 1 more)"]
    assert said(*[picture()] * 203)[-1] == "(further output is not kept: 3 more)"


@pytest.mark.parametrize("kind", [np.zeros(2), ["figure"], None, 5])
def test_an_output_of_a_kind_that_is_no_text_is_left_out(kind: object) -> None:
    """An array equals nothing and everything: comparing it would end the grading."""
    shown = [{"kind": kind, "text": "shown", "png": b"\x89PNG"}, {"kind": "stdout", "text": "after"}]
    assert [output.get("text") for output in student_outputs(shown, 100)] == ["after"]
