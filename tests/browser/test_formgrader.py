"""An instructor in nbgrader's formgrader, on a class that `cs-conv grade` graded: every page opens, the
pictures are there, and its buttons make and release our feedback.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import SCREENSHOTS, SECONDS, Server, serving
from playwright.sync_api import Page, expect

from autograder.grading.interface import Submission
from autograder.grading.trusted import TrustedEngine
from tests.autograder.conftest import RIGHT
from tests.autograder.grading.trusted.essays import hand_in_essay, make_course, picture

pytestmark = [pytest.mark.browser, pytest.mark.sandbox]
NAME = "01-sums"
STUDENTS = ("ana", "ben", "cleo")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of three: pictures beside and in the answer; a PDF file; a timestamp that cannot be read."""
    root = tmp_path_factory.mktemp("formgrader")
    course = make_course(root / "course")
    (root / "exchange").mkdir()
    (root / "exchange").chmod(0o777)
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"\nget_config().Exchange.root = {str(root / 'exchange')!r}\n")
    text = (
        "Beside: ![beside](mine.png) pasted: ![pasted](attachment:my%20plot.png) gone: ![](attachment:x.png)"
    )
    ana = hand_in_essay(course, "ana", text, {"my plot.png": picture()}, **RIGHT)
    (ana / "mine.png").write_bytes(picture())
    (hand_in_essay(course, "ben", "Text.") / "sums.ipynb").write_bytes(b"%PDF-1.7")
    (hand_in_essay(course, "cleo", "Text.", **RIGHT) / "timestamp.txt").write_bytes(b"\xff\xfe\x00")
    results = list(TrustedEngine(workers=1).grade(course, [Submission(name, NAME) for name in STUDENTS]))
    assert sorted(result.score or 0 for result in results) == [0, 6, 6]
    return course.root


@pytest.fixture(scope="module")
def formgrader(graded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(graded, tmp_path_factory.mktemp("jupyter"), instructor=True) as server:
        yield server


def enter(page: Page, server: Server, path: str) -> None:
    """Log in, which formgrader's own pages do not, and open one."""
    page.goto(server.url("/login"))
    page.goto(server.address + path)


def press(page: Page, row: str, button: str) -> str:
    """Press a button in the table's row of that name, and return what the dialog says."""
    found = page.get_by_role("row").filter(has_text=row).locator(f".{button} a")
    expect(found).to_be_visible(timeout=60 * SECONDS)
    found.click()
    said = page.locator(".modal.in .modal-body")
    expect(said).to_contain_text("Successfully", timeout=120 * SECONDS)
    text = said.inner_text()
    page.keyboard.press("Escape")
    page.locator(".modal.in .modal-footer button, .modal.in button.close").first.click()
    expect(page.locator(".modal.in")).to_have_count(0)
    return text


def test_every_submission_opens_with_its_pictures(page: Page, formgrader: Server) -> None:
    enter(page, formgrader, f"/formgrader/gradebook/{NAME}/sums")
    links = page.locator("#main-table tbody a, table tbody a")
    expect(links.first).to_be_visible(timeout=60 * SECONDS)
    addresses = {str(link.get_attribute("href")) for link in links.all()}
    addresses = {address for address in addresses if "/submissions/" in address}
    assert len(addresses) == len(STUDENTS)
    seen = []
    for number, address in enumerate(sorted(addresses)):
        answer = page.goto(formgrader.address + address)
        assert answer is not None
        assert answer.status == 200, address
        seen.append(page.locator("#notebook-container").last.inner_text())
        page.screenshot(path=SCREENSHOTS / f"formgrader-{number}.png")
        if "Beside" in seen[-1]:
            for name in ("beside", "pasted", "the sketch"):
                drawn = page.get_by_role("img", name=name)
                expect(drawn).to_be_visible()
                assert drawn.evaluate("picture => picture.naturalWidth") > 0, name
    assert sum("could not be read: it is a PDF file" in text for text in seen) == 1


def test_buttons_make_and_release_our_feedback(page: Page, formgrader: Server, graded: Path) -> None:
    enter(page, formgrader, "/formgrader/manage_assignments")
    assert "generated feedback" in press(page, NAME, "generate-feedback")
    made = {path.parent.parent.name: path for path in (graded / "feedback").rglob("sums.html")}
    assert set(made) == set(STUDENTS)
    text = made["ana"].read_text(encoding="utf-8")
    assert "6 of 10" in text
    assert "default-src 'none'" in text
    page.reload()
    assert "released feedback" in press(page, NAME, "release-feedback")
    released = list((graded.parent / "exchange").rglob("feedback/*.html"))
    assert len(released) == len(STUDENTS)
    page.goto(f"{formgrader.address}/formgrader/manage_submissions/{NAME}")
    for student in STUDENTS:
        press(page, student, "generate-feedback")
        press(page, student, "release-feedback")
