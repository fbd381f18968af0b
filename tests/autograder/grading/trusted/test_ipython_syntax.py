"""IPython's magics around an answer cost it nothing, and what only looks like one is left alone."""

from __future__ import annotations

from pathlib import Path

import IPython.display
import pytest

from autograder.grading.trusted.inside import jupyter
from autograder.grading.trusted.inside.cell_runner import ends_quietly
from autograder.grading.trusted.inside.student_cells import StudentCells
from autograder.notebooks.ipython_syntax import as_python
from tests.autograder.grading.trusted.notebook import Cell, outcome_of, scores_of, sections

F = "def NAME(x):\n    return 2 * x"
TEXT = (Path(__file__).parent / "honest" / "around.txt").read_text(encoding="utf-8")
AROUND = {heading: text.replace("FUNCTION", F) for heading, text in sections(TEXT)}
LINES = {
    "line separators in comments": f"%time\n# one\u2028two three\n{F}\n# a\u2029b c\x85d e\x0b\n",
    "empty lines above a cell magic": f"\n\n%%time\n{F}",
    "a form feed": f"%time\n\x0c\n{F}",
    "other line ends": f"%time\n!ls\n{F}".replace("\n", "\r\n"),
    "old line ends": f"x = 3\n%time !ls\n{F}".replace("\n", "\r"),
    "tabs": f"%time\n{F}".replace("    ", "\t"),
}


def test_what_stands_around_an_answer_costs_nothing() -> None:
    cells, names = [], {}
    for number, (heading, text) in enumerate((AROUND | LINES).items()):
        name = f"f{number}"
        answer = text.replace("NAME", name)
        cells.append(Cell("answer", name, "# your answer", answer, F.replace("NAME", name)))
        cells.append(Cell("test", f"{name}_test", f"assert {name}(3) == 6", points=1))
        names[f"{name}_test"] = heading
    outcome = outcome_of(cells)
    assert [names[test.grade_id] for test in outcome.tests if test.score != 1] == [], outcome.detail
    assert outcome.detail == "", "no cell ended with an error"


def test_cells_whose_magic_defines_nothing_define_nothing() -> None:
    magics = ("%%timeit -n1 -r1", "%%bash", "%%html", "%%python", "%%writefile x.py")
    cells = []
    for number, magic in enumerate(magics):
        answer = F.replace("NAME", f"f{number}")
        cells.append(Cell("answer", f"f{number}", "# your answer", f"{magic}\n{answer}", answer))
        cells.append(Cell("test", magic, f"assert f{number}(3) == 6", points=1))
    assert scores_of(cells) == dict.fromkeys(magics, 0)


def test_the_values_of_earlier_cells_have_their_names() -> None:
    answers = "6 * 7", "8", "def f():\n    return _, __, Out[1], _1, In[1], len(Out)"
    cells = [Cell("answer", f"a{number}", "#", source, source) for number, source in enumerate(answers)]
    test = "assert f() == (8, 42, 42, 42, '6 * 7', 2), f()"
    assert scores_of([*cells, Cell("test", "t", test, points=1)]) == {"t": 1}


@pytest.mark.parametrize(
    "source",
    [F, "x = 5 \\\n% 3", "'''\n%a\n!b\nc?\n'''", "# a\u2028b", "x = 1\r\n", "x = (\n)\x0c\n", "await f()"],
    ids=range(7),
)  # fmt: skip
def test_python_stays_as_it_is(source: str) -> None:
    assert as_python(source) == source


@pytest.mark.parametrize(
    "source",
    ["%%time\n" * 200, "%a\n" * 60, "\ud800%a", "%time \0", "!" * 5000, "((((\n%time", "%%time\n"],
    ids=range(7),
)
def test_whatever_stands_there_is_translated_in_bounded_room(source: str) -> None:
    assert len(as_python(source)) < 50 * len(source) + 1000


@pytest.mark.parametrize("source", ["x;", "x; # not shown", "x;\n\n"])
def test_a_semicolon_at_the_end_keeps_a_value_from_being_shown(source: str) -> None:
    assert ends_quietly(source)


@pytest.mark.parametrize("source", ["x # ;", "';'", "f(\n';')", "x"])
def test_other_semicolons_do_not(source: str) -> None:
    assert not ends_quietly(source)


def test_all_names_of_ipythons_display_are_there() -> None:
    real = {name for name, value in vars(IPython.display).items() if name[0] != "_" and callable(value)}
    assert real <= {*jupyter._display_names(StudentCells(100))}
