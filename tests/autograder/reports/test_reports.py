"""What is shown of a graded class, from results made up here."""

from __future__ import annotations

import base64
import cProfile
import io
import json
import os
import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from PIL import Image
from rich.console import Console

from autograder.checks.media_type import VERDICT
from autograder.commands.grade import grade_assignment
from autograder.course import CourseError
from autograder.grading.gradebook.open import open_gradebook
from autograder.grading.results import FoundMistake, Result, Status, TestScore
from autograder.reports import feedback
from autograder.reports.class_page import write_class_page
from autograder.reports.formulas import mathml
from autograder.reports.notebook_page import PageContent, notebook_page
from autograder.reports.prose import to_html
from autograder.reports.record import load_record, save_record, write_json
from autograder.reports.refresh_record import refresh_record
from autograder.reports.tables import class_table, misconception_table, seen
from autograder.terminal import bar, printable

BIAS = FoundMistake(exercise="conv_forward", name="bias left out", advice="Add b[k].")
FLIP = FoundMistake(exercise="conv_forward", name="flipped", advice="Do not flip.")


def result(student, score, *mistakes, status=Status.GRADED, **more):
    test = TestScore(
        notebook="sums",
        grade_id="values_test",
        score=score or 0,
        max_score=6,
        exercise="conv_forward",
        aspect="values",
        passed=score == 6,
        mistakes=mistakes,
    )
    tests = (test,) if status is Status.GRADED else ()
    return Result(
        student=student, assignment="01-sums", status=status, score=score, max_score=6, tests=tests, **more
    )


RESULTS = [
    result("cleo", 2, FLIP, BIAS),
    result("ana", 6),
    result("ben", 2, BIAS, BIAS),
    result("<script>alert(1)</script>", 0, detail="cell 3 <b>[bold]"),
    result("dora", None, status=Status.NOT_GRADED, detail="disk full"),
    result("emil", 0, status=Status.MISSING),
]


@pytest.fixture
def record(course):
    return save_record(course, course.assignments[0], RESULTS)


def plain(renderable) -> str:
    console = Console(width=150, file=None, record=True, quiet=False)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def test_counts_each_student_once(record):
    assert [(m.name, m.count) for m in record.misconceptions] == [("bias left out", 2), ("flipped", 1)]
    assert record.misconceptions[0].students == ("ben", "cleo")
    assert record.statuses == {"graded": 4, "missing": 1, "not graded": 1}
    assert record.summary == "4 submissions, mean 2.5, median 2 of 6 points, 1 with all points"


def test_the_record_stays_and_grows(course, record):
    assert load_record(course, "01-sums") == record
    again = save_record(course, course.assignments[0], [result("ben", 6)])
    assert [r.student for r in again.results] == [r.student for r in record.results]
    assert {r.student: r.score for r in again.results}["ben"] == 6
    assert {r.student: r.score for r in again.results}["cleo"] == 2


def test_a_record_that_is_not_there_or_damaged(course, record):
    with pytest.raises(CourseError, match="cs-conv grade 02-other"):
        load_record(course, "02-other")
    (course.reports / "01-sums.json").write_text("{")
    with pytest.raises(CourseError, match="is damaged; delete it"):
        load_record(course, "01-sums")


def test_tables_say_who_what_and_how_many(record):
    shown = plain(class_table(record))
    for words in ("ana", "6 / 6", "- / 6", "bias left out", "disk full", "missing", "[bold]"):
        assert words in shown
    lines = [line.split() for line in plain(misconception_table(record)).splitlines()]
    assert ["2", "conv_forward", "bias", "left", "out"] in lines


@pytest.mark.parametrize(
    ("score", "most", "shown"),
    [(0, 6, "·" * 10), (3, 6, "█" * 5 + "·" * 5), (6, 6, "█" * 10), (9, 6, "█" * 10), (None, 6, "·" * 10)],
)
def test_bars(score, most, shown):
    assert bar(score, most) == shown


def test_the_page_is_inert(course, record):
    page = write_class_page(course, record).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    assert "Add b[k]." in page
    assert "1 of 4" in page, "how many passed the test"
    assert "2.5 of 6" in page, "the mean points of the exercise"
    assert 'title="2 to less than 3 points: 2"' in page, "the distribution"


def test_the_page_links_to_the_pages_that_are_there(course):
    odd = 'a "b"/../%'.replace("/", "_")
    record = save_record(course, course.assignments[0], [result(odd, 2), result("ben", 2)])
    there = course.feedback(odd, "01-sums") / "sums.html"
    there.parent.mkdir(parents=True)
    there.touch()
    page = write_class_page(course, record)
    (link,) = re.findall('<a href="([^"]+)">', page.read_text(encoding="utf-8"))
    assert (page.parent / unquote(link)).resolve() == there.resolve()


def page_of(*cells, tests=(), **more):
    graded = {"title": "Sums", "student": "<ben>", "notebook": "sums", "score": 2, "most": 6} | more
    return notebook_page(PageContent(cells=cells, tests=tests, **graded))


def test_a_notebooks_page_shows_the_checks_report_and_nothing_that_acts():
    report = '<div style="color:#b35900;position:fixed">not yet<table><tr><td>3</td></tr></table></div>'
    report += "<script>alert(1)</script><img src=x onerror=alert(1)>"
    marks = {"grade": True, "solution": False, "grade_id": "values_test"}
    outputs = [
        {"output_type": "display_data", "data": {VERDICT: {}, "text/html": report}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/html": "<b onclick=x>", "text/plain": "<it>"}},
    ]
    cell = {"cell_type": "code", "source": "check()", "metadata": {"nbgrader": marks}, "outputs": outputs}
    own = {
        "cell_type": "markdown",
        "source": '[x](javascript:1) <img src="//x/y"> <iframe src=x>',
        "metadata": {},
    }
    failed = result("ben", 2, BIAS).tests
    page = page_of(cell, own, tests=[*failed, *failed], remark="timed out: <b>", penalty=1)
    assert re.search('<div style="color: ?#b35900;?">not yet<table>', page)
    assert page.count("bias left out") == 1, "said once for both tests"
    assert "<li><b>-1</b>for coming late</li>" in page
    assert '<html lang="en">' in page
    assert "<main>" in page
    for harm in ("<script", "onerror", "<ben>", "position", "timed out: <b>", "<it>", "<iframe", "//x/y"):
        assert harm not in page
    assert 'href="javascript' not in page


def png(width, height):
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return file.getvalue()


def test_pictures_of_ones_prose_are_in_the_page(tmp_path):
    (tmp_path / "beside.png").write_bytes(png(3, 4))
    (tmp_path / "link.png").symlink_to(tmp_path / "beside.png")
    large = base64.b64encode(png(5000, 4000)).decode()
    text = "![a](attachment:a.png) ![b](beside.png) ![c](link.png) ![d](../beside.png) ![e](attachment:e.png)"
    attached = {
        "a.png": {"image/png": base64.b64encode(png(2, 2)).decode()},
        "e.png": {"image/png": large},
    }
    output = {"output_type": "display_data", "data": {"image/png": large}, "metadata": {}}
    page = page_of(
        {"cell_type": "markdown", "source": text, "metadata": {}, "attachments": attached},
        {"cell_type": "code", "source": "draw()", "metadata": {}, "outputs": [output]},
        folder=tmp_path,
    )
    assert page.count('src="data:image/png;base64,') == 2
    assert [f'alt="{name}"' in page for name in "abcde"] == [True] * 5
    assert "A picture is not shown: it has 20 million pixels; the limit is 8 million." in page


UNITS = [
    *("\\begin{a}", "\\begin{align}\n", "- \\begin{a}\n", "\\\\(", "\\\\[", "$a ", "$x$ ", "$$a\n"),
    *("`a", "[", "![", "*a ", "> \\begin{a}\n\n", "<a ", "](", "&amp"),
    *("|a|b|\n|-|-|\n|c|d|\n", "\\begin{a}\\end{b}"),
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_whatever_is_written_takes_time_that_grows_with_its_length(unit):
    """Counted in calls, which no busy machine changes."""

    def calls(length):
        profile = cProfile.Profile()
        profile.runcall(to_html, (unit * length)[:length])
        return sum(entry.callcount for entry in profile.getstats())

    assert calls(16_000) < 2.5 * calls(8_000) + 1000
    assert to_html(unit * 200_000).startswith("<pre>"), "what is far too long stays as it was typed"


@pytest.mark.parametrize("tex", [r"\frac{H - F + 2P}{S} + 1", r"\langle f(x),\; dout \rangle", "S"])
def test_formulas_need_no_script(tex):
    drawn = mathml(tex, "block")
    assert drawn.startswith("<math")
    assert "\\" not in drawn


@pytest.mark.parametrize(
    "tex",
    [
        *(r"\href{javascript:alert(1)}{x}", r"\text{<script>alert(1)</script>}", r"\text{<img/src=x>}"),
        *("{" * 5000, "{" * 1900, r"\def\a{\a}\a", r"\left(", "x" * 9999),
    ],
)
def test_formulas_that_are_none_stay_as_they_are(tex):
    assert mathml(tex, "inline") is None
    assert "<script" not in to_html(f"so ${tex}$ there").replace(tex, "")


def test_json_holds_everything(tmp_path, record):
    write_json(tmp_path / "grades.json", [record])
    assignment = json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))["assignments"][0]
    assert assignment["max_score"] == 6
    results = {r["student"]: r for r in assignment["results"]}
    assert results["dora"] | {"tests": []} == results["dora"]
    assert (results["dora"]["status"], results["dora"]["score"]) == ("not graded", None)
    assert results["cleo"]["mistakes"][0]["name"] == "flipped"
    assert results["cleo"]["tests"][0]["grade_id"] == "values_test"
    assert assignment["misconceptions"][0]["count"] == 2


class Prepared:
    """An engine that has its results ready: whoever shows them asks for no more than the interface."""

    name = "prepared"

    def __init__(self, results, interrupted_after=None):
        self.results, self.interrupted_after = results, interrupted_after

    def grade(self, course, submissions, started=lambda submission: None) -> Iterator[Result]:
        for number, submission in enumerate(submissions):
            started(submission)
            if number == self.interrupted_after:
                raise KeyboardInterrupt
            yield next(r for r in self.results if r.student == submission.student)


def test_any_engine_will_do(course, hand_in):
    for student in ("ana", "ben", "cleo"):
        hand_in(student)
    console = Console(width=150)
    with console.capture() as capture:
        record = grade_assignment(course, course.assignments[0], Prepared(RESULTS), console)
    assert [(r.student, r.score) for r in record.results] == [("ana", 6), ("ben", 2), ("cleo", 2)]
    assert "prepared" in capture.get()
    assert "bias left out" in capture.get()


def test_an_interruption_keeps_what_was_graded(course, hand_in):
    for student in ("ana", "ben", "cleo"):
        hand_in(student)
    engine = Prepared(RESULTS, interrupted_after=2)
    with pytest.raises(KeyboardInterrupt):
        grade_assignment(course, course.assignments[0], engine, Console(quiet=True))
    assert [r.student for r in load_record(course, "01-sums").results] == ["ana", "ben"]


def test_one_cell_stands_for_all_that_never_end():
    detail = (
        "cell 7 (a): a call ran longer than 6 s; cell 7 (a) ran longer than 6 s; cell 8 ran longer than 6s"
    )
    detail += "; the notebook used up its 30 s before cell 9; ana handed in no more.ipynb"
    shown = seen(result("ana", 0, status=Status.TIMED_OUT, detail=detail))
    assert shown == (
        "cell 7 (a): a call ran longer than 6 s; ana handed in no more.ipynb; likewise 2 further cells"
    )


def test_a_folder_whose_name_is_no_text_can_be_kept(course):
    name = os.fsdecode(b"b\xffd")
    course.submitted(name, "01-sums").mkdir(parents=True)
    engine = Prepared([result(name, None, status=Status.NOT_GRADED)])
    for _ in range(2):
        record = grade_assignment(course, course.assignments[0], engine, Console(quiet=True))
        write_class_page(course, record)
    assert [r.student for r in load_record(course, "01-sums").results] == [r"b\udcffd"]


def test_a_damaged_record_is_said_before_grading(course, hand_in):
    hand_in("ana")
    course.reports.mkdir()
    (course.reports / "01-sums.json").write_text("")
    console = Console(width=150)
    with console.capture() as capture, pytest.raises(CourseError, match="is damaged"):
        grade_assignment(course, course.assignments[0], Prepared(RESULTS), console)
    assert capture.get() == ""


def test_names_cannot_move_the_cursor(course):
    assert printable("a\x1b[2Jb\r\nc\u202ed") == "a?[2Jb c?d"


def test_points_given_by_hand_and_submissions_taken_away(course, record):
    """`report` tells what the gradebook has, whoever put it there."""
    with open_gradebook(course) as gradebook:
        for student in ("ana", "emil", "fay"):
            gradebook.add_student(student)
            (notebook,) = gradebook.add_submission("01-sums", student).notebooks
            for grade in notebook.grades:
                grade.auto_score, grade.needs_manual_grade = 1, False
        gradebook.db.commit()
    now = {r.student: r for r in refresh_record(course, course.assignments[0]).results}
    assert (now["ana"].score, now["fay"].score) == (3, 3)
    assert (now["emil"].status, now["emil"].score) == (Status.MISSING, 3)
    assert "the points of an earlier submission" in now["emil"].detail
    assert (now["cleo"].status, now["cleo"].score) == (Status.MISSING, 0)
    assert "no such submission any more" in now["cleo"].detail
    assert now["dora"].score is None
    assert load_record(course, "01-sums").read is not None


def test_pages_that_would_take_for_ever_hold_up_nobody_elses(course, monkeypatch):
    """Python's searches are interrupted as well."""

    def write(self, student, remark):
        return re.match(r"(a|aa)+$", "a" * 60 + "b") if student == "ana" else [course.root / student]

    monkeypatch.setattr(feedback.Pages, "write", write)
    monkeypatch.setattr(feedback, "SECONDS", 1)
    made = {student: (pages, problem) for student, pages, problem in feedback.write_feedback(
        course, course.assignments[0], dict.fromkeys(("ana", "ben"), "")
    )}  # fmt: skip
    assert made["ana"] == ([], "its pages would take more than 1 s; see what was handed in")
    assert made["ben"] == ([course.root / "ben"], "")


def test_what_has_to_come_first_is_said(bare):
    with pytest.raises(CourseError, match="cs-conv release 01-sums"):
        grade_assignment(bare, bare.assignments[0], Prepared([]), Console(quiet=True))


def test_nobody_handed_in_anything(course):
    with pytest.raises(CourseError, match="nobody handed in anything"):
        grade_assignment(course, course.assignments[0], Prepared([]), Console(quiet=True))
