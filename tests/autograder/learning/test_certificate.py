"""`cs-conv certificate`: what is on the page is what the record and the notebooks say, and no more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from autograder.course import load_course
from autograder.learning.history import History, history
from autograder.learning.points import NotebookPoints
from autograder.learning.record import Earned, Ran, Shown
from autograder.reports.certificate import CertificateContent
from autograder.reports.html import POLICY
from tests.autograder.conftest import NAME, RIGHT, SAMPLE
from tests.autograder.learning.conftest import said, write

DAY = datetime(2027, 3, 1, 12, tzinfo=UTC)


def ran(days: int, **earned: float) -> Ran:
    """A run so many days after the first; every exercise has 2 points."""
    exercises = tuple(Earned(exercise=name, earned=points, possible=2) for name, points in earned.items())
    when = DAY + timedelta(days=days)
    return Ran(when=when, key=str(days), assignment=NAME, notebook="sums", exercises=exercises)


def shown(days: int | None, exercise: str, hint: int | None) -> Shown:
    when = None if days is None else DAY + timedelta(days=days)
    return Shown(when=when, assignment=NAME, exercise=exercise, hint=hint)


def test_the_first_time_that_all_points_were_earned_counts():
    events = [ran(1, add=1), ran(3, add=2), ran(2, add=2), ran(4, add=0), ran(5, add=2)]
    assert history(events)["add"] == History(solved=DAY + timedelta(days=2))


def test_help_counts_until_the_exercise_was_solved_and_each_hint_once():
    events = [
        shown(0, "add", 1),
        shown(1, "add", 2),
        shown(1, "add", 2),
        ran(2, add=2),
        shown(3, "add", None),
    ]
    assert history(events)["add"] == History(DAY + timedelta(days=2), hints=2, assignment=NAME)
    assert history([shown(1, "add", None), *events])["add"].answer
    assert history(events[:3])["add"] == History(None, hints=2, assignment=NAME)
    assert history([ran(2, add=2), shown(None, "add", 1)])["add"].hints == 1, "at an unknown time: before"


class Text(HTMLParser):
    """The text of a page without its style, and its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.tags: list[str] = []
        self.feed(re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
        self.text = " ".join(" ".join(self.parts).split())

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


def test_the_page_says_what_was_solved_when_and_with_which_help(learner, runs):
    assert "no exercise is solved yet" in " ".join(said("certificate", code=2).split())
    write(learner, add=RIGHT["add"])
    said("solution", "total", "--now")
    printed = said("certificate", "--name", "Ana <b>&")
    assert "mine/certificate.html" in printed
    page = (learner.mine / "certificate.html").read_text(encoding="utf-8")
    assert "Ana &lt;b&gt;&amp;" in page
    text = Text(page).text
    today = datetime.now().astimezone().date()
    assert f"add_test 1 of 1 {today.day} {today:%B %Y} the answer of total" in text, "a test of plain asserts"
    assert re.search(r"total_test 0 of \d not yet the answer of total", text)
    assert "1 of 3 exercises solved 1 of 6 points 0 solved without cs-conv solution" in text
    assert "Nobody has checked or signed it, and it is not a proof." in text
    assert "Which of the folded hints in the notebooks were opened." in text


def test_the_page_is_whole_by_itself_and_can_be_dark_and_printed(learner, runs, tmp_path):
    write(learner, **RIGHT)
    said("certificate", "--to", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert POLICY in page
    assert not {"script", "link", "img", "iframe"} & set(Text(page).tags)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    assert not (learner.mine / "certificate.html").exists()


def test_a_notebook_that_cannot_be_read_is_named_and_what_was_solved_before_is_not_claimed_for_now(
    learner, runs
):
    write(learner, add=RIGHT["add"])
    said("certificate")
    write(learner, add="def add(a, b): ...")
    said("certificate")
    text = Text((learner.mine / "certificate.html").read_text(encoding="utf-8")).text
    assert re.search(r"add_test 0 of 1 \d+ \w+ \d{4} nothing", text)
    assert "0 of 3 exercises solved 0 of 6 points" in text
    (learner.mine / NAME / "sums.ipynb").write_text("{", encoding="utf-8")
    said("certificate")
    text = Text((learner.mine / "certificate.html").read_text(encoding="utf-8")).text
    assert "The notebook cannot be read." in text


def test_help_with_one_exercise_is_not_help_with_another():
    notebook = NotebookPoints(
        load_course(SAMPLE).assignments[0], "sums", exercises=ran(1, add=2, total=2).exercises
    )
    events = [ran(1, add=2, total=2), shown(0, "add", 1), shown(0, "mirror", None)]
    content = CertificateContent(
        "", "", DAY, DAY, [notebook], history(events), frozenset({"add", "total", "mirror"})
    )
    assert list(content.help_with(notebook, "add")) == ["add"]
    assert list(content.help_with(notebook, "total")) == []
    assert list(content.help_with(notebook, "a_test_of_asserts")) == ["mirror"]
