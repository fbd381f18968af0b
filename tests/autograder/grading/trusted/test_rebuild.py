"""The notebook that runs is the template with the answers put in, and runs only what is needed."""

from __future__ import annotations

import ast
import json
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.grading.submissions.cells import Unreadable, read
from autograder.grading.trusted.notebook.judged_answers import unanswered
from autograder.grading.trusted.notebook.rebuild import rebuild
from autograder.grading.trusted.notebook.safe_outputs import inert, printable
from autograder.grading.trusted.notebook.template import Template, make_template
from autograder.notebooks.free_names import binds, needs, needs_of_text


def cell(source: str, kind: str = "code", **marks: Any) -> dict[str, Any]:
    known = {"grade": False, "solution": False, "locked": False, "task": False} | marks
    return {"cell_type": kind, "source": source, "id": "", "metadata": {"nbgrader": known} if marks else {}}


CELLS = [
    cell("# Prose", "markdown"),
    cell("import numpy as np\nimport matplotlib.pyplot as plt\nfrom autograder import check"),
    cell("plt.plot([1, 2])"),
    cell("def helper():\n    return np.ones(3)", grade_id="setup", locked=True),
    cell("def f(x):\n    raise NotImplementedError", grade_id="f", solution=True),
    cell("print(f(1))"),
    cell(
        "assert f(1) == 2\nassert helper().sum() == 3", grade_id="f_test", grade=True, locked=True, points=2
    ),
]


def template(cells: list[dict[str, Any]] | None = None) -> Template:
    cells = CELLS if cells is None else cells
    known = {}
    points = {}
    for each in cells:
        marks = each["metadata"].get("nbgrader")
        if marks:
            known[marks["grade_id"]] = SimpleNamespace(
                source=each["source"], cell_type=each["cell_type"], locked=marks["locked"], checksum="x"
            )
            if marks["grade"]:
                points[marks["grade_id"]] = float(marks["points"])
    return make_template("n", {"cells": cells, "metadata": {}}, None, known, points)


def handed(cells: list[dict[str, Any]]) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def answered(source: str = "def f(x):\n    return 2 * x") -> list[dict[str, Any]]:
    return [
        dict(c, source=source) if c["metadata"].get("nbgrader", {}).get("grade_id") == "f" else c
        for c in CELLS
    ]


def test_answers_run_inside_and_tests_outside() -> None:
    steps = rebuild(template(), read(handed(answered()))).steps
    by_role = {step.role: step for step in steps if step.role in ("answer", "test", "setup")}
    assert by_role["answer"].inside == "def f(x):\n    return 2 * x"
    assert by_role["answer"].outside is None
    assert by_role["test"].inside is None
    assert by_role["test"].outside == CELLS[6]["source"]
    assert by_role["setup"].inside == by_role["setup"].outside == CELLS[3]["source"]


def test_what_only_shows_something_is_not_run() -> None:
    steps = rebuild(template(), read(handed(answered()))).steps
    assert [
        (step.inside, step.outside) for step in steps if step.source in ("plt.plot([1, 2])", "print(f(1))")
    ] == [
        (None, None),
        (None, None),
    ]
    (imports,) = [step for step in steps if step.source.startswith("import numpy")]
    assert "matplotlib" not in imports.inside + imports.outside
    assert "numpy" in imports.inside
    assert "numpy" in imports.outside


def test_a_students_own_cells_stay_in_place_and_inside() -> None:
    own = cell("def mine():\n    return 3")
    cells = answered("def f(x):\n    return mine()")
    steps = rebuild(template(), read(handed([*cells[:4], own, *cells[4:]]))).steps
    sources = [step.source for step in steps]
    assert sources.index(own["source"]) < sources.index("def f(x):\n    return mine()")
    (extra,) = [step for step in steps if step.role == "extra"]
    assert (extra.inside, extra.outside) == (own["source"], None)


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells[:-1],
        lambda cells: cells[::-1],
        lambda cells: [*cells[:-1], dict(cells[-1], source="pass")],
        lambda cells: [*cells, dict(cells[-1], source="pass")],
        lambda cells: [dict(c, cell_type="markdown") for c in cells],
        lambda cells: [c for c in cells if c["metadata"].get("nbgrader", {}).get("solution")],
    ],
    ids=["deleted", "reversed", "edited", "duplicated", "retyped", "alone"],
)
def test_changes_around_an_answer_do_not_matter(change: Any) -> None:
    steps = rebuild(template(), read(handed(change(answered())))).steps
    assert [step.source for step in steps if step.role == "test"] == [CELLS[6]["source"]]
    assert [step.inside for step in steps if step.role == "answer"] == ["def f(x):\n    return 2 * x"]


def test_an_untouched_copy_of_the_released_cell_is_no_answer() -> None:
    cells = answered()
    for place in (4, 5):
        copies = [*cells[:place], CELLS[4], *cells[place:]]
        steps = rebuild(template(), read(handed(copies))).steps
        assert [s.inside for s in steps if s.inside and "NotImplementedError" in s.inside] == []
        assert [s.answered for s in steps if s.role == "answer"] == [True]


def test_what_was_odd_is_said() -> None:
    def remarks(cells: list[dict[str, Any]]) -> list[str]:
        return rebuild(template(), read(handed(cells))).remarks

    assert remarks(answered()) == []
    assert set(remarks([CELLS[3], CELLS[4], *answered()])) == {
        "setup is there more than once; the released one counts",
        "f is there more than once; its last answer counts",
    }
    assert remarks(answered()[:-1]) == ["cells were missing and put back: f_test"]
    assert "from all cells" in remarks([dict(c, metadata={}) for c in answered()])[0]


def test_an_answer_that_is_missing_runs_nothing() -> None:
    steps = rebuild(template(), read(handed([CELLS[0]]))).steps
    assert [(s.inside, s.answered) for s in steps if s.role == "answer"] == [(None, False)]


PROSE = cell("YOUR ANSWER HERE", "markdown", grade_id="why", solution=True)
TASK = cell("Ask three people.", "markdown", grade_id="survey", task=True, locked=True)


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        ([*CELLS, PROSE, TASK], {"f", "why"}),
        ([*answered(), dict(PROSE, source="Because."), TASK], set()),
        ([CELLS[1]], {"f", "why"}),
        ([dict(c, metadata={}) for c in [*answered(), dict(PROSE, source="Because.")]], set()),
        ([dict(c, metadata={}) for c in [*CELLS, PROSE, TASK]], {"f", "why"}),
        ([*CELLS, cell("f = lambda x: 2 * x"), PROSE, TASK, cell("def other(): pass")], {"why"}),
        ([*CELLS, PROSE, cell("Because.", "markdown")], {"f"}),
    ],
)
def test_no_response_is_said_of_what_nobody_answered_alone(
    cells: list[dict[str, Any]], missing: set[str]
) -> None:
    """Neither of tasks, which are answered beside their cell, nor of what lost its metadata."""
    rebuilt = rebuild(template([*CELLS, PROSE, TASK]), read(handed(cells)))
    assert set(unanswered(rebuilt.steps)) == missing


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"{}", b'{"cells": 3}', b"PK\x03\x04", b"[" * 10**6]
)
def test_what_is_no_notebook_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)


def test_names() -> None:
    tree = ast.parse(
        "import a.b\nx = y\nfor i in z:\n    w[i] = 1\ndef f(p, q=r):\n    s = p\n    return s + t\nx + f(1)"
    )
    assert needs(tree) == {"y", "z", "i", "w", "r", "t"}
    assert binds([tree]) == {"a", "x", "i", "w", "f"}
    assert needs_of_text("def broken(") == {"def", "broken"}
    assert needs(ast.parse("def f():\n    out = np.zeros(3)\n    out[0] = total[0] = 1\n    return out")) == {
        "np",
        "total",
    }  # `out` is f's own, though a part of it is set


@pytest.mark.parametrize(
    "text",
    ["<script>x</script>", "<img src=x onerror=y>", "[a](javascript:x)", "&#106;avascript:x", "[a](DATA :x)"],
)
def test_prose_becomes_inert_and_looks_the_same(text: str) -> None:
    safe = inert(text)
    assert safe.replace("\u200b", "") == text
    assert safe != text


def test_output_loses_control_characters() -> None:
    assert printable("a\x1b[31mb\x00\x9bc\r\nd", 100) == "abc\nd"


def test_names_of_the_instructors_are_never_the_students() -> None:
    cells = [
        cell("import numpy as np\nimport scipy.nothing as st"),
        cell("shown = f(1)\ndef helper(x):\n    return x"),
        cell("import math\ndef f(x):\n    return math.sqrt(x)\nvalue = 3", grade_id="f", solution=True),
        cell("assert helper(f(4)) == 2 and st.ok", grade_id="t", grade=True, locked=True, points=1),
    ]
    made = template(cells)
    assert {"np", "st", "helper", "shown", "math"} <= made.instructors_names
    assert made.answer_names == {"f", "value"}
