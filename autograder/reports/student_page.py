"""A page for one student: the points of each test, what went wrong, what their own cells showed.

Everything that a student wrote is shown as text. No test's code is on the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer

from autograder.course import Assignment, Course
from autograder.grading.reading import VERDICT, read_scores
from autograder.grading.results import TestScore
from autograder.notebooks import graded_as, read_notebook
from autograder.reports.html import document, facts, named

NAME = "points.html"
_STYLE = """
section { border: 1px solid #e3e7eb; border-radius: 8px; padding: .8rem 1rem; margin: .8rem 0 }
section h3 { display: flex; justify-content: space-between; gap: 1rem } section p { margin: .5rem 0 0 }
.tests { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: .4rem 0 0; padding: 0; list-style: none }
.yes { color: #1a7f37 } .no { color: #b35900; font-weight: 600 }
.report { margin: 1rem 0; overflow-x: auto }
"""
# What a check's report is made of; whatever else is in it is shown as text.
_CLEAN = bleach.Cleaner(
    tags={"div", "b", "code", "pre", "table", "tbody", "tr", "td"},
    attributes={"*": ["style", "title"]},
    css_sanitizer=CSSSanitizer(
        allowed_css_properties=[
            *("background", "border", "border-collapse", "border-left", "color", "display", "flex-wrap"),
            *("font-family", "font-size", "font-weight", "gap", "line-height", "margin", "margin-top"),
            *("opacity", "outline", "outline-offset", "padding", "text-align"),
        ]
    ),
)


def write_student_page(course: Course, assignment: Assignment, student: str, remark: str = "") -> Path:
    """Write feedback/STUDENT/ASSIGNMENT/points.html from the gradebook and the graded notebooks.

    `remark` is said below the points: why a notebook was not graded in full.
    """
    score, most, tests = read_scores(course, assignment, student)
    notebooks = {}
    for name in assignment.notebooks:
        path = course.autograded(student, assignment.name) / f"{name}.ipynb"
        if path.is_file():
            notebooks[name] = read_notebook(path)
    path = course.feedback(student, assignment.name) / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    page = student_page(assignment.title, student, score, most, tests, notebooks, remark)
    path.write_text(page, encoding="utf-8")
    return path


def student_page(
    title: str,
    student: str,
    score: float,
    most: float,
    tests: Sequence[TestScore],
    notebooks: dict[str, Any],
    remark: str = "",
) -> str:
    """The page as HTML."""
    passed = sum(test.passed is True for test in tests)
    shown = [(f"{score:g} of {most:g}", "points"), (f"{passed} of {len(tests)}", "tests passed")]
    body = [f"<h1>{escape(title)}</h1>", f'<div class="quiet">{named(student)}</div>', facts(shown)]
    body += [f'<p class="remark">{escape(remark)}</p>'] if remark else []
    exercises: dict[str, list[TestScore]] = {}
    for test in tests:
        exercises.setdefault(test.exercise or "", []).append(test)
    body += [_exercise(exercise, tests) for exercise, tests in exercises.items()]
    for name, notebook in notebooks.items():
        body.append(f"<h2>{escape(name)}</h2>")
        body.append(f'<p class="quiet">Your answers and what the tests said of them. <a href="{name}.html">')
        body.append("The whole notebook</a>, with the comments that people wrote.</p>")
        body += [_cell(cell) for cell in notebook.cells if cell.cell_type == "code"]
    return document(f"{title}: {student}", body, _STYLE)


def _exercise(name: str, tests: Sequence[TestScore]) -> str:
    """The tests of one exercise, and each thing that was found once, with the tests in which it shows."""
    items, found = [], dict[str, list[str]]()
    for test in tests:
        what = test.aspect if name and test.aspect else test.grade_id
        kind, sign = {True: ("yes", "✓"), False: ("no", "✗"), None: ("quiet", "…")}[test.passed]
        points = f"{test.score:g} of {test.max_score:g}"
        items.append(f'<li><span class="{kind}">{sign} {escape(what)}</span> {points}</li>')
        for said in _findings(test):
            found.setdefault(said, []).append(what)
    earned, most = sum(test.score for test in tests), sum(test.max_score for test in tests)
    head = f"<h3><span>{escape(name or 'tests')}</span><span>{earned:g} of {most:g}</span></h3>"
    notes = [f"<p>{said} <small>({escape(', '.join(where))})</small></p>" for said, where in found.items()]
    return f'<section>{head}<ul class="tests">{"".join(items)}</ul>{"".join(notes)}</section>'


def _findings(test: TestScore) -> list[str]:
    if test.passed is None:
        return ["A person has still to look at it."]
    if test.passed:
        return []
    named_mistakes = [f"<b>{escape(m.name)}.</b> {escape(m.advice)}" for m in test.mistakes]
    return named_mistakes or ([escape(test.where)] if test.where else [])


def _cell(cell: Any) -> str:
    marks = graded_as(cell)
    if marks.get("grade") and not marks.get("solution"):
        return _test(str(marks.get("grade_id")), cell)
    if marks.get("solution") or (not marks and cell.get("outputs")):
        return _own(cell)
    return ""


def _test(name: str, cell: Any) -> str:
    """What a test showed; its code stays with the instructor, and so does the traceback, which quotes it."""
    parts: list[str] = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if output.output_type == "error":
            if output.ename == "CheckFailed" and parts:
                continue  # its report says it already
            parts.append(_text(": ".join(filter(None, (output.ename, output.evalue))), "error"))
        elif output.output_type == "stream":
            parts.append(_text(output.text))
        elif VERDICT in data and "text/html" in data:
            parts.append(f'<div class="report">{_CLEAN.clean(str(data["text/html"]))}</div>')
        elif output.output_type == "display_data" and "text/plain" in data:
            parts.append(_text(data["text/plain"]))
    return f"<h3><small>{escape(name)}</small></h3>" + "".join(parts) if parts else ""


def _own(cell: Any) -> str:
    """A cell of the student's and what it showed, as text and pictures."""
    if not cell.source.strip():
        return ""
    parts = [f"<pre><code>{escape(cell.source)}</code></pre>"]
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        picture = str(data.get("image/png", ""))
        if output.output_type == "error":
            parts.append(_text("\n".join(output.traceback) or f"{output.ename}: {output.evalue}", "error"))
        elif output.output_type == "stream":
            parts.append(_text(output.text))
        elif re.fullmatch(r"[A-Za-z0-9+/=\s]+", picture):
            parts.append(f'<img alt="what the cell drew" src="data:image/png;base64,{picture}">')
        elif "text/plain" in data:
            parts.append(_text(data["text/plain"]))
    return "".join(parts)


def _text(text: Any, kind: str = "") -> str:
    return f'<pre class="{kind}">{escape(str(text))}</pre>'
