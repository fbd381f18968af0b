"""The page that a student gets back for one notebook: points, what was found, and the notebook itself.

nbgrader's exchange delivers one page for each notebook, so everything must be on it. It loads and runs
nothing. It shows text and pictures of the outputs, and nothing of hidden tests.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nh3
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.checks.media_type import VERDICT
from autograder.grading.results import TestScore
from autograder.grading.submissions.intake import NotPlainFile, read_file
from autograder.grading.submissions.pictures import MOST_BYTES, header, problem_with
from autograder.reports import prose
from autograder.reports.html import document, facts, named

MOST_PROSE = 300_000
"""The most characters of prose on a page that become HTML; the rest is shown as it was typed."""
MOST_PICTURES = 16 << 20
"""The most bytes of all pictures in the prose of a page."""
_LONG = 4000
"""A text with more characters than this gets a scroll bar of its own."""

_STYLE = """
section { border: 1px solid #d0d7de; border-radius: 8px; padding: .8rem 1rem; margin: .8rem 0 }
section > h3 { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem }
section p { margin: .5rem 0 0 } .prose, .cell { overflow-x: auto; margin: 1rem 0 }
.prose :is(h1, h2) { font-size: 1.2rem; margin: 1.6rem 0 .4rem }
.prose table { width: auto } .wide { display: block; overflow-x: auto; max-width: 100% }
.tests { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: .4rem 0 0; padding: 0; list-style: none }
.yes { color: #116329 } .no { color: #953800; font-weight: 600 } .comment { border-left: 4px solid #0b57a4;
  padding: 0 .8rem; margin: .6rem 0 }
.report { margin: .6rem 0; overflow-x: auto } summary { cursor: pointer; color: #0b57a4 }
.k, .kn, .kc, .ow { color: #8b0062 } .s, .s1, .s2, .sd, .sa, .si, .se { color: #0a3069 }
.c, .c1, .ch { color: #57606a; font-style: italic } .mi, .mf { color: #0550ae }
.nf, .nc, .nd { color: #6639ba }
"""
# The elements of a check's report; anything else is shown as text.
_REPORT = nh3.Cleaner(
    tags={"div", "span", "b", "code", "pre", "ul", "li", "table", "tr", "th", "td"},
    attributes={"*": {"style", "title", "role", "aria-label"}, "th": {"scope"}},
    filter_style_properties={
        *("background", "border", "border-collapse", "border-left", "color", "display", "flex-wrap"),
        *("font-family", "font-size", "font-weight", "gap", "line-height", "margin", "margin-top"),
        *("list-style", "outline", "outline-offset", "padding", "text-align"),
    },
)


@dataclass(frozen=True)
class PageContent:
    """The content of a page: a notebook's cells (in nbformat 4) and what the gradebook has for it."""

    title: str
    student: str
    notebook: str
    cells: Sequence[Mapping[str, Any]]
    tests: Sequence[TestScore]
    score: float
    most: float
    penalty: float = 0.0
    in_all: tuple[float, float] | None = None
    """The points of the whole assignment, if it has several notebooks."""
    comments: Mapping[str, str] = field(default_factory=dict)
    """The comments that people wrote, by grade_id."""
    remark: str = ""
    """Why it was not graded in full."""
    dates: str = ""
    """When it was due, and when it came."""
    folder: Path | None = None
    """The folder of the pictures that its prose names."""


def notebook_page(graded: PageContent) -> str:
    """The page as HTML."""
    passed = sum(test.passed is True for test in graded.tests)
    shown = [(f"{graded.score:g} of {graded.most:g}", "points")]
    automatic = sum(not test.by_hand for test in graded.tests)
    waiting = sum(test.waits for test in graded.tests)
    shown += [(f"{passed} of {automatic}", "tests passed")] if automatic else []
    shown += [(str(waiting), "waiting for a person")] if waiting else []
    shown += [(f"-{graded.penalty:g}", "for coming late")] if graded.penalty else []
    if graded.in_all:
        shown.append((f"{graded.in_all[0]:g} of {graded.in_all[1]:g}", "in the whole assignment"))
    body = [f"<h1>{escape(graded.title)}</h1>"]
    body += [f'<p class="quiet">{named(graded.student)}, {escape(graded.notebook)}</p>', facts(shown)]
    body += [f'<p class="quiet">{escape(graded.dates)}</p>'] if graded.dates else []
    body += [f'<p class="remark">{escape(graded.remark)}</p>'] if graded.remark else []
    exercises: dict[str, list[TestScore]] = {}
    for test in graded.tests:
        exercises.setdefault(test.exercise or "", []).append(test)
    body += ["<h2>Points</h2>"] if exercises else []
    body += [_exercise(exercise, tests) for exercise, tests in exercises.items()]
    body += ["<h2>Your notebook</h2>", *_Cells(graded).html()]
    return document(f"{graded.title}: {graded.student}", body, _STYLE)


def _exercise(name: str, tests: Sequence[TestScore]) -> str:
    """The tests of one exercise, and each finding once, with the tests that have it."""
    items, found = [], dict[str, list[str]]()
    for test in tests:
        what = test.aspect if name and test.aspect else test.grade_id
        kind, sign, word = {
            True: ("yes", "✓", "passed"),
            False: ("no", "✗", "not passed"),
            None: ("quiet", "…", "not graded yet"),
        }[test.passed]
        if test.by_hand and not test.waits:
            sign, word = "✎", "graded by hand"
        points = f"{test.score:g} of {test.max_score:g}"
        mark = f'<span role="img" aria-label="{word}">{sign}</span>'
        link = f'<a href="#{escape(test.grade_id)}">{escape(what)}</a>'
        items.append(f'<li><span class="{kind}">{mark} {link}</span> {points}</li>')
        for said in _findings(test):
            found.setdefault(said, []).append(what)
    earned, most = sum(test.score for test in tests), sum(test.max_score for test in tests)
    head = f"<h3><span>{escape(name or 'tests')}</span><span>{earned:g} of {most:g}</span></h3>"
    notes = [f"<p>{said} <small>({escape(', '.join(where))})</small></p>" for said, where in found.items()]
    return f'<section>{head}<ul class="tests">{"".join(items)}</ul>{"".join(notes)}</section>'


def _findings(test: TestScore) -> list[str]:
    if test.waits:
        return ["A person has still to look at it."]
    if test.passed is not False:
        return []
    named_mistakes = [f"<b>{escape(m.name)}.</b> {escape(m.advice)}" for m in test.mistakes]
    return named_mistakes or ([escape(test.where)] if test.where else [])


class _Cells:
    """Makes HTML of a notebook's cells, and limits the prose and pictures of the page."""

    def __init__(self, graded: PageContent) -> None:
        self.graded = graded
        self.scores = {test.grade_id: test for test in graded.tests}
        self.prose, self.pictures = MOST_PROSE, MOST_PICTURES

    def html(self) -> list[str]:
        return [self._cell(cell) for cell in self.graded.cells]

    def _cell(self, cell: Mapping[str, Any]) -> str:
        marks = cell.get("metadata", {}).get("nbgrader") or {}
        source, code = _text_of(cell.get("source", "")), cell.get("cell_type") == "code"
        theirs = bool(marks.get("solution") or marks.get("task"))
        if not source.strip() and not cell.get("outputs") and not theirs:
            return ""
        body = _code(source) if code else self._prose(source, cell.get("attachments") or {})
        shown = [_output(output) for output in cell.get("outputs", [])] if code else []
        if not marks.get("grade") and not theirs:
            kind = "cell" if code else "prose"
            return f'<div class="{kind}">{body}{"".join(shown)}</div>'
        name = str(marks.get("grade_id", ""))
        if not theirs:
            body = f"<details><summary>the test</summary>{body}</details>"
        what = "Your answer" if theirs else "Test"
        test = self.scores.get(name)
        points = f"<span>{test.score:g} of {test.max_score:g} points</span>" if test else ""
        head = f"<h3><span>{what}: {escape(name)}</span>{points}</h3>"
        return f'<section id="{escape(name)}">{head}{body}{"".join(shown)}{self._comment(name)}</section>'

    def _comment(self, name: str) -> str:
        comment = self.graded.comments.get(name, "")
        return f'<div class="comment"><b>Comment:</b> {prose.to_html(comment)}</div>' if comment else ""

    def _prose(self, source: str, attachments: Mapping[str, Any]) -> str:
        self.prose -= len(source)
        if self.prose < 0:
            return f"<pre>{escape(source)}</pre>"
        return prose.to_html(source, lambda address: self._picture(address, attachments))

    def _picture(self, address: str, attachments: Mapping[str, Any]) -> str | None:
        """The `data:` address of a picture that is attached to the cell or lies beside the notebook."""
        name = unquote(address)
        if name.startswith("attachment:"):
            content = attachments.get(name.removeprefix("attachment:"))
            data = _decoded(next(iter(content.values()), "")) if isinstance(content, dict) else b""
        else:
            data = self._beside(name)
        if not data or len(data) > self.pictures or problem_with(data):
            return None
        self.pictures -= len(data)
        return _address(data)

    def _beside(self, name: str) -> bytes:
        parts = Path(name).parts
        if self.graded.folder is None or not parts or ".." in parts or Path(name).is_absolute():
            return b""
        try:
            return read_file(self.graded.folder / name, MOST_BYTES)
        except (OSError, ValueError, NotPlainFile):
            return b""


def _output(output: Mapping[str, Any]) -> str:
    """The output of a cell as text and pictures. The only HTML is that of a check's report, cleaned."""
    data = output.get("data") or {}
    if output.get("output_type") == "error":
        trace = "\n".join(map(str, output.get("traceback") or []))
        return _text(trace or f"{output.get('ename', '')}: {output.get('evalue', '')}", "error")
    if output.get("output_type") == "stream":
        return _text(_text_of(output.get("text", "")))
    if VERDICT in data and "text/html" in data:
        return f'<div class="report">{_REPORT.clean(_text_of(data["text/html"]))}</div>'
    picture = _decoded(_text_of(data.get("image/png", "")))
    if picture:
        problem = problem_with(picture)
        if problem:
            return _text(f"A picture is not shown: {problem}.")
        return f'<img alt="what the cell drew" loading="lazy" src="{_address(picture)}">'
    return _text(_text_of(data["text/plain"])) if "text/plain" in data else ""


def _text_of(text: Any) -> str:
    """A notebook's text, which may be stored as one string or as a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _decoded(text: Any) -> bytes:
    try:
        return base64.b64decode(_text_of(text))
    except (binascii.Error, ValueError):
        return b""


def _address(picture: bytes) -> str:
    return f"data:{header(picture)[0]};base64,{base64.b64encode(picture).decode()}"


def _text(text: str, kind: str = "") -> str:
    return _pre(escape(re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)), kind)


def _pre(html: str, kind: str = "") -> str:
    long = ' class="{} long" tabindex="0"' if len(html) > _LONG else ' class="{}"'
    return f"<pre{long.format(kind)}>{html}</pre>"


def _code(source: str) -> str:
    return _highlighted(source) if len(source) <= _LONG else _pre(f"<code>{escape(source)}</code>")


@lru_cache(2000)
def _highlighted(source: str) -> str:
    """Python in colours. Cached, because most cells are the same on every student's page."""
    return _pre(f"<code>{highlight(source, _PYTHON, _FORMAT).rstrip()}</code>")


_PYTHON, _FORMAT = PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)
