"""A page for one student: the points of each test, what went wrong, what their own cells showed.

Everything that a student wrote is shown as text. The page asks the browser to run and load nothing (its
Content-Security-Policy), so that it is safe to open whatever was handed in. No test's code is on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course
from autograder.grading.reading import read_scores
from autograder.grading.results import TestScore
from autograder.notebooks import read_notebook

POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
)
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1f2328; background: #fff; overflow-wrap: break-word }
h1 { font-size: 1.5rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #d0d7de }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d0d7de }
td, bdi, pre { overflow-wrap: anywhere }
.points { white-space: nowrap; text-align: right; overflow-wrap: normal }
pre { background: #f6f8fa; padding: .6rem; overflow: auto; white-space: pre-wrap; max-height: 40rem }
pre.error { background: #fff1e5 }
.advice { margin: .2rem 0 }
img { max-width: 100% }
"""


def write_points_page(course: Course, assignment: Assignment, student: str, remark: str = "") -> Path:
    """Write feedback/STUDENT/ASSIGNMENT/points.html from the gradebook and the graded notebooks.

    `remark` is said below the points: why a notebook was not graded in full.
    """
    score, most, tests = read_scores(course, assignment, student)
    notebooks = {}
    for name in assignment.notebooks:
        path = course.autograded(student, assignment.name) / f"{name}.ipynb"
        if path.is_file():
            notebooks[name] = read_notebook(path)
    path = course.feedback(student, assignment.name) / "points.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    title = f"{assignment.title}: {student}"
    path.write_text(points_page(title, score, most, tests, notebooks, remark), encoding="utf-8")
    return path


def points_page(
    title: str,
    score: float,
    most: float,
    tests: Sequence[TestScore],
    notebooks: dict[str, Any],
    remark: str = "",
) -> str:
    """The page as HTML."""
    body = [f"<h1><bdi>{escape(title)}</bdi></h1>", f"<p><b>{score:g} of {most:g} points</b></p>"]
    body += [f"<p>{escape(remark)}</p>"] if remark else []
    body.append(_table(tests))
    for name, notebook in notebooks.items():
        body.append(f"<h2>{escape(name)}</h2>")
        for cell in notebook.cells:
            marks = cell.metadata.get("nbgrader", {})
            if cell.cell_type != "code":
                continue
            if marks.get("grade") and not marks.get("solution"):
                body.append(_test(str(marks.get("grade_id")), cell))
            elif marks.get("solution") or (not marks and cell.get("outputs")):
                body.append(_own(cell))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(filter(None, body))
        + "\n</body></html>\n"
    )


def _table(tests: Sequence[TestScore]) -> str:
    rows = []
    for test in tests:
        words = [
            f'<div class="advice"><b>{escape(m.name)}.</b> {escape(m.advice)}</div>' for m in test.mistakes
        ]
        if test.passed is None:
            words.append("a person has still to look at it")
        elif test.passed:
            words.append("passed")
        elif not words:
            words.append(escape(test.where) or "not passed")
        what = f"{test.exercise}: {test.aspect}" if test.exercise and test.aspect else test.grade_id
        rows.append(
            f'<tr><td>{escape(what)}</td><td class="points">{test.score:g} of {test.max_score:g}</td>'
            f"<td>{''.join(words)}</td></tr>"
        )
    return '<table><tr><th>test</th><th class="points">points</th><th></th></tr>' + "".join(rows) + "</table>"


def _test(name: str, cell: Any) -> str:
    """What a test showed; its code stays with the instructor, and so does the traceback, which quotes it."""
    parts: list[str] = []
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            if output.ename == "CheckFailed" and parts:
                continue  # its report says it already
            text = f"{output.ename}: {output.evalue}" if output.evalue else output.ename
            parts.append(f'<pre class="error">{escape(text)}</pre>')
        elif output.output_type == "stream":
            parts.append(f"<pre>{escape(output.text)}</pre>")
        elif "text/plain" in output.get("data", {}) and output.output_type == "display_data":
            parts.append(f"<pre>{escape(output.data['text/plain'])}</pre>")
    return f"<h3>{escape(name)}</h3>" + "".join(parts) if parts else ""


def _own(cell: Any) -> str:
    """A cell of the student's and what it showed, as text and pictures."""
    if not cell.source.strip():
        return ""
    parts = [f"<pre><code>{escape(cell.source)}</code></pre>"]
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
            parts.append(f'<pre class="error">{escape(text)}</pre>')
        elif output.output_type == "stream":
            parts.append(f"<pre>{escape(output.text)}</pre>")
        else:
            picture = str(output.get("data", {}).get("image/png", ""))
            if re.fullmatch(r"[A-Za-z0-9+/=\s]+", picture):
                parts.append(f'<img alt="what the cell drew" src="data:image/png;base64,{picture}">')
            elif "text/plain" in output.get("data", {}):
                parts.append(f"<pre>{escape(str(output.data['text/plain']))}</pre>")
    return "".join(parts)
