"""Every attack of the corpus earns what it deserves, and nobody else notices it."""

from __future__ import annotations

import contextlib
import hashlib
import html
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from autograder.course import load_course
from autograder.grading.results import Result
from autograder.grading.trusted import TrustedEngine
from autograder.grading.trusted.computing_time import WAITING
from autograder.grading.trusted.notebook.safe_outputs import inert

from .bench import FULL, HERE, HONEST, Attack, Class, classroom, problems, read_corpus

CORPUS = {attack.name: attack for attack in read_corpus()}
QUICK = [
    "always_equal",
    "os_exit",
    "reads_solutions",
    "protocol_garbage",
    "symlink",
    "script_in_outputs",
    "warnings",
]


@dataclass
class Graded:
    """A class after grading, and what was there before."""

    room: Class
    results: dict[str, Result]
    before: dict[str, str]
    left_over: list[str]


def _fingerprints(room: Class) -> dict[str, str]:
    """The instructor's files and the honest students' submissions."""
    root = room.course.root
    places = [root / "solutions", root / "build", root / "course.yml", root / "assignments"]
    places += [root / "submitted" / name for name in HONEST]
    files = [file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*")))]
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()}


def _sandboxes() -> list[psutil.Process]:
    """What runs in sandboxes of ours or of nobody's; other runs on this machine may have theirs."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "/grader/inside/start.py" in " ".join(process.info["cmdline"] or []):
            with contextlib.suppress(psutil.NoSuchProcess):
                above = {parent.pid for parent in process.parents()} - {1}
                others = above - {os.getpid()}
                if all("/grader/inside/" in " ".join(psutil.Process(pid).cmdline()) for pid in others):
                    found.append(process)
    return found


def _grade(attacks: list[Attack]) -> Iterator[Graded]:
    known = {process.pid for process in psutil.process_iter()}
    with classroom(attacks) as room:
        before = _fingerprints(room)
        engine = TrustedEngine(workers=2)
        results = {result.student: result for result in engine.grade(room.course, room.submissions)}
        time.sleep(0.5)
        left_over = [" ".join(each.info["cmdline"]) for each in _sandboxes() if each.pid not in known]
        yield Graded(room, results, before, left_over)


@pytest.fixture(scope="module")
def some() -> Iterator[Graded]:
    yield from _grade([CORPUS[name] for name in QUICK])


@pytest.fixture(scope="module")
def everyone() -> Iterator[Graded]:
    yield from _grade(list(CORPUS.values()))


def _nobody_else_noticed(graded: Graded) -> None:
    for name in HONEST:
        assert graded.results[name].score == FULL, graded.results[name]
    assert _fingerprints(graded.room) == graded.before
    assert not graded.room.canary.exists()
    assert graded.room.listeners.reached == []
    assert graded.left_over == []


def _documents_are_inert(graded: Graded) -> None:
    for path in sorted(graded.room.course.autograded().rglob("*.ipynb")):
        assert path.stat().st_size < 3_000_000, path
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                text = cell["source"]
                assert cell["cell_type"] == "markdown", path
                assert not re.search(r"<[a-zA-Z/!]|javascript:", text), (path, text)
                assert "attachments" not in cell, path
            for output in cell.get("outputs", []):
                ours = cell["metadata"].get("nbgrader", {}).get("grade")
                allowed = {"text/plain", "image/png"}
                if ours:
                    allowed |= {"text/html", "application/vnd.cs-conv.verdict+json"}
                assert set(output.get("data", {})) <= allowed, (path, output)
                assert "\x1b" not in json.dumps(output.get("text", "")), path


@pytest.mark.sandbox
def test_some_attacks_earn_what_they_deserve(some: Graded) -> None:
    for name in QUICK:
        assert problems(CORPUS[name], some.results[name]) == [], some.results[name]
    _nobody_else_noticed(some)
    _documents_are_inert(some)


@pytest.mark.parametrize("colon", [":", "&colon;", "&#58;", "\\:", "&Tab;:", "\\\\:", " :"])
@pytest.mark.parametrize("scheme", ["javascript", "VbScript", "data", "java&NewLine;script"])
def test_links_in_prose_hold_no_script(scheme: str, colon: str) -> None:
    """Markdown takes entities and backslashes for what they stand for; formgrader shows what it makes."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    where = f"{scheme}{colon}attacked()"
    for text in (f"[x]({where})", f"![x]({where})", f"[x](<{where}>)", f"[x]: {where}\n\n[x]"):
        shown = markdown2html_mistune(inert(text))
        for link in re.findall(r'(?:href|src)="([^"]*)"', shown):
            assert not re.match(r"\s*(java\s*script|vbscript|data)\s*:", html.unescape(link), re.I), shown


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.parametrize("name", CORPUS)
def test_an_attack_earns_what_it_deserves(everyone: Graded, name: str) -> None:
    assert problems(CORPUS[name], everyone.results[name]) == [], everyone.results[name]


@pytest.mark.slow
@pytest.mark.sandbox
def test_nobody_else_noticed(everyone: Graded) -> None:
    _nobody_else_noticed(everyone)


@pytest.mark.slow
@pytest.mark.sandbox
def test_documents_are_inert(everyone: Graded) -> None:
    _documents_are_inert(everyone)


def test_the_corpus_is_large_and_complete() -> None:
    longest = WAITING * load_course(HERE / "course").assignments[0].limits.seconds_in_all + 30
    assert len(CORPUS) >= 60
    for attack in CORPUS.values():
        assert 0 <= attack.deserves <= FULL
        assert attack.within <= longest
        assert attack.tries


@pytest.mark.sandbox
def test_feedback_pages_hold_no_script(some: Graded) -> None:
    """nbgrader's own feedback of the attackers' notebooks."""
    from nbconvert import HTMLExporter

    path: Path = some.room.course.autograded("script_in_outputs", "01-attacked") / "attacked.ipynb"
    page, _ = HTMLExporter(template_name="basic").from_filename(str(path))
    body = page
    assert "window.attacked" in body  # it is shown, as text
    assert not re.search(r"<script>window\.attacked|<img src=x|<svg[^>]*onload", body)


@pytest.mark.sandbox
def test_feedback_pages_show_neither_script_nor_hidden_tests(some: Graded) -> None:
    from autograder.reports.feedback import write_feedback
    from autograder.reports.html import POLICY

    course = some.room.course
    students = [name for name in QUICK if list(course.autograded(name).rglob("*.ipynb"))]
    for name, pages, problem in write_feedback(course, course.assignments[0], dict.fromkeys(students, "")):
        assert (len(pages), problem) == (1, ""), name
        page = pages[0].read_text(encoding="utf-8")
        assert POLICY in page
        assert not re.search(r"<(script|svg|iframe|object|link|form|a href=\"[^#])\b", page)
        assert "hidden_draw" not in page
