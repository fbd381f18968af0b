"""The class report and a student's page in a real browser: all is drawn, nothing is loaded, nothing runs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from lab import ROOT, SCREENSHOTS
from playwright.sync_api import Locator, Page

from autograder import judge
from autograder.checks import Aspect, Case, find
from autograder.checks.media_type import VERDICT
from autograder.checks.report import Report
from autograder.course import load_course
from autograder.demo.submissions import Student, sample_students
from autograder.grading.results import FoundMistake, Result, Status, TestScore
from autograder.reports.class_page import class_page
from autograder.reports.html import document
from autograder.reports.notebook_page import PageContent, notebook_page
from autograder.reports.prose import to_html
from autograder.reports.record import Record
from cs_conv.naive import conv_forward
from tests.autograder.reports.test_large_class import page_of

pytestmark = pytest.mark.browser

ASSIGNMENT = load_course(ROOT).assignment("02-conv-forward")
EXERCISES = ("conv_window", "conv_forward", "filter_bank")
ENDING = {"marco": Status.CRASHED, "adam": Status.TIMED_OUT}  # not for this process


def unanswered(*arguments: Any, **options: Any) -> None:
    raise NotImplementedError


def graded(student: Student) -> tuple[Result, list[Report]]:
    """What grading a sample student comes to, and the checks' reports."""
    names: dict[str, Any] = {"np": np}
    status = {"half": Status.UNREADABLE, "nothing": Status.MISSING}.get(student.upload, Status.GRADED)
    status = ENDING.get(student.name, status)
    for answer in student.answers.values() if status is Status.GRADED else ():
        exec(answer, names)
    tests, reports = [], []
    for exercise in EXERCISES:
        verdict = judge(exercise, names.get(exercise, unanswered), seed=11)
        for aspect in verdict.aspects:
            said = verdict.to_dict(aspect.name)
            mistakes = tuple(FoundMistake(exercise=exercise, **mistake) for mistake in said["mistakes"])
            test = TestScore(
                notebook="conv_forward",
                grade_id=f"{exercise}_{aspect.name.replace(' ', '_')}",
                score=said["points"],
                max_score=said["max_points"],
                exercise=exercise,
                aspect=aspect.name,
                passed=said["passed"],
                mistakes=mistakes,
                where=said["where"],
            )
            tests.append(test)
            reports.append(Report(verdict, aspect.name))
    result = Result(
        student=student.name,
        assignment=ASSIGNMENT.name,
        status=status,
        score=sum(test.score for test in tests),
        max_score=20,
        tests=tuple(tests) if status is Status.GRADED else (),
    )
    return result, reports


CLASS = {student.name: graded(student) for student in sample_students(ASSIGNMENT.name)}


def serious_faults(page: Page, name: str) -> list[str]:
    """What axe finds that keeps people out: every rule, on the whole page. The count of all is printed."""
    found = Axe().run(page).response["violations"]
    count = sum(len(fault["nodes"]) for fault in found)
    print(f"axe: {count} faults of any weight on {name}")
    return [
        f"{fault['id']}: {node['html']}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def show(page: Page, path: Path, html: str) -> list[str]:
    """Open a page as a file; returns what the browser complained of."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url) if request.url != path.as_uri() else None)
    path.write_text(html, encoding="utf-8")
    page.set_viewport_size({"width": 1000, "height": 900})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 1000
    return said + serious_faults(page, path.name)


def test_the_class_report(page: Page, tmp_path: Path) -> None:
    results = tuple(result for result, _ in CLASS.values())
    record = Record(
        course="cs-conv",
        assignment=ASSIGNMENT.name,
        title=ASSIGNMENT.title,
        max_score=20,
        graded=datetime(2027, 2, 13, 9, 30, tzinfo=UTC),
        results=results,
    )
    html = class_page(record, {"ana": "conv_forward.html"})
    assert show(page, tmp_path / "report.html", html) == []
    page.screenshot(path=SCREENSHOTS / "report.png")
    heights = [bar.bounding_box()["height"] for bar in page.locator(".bars li").all()]  # type: ignore[index]
    full = sum(result.score == record.max_score for result in results)
    assert max(heights) > 100
    assert heights[-1] == pytest.approx(max(heights) * full / max_count(record), abs=1)
    assert page.get_by_role("link", name="ana").get_attribute("href") == (
        "../feedback/ana/02-conv-forward/conv_forward.html"
    )


def test_the_report_of_a_thousand_students_on_a_phone(page: Page, tmp_path: Path) -> None:
    """No word is broken, and a student takes a few lines; in five columns, a name took seven."""
    html = page_of(1000, crashed=517)
    assert show(page, tmp_path / "large.html", html) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_text("all 1000 students").click()
    page.screenshot(path=SCREENSHOTS / "report-large-phone.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    line = page.evaluate("parseFloat(getComputedStyle(document.body).lineHeight)")
    students = page.locator("details tbody tr").filter(visible=True)
    last = students.last
    for part in (last.locator("bdi"), last.get_by_text("graded"), page.get_by_text("204 of 1000 pass").first):
        assert height(part) < 1.5 * line
    assert height(last) < 6 * line


def height(part: Locator) -> float:
    box = part.bounding_box()
    assert box is not None
    return box["height"]


def max_count(record: Record) -> int:
    """The number of students in the fullest bar, each of which is two points wide."""
    bars = [int(score // 2) for score in record.scores]
    return max(map(bars.count, bars))


def test_a_students_page(page: Page, tmp_path: Path) -> None:
    result, reports = CLASS["fatima"]
    cells = [
        {
            "cell_type": "code",
            "source": "check()",
            "metadata": {"nbgrader": {"grade": True, "solution": False, "grade_id": test.grade_id}},
            "outputs": [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {VERDICT: {}, "text/html": report.html(), "text/plain": report.text()},
                }
            ],
        }
        for test, report in zip(result.tests, reports, strict=True)
    ]
    graded = PageContent(
        title=ASSIGNMENT.title,
        student="fatima",
        notebook="conv_forward",
        cells=cells,
        tests=result.tests,
        score=result.score or 0,
        most=result.max_score,
    )
    assert show(page, tmp_path / "conv_forward.html", notebook_page(graded)) == []
    page.screenshot(path=SCREENSHOTS / "feedback.png", full_page=True)
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    yours = page.locator(".report td[style*=outline]").first
    assert yours.bounding_box()["width"] > 10  # type: ignore[index]
    assert "the filter is flipped" in page.locator("section").first.inner_text()


def test_formulas_are_drawn(page: Page, tmp_path: Path) -> None:
    text = r"So $OH$ is $$OH = \frac{H - F + 2P}{S} + 1$$"
    assert show(page, tmp_path / "formula.html", document("formula", [to_html(text)])) == []
    fraction, letter = (page.locator(name).first.bounding_box() for name in ("mfrac", "mi"))
    assert fraction is not None
    assert letter is not None
    assert fraction["height"] > 1.5 * letter["height"]


def doubled(x: Any, w: Any, b: Any, stride: int = 1, pad: int = 0) -> Any:
    return 2 * conv_forward(x, w, b, stride, pad)


LARGE = replace(
    find("conv_forward"),
    aspects=(Aspect("values", 1),),
    cases=lambda rng: [
        Case("values", "large", (rng.normal(size=(1, 2, 12, 12)), np.ones((2, 2, 3, 3)), np.ones(2)))
    ],
    slopes=None,
)
REPORTS = {
    "passed": Report(judge("conv_forward", conv_forward)),
    "numbers": Report(judge("conv_forward", doubled)),
    "one aspect": Report(judge("conv_forward", doubled), "values"),
    "a map": Report(judge(LARGE, doubled)),
    "raised": Report(judge("conv_forward", lambda *args, **options: 1 / 0)),
    "unanswered": Report(judge("conv_forward", unanswered)),
}


def test_reports_of_checks_can_be_read_by_everybody(page: Page, tmp_path: Path) -> None:
    body = [f"<section><h2>{name}</h2>{report.html()}</section>" for name, report in REPORTS.items()]
    assert show(page, tmp_path / "reports.html", document("reports", body)) == []
    page.screenshot(path=SCREENSHOTS / "reports.png", full_page=True)
    assert page.get_by_role("img", name="not yet").count() > 5
    table = page.get_by_role("table", name="yours[0, 0]").first
    assert table.get_by_role("cell", name=re.compile("wrong")).count() > 0
    assert table.get_by_role("columnheader").count() > 1
