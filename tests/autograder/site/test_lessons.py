"""A lesson as a page: results of the answers, and none of the answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.course import Course, load_course
from autograder.notebooks.source import KERNEL
from autograder.site.lessons import ALT, WIDGET, WIDGETS, Pages, lesson_page, with_links
from cs_conv.live.sizes import start
from tests.autograder.conftest import REPOSITORY

ANSWER = """\
def output_size(W, F, S=1, P=0):
    ### BEGIN SOLUTION
    return (W - F + 2 * P) // S + 1
    ### END SOLUTION
"""


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(REPOSITORY)


def graded(source: str, name: str, **known: bool) -> Any:
    noted = {
        "grade_id": name,
        "grade": False,
        "locked": False,
        "solution": False,
        "task": False,
        "schema_version": 3,
    }
    return new_code_cell(source, metadata={"nbgrader": noted | known})


def notebook() -> Any:
    """An answer, its check, and a live picture below its still one."""
    check = graded("check()", "check", grade=True, locked=True)
    check.outputs = [new_output("display_data", data={"text/html": "<b>passed</b>", "text/plain": "passed"})]
    live = new_code_cell("sizes(globals())")
    live.outputs = [
        new_output("display_data", data={"image/svg+xml": "<svg>still</svg>", "text/plain": "still"}),
        new_output("display_data", data={WIDGET: {"model_id": "m"}, "text/plain": "live"}),
        new_output("stream", text="after"),
    ]
    made = new_notebook(
        cells=[new_markdown_cell("# A\n\nText."), graded(ANSWER, "answer", solution=True), check, live]
    )
    state = {"component": "sizes", "_esm": "export default 1", "state": start(W=9)}
    made.metadata = {"kernelspec": KERNEL, "widgets": {WIDGETS: {"state": {"m": {"state": state}}}}}
    return made


def test_an_answer_is_what_students_receive(course: Course, tmp_path: Path) -> None:
    page = lesson_page(course, notebook(), Pages(tmp_path, "../"))
    _, answer, check, _ = page.cells
    assert answer.source.startswith("def output_size")
    assert "not written yet" in answer.source
    assert "2 * P" not in json.dumps(page)
    assert [answer.metadata.tags, check.metadata.tags] == [["answer"], ["check"]]
    assert check.outputs[0]["data"]["text/html"] == "<b>passed</b>"


def test_a_live_picture_takes_the_place_of_its_still_one(course: Course, tmp_path: Path) -> None:
    cell = lesson_page(course, notebook(), Pages(tmp_path, "../")).cells[-1]
    live, after = cell.outputs
    assert after.text == "after"
    (path,) = tmp_path.glob("sizes-*.json")
    assert f'data-part="../live/parts/{path.name}"' in live["data"]["text/html"]
    assert "Here you can move things yourself" in live["data"]["text/html"]
    part = json.loads(path.read_text(encoding="utf-8"))
    assert part["component"] == "sizes"
    assert part["state"]["W"] == 9
    assert part["names"] == part["checks"] == ["output_size"]
    assert "not written yet" in part["code"]
    assert "2 * P" not in part["code"]
    assert part["first"]["header"]["arrays"][0][0] == "begins"


def test_pictures_have_words_and_the_title_is_followed_by_links(course: Course, tmp_path: Path) -> None:
    page = with_links(lesson_page(course, notebook(), Pages(tmp_path, "../")), "*links*")
    assert [cell.source for cell in page.cells[:3]] == ["# A", "*links*", "Text."]
    assert page.cells[-1].metadata.mystnb == {"image": {"alt": ALT}}
