"""Whose a name is: what an answer defines is the student's, whoever else imports it."""

from __future__ import annotations

import ast

import pytest

from autograder.grading.results import Status
from autograder.notebooks import free_names
from autograder.notebooks.free_names import defines, needs, needs_of_text

from .notebook import Cell, outcome_of, scores_of
from .test_ordinary import graded

GCD = """
# %% plain
{before}

# %% answer gcd
def gcd(a, b):
    ### BEGIN SOLUTION
    while b:
        a, b = b, a % b
    return a
    ### END SOLUTION

# %% plain
{after}

# %% test gcd_test 3
{test}
assert gcd(12, 18) == 6

# %% untouched gcd
def gcd(a, b):
    raise NotImplementedError

# %% wrong gcd
def gcd(a, b):
    return 1

# %% deleted gcd

# %% broken gcd
import no_such_module

def gcd(a, b):
    return 6
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("before", "from math import gcd"),
        ("after", "from math import *"),
        ("test", "from math import *"),
        ("test", "%matplotlib inline\nfrom math import (\n    gcd,\n    sqrt,\n)"),
        ("after", "try:\n    from math import gcd\nexcept ImportError:\n    pass"),
        ("before", "import numpy as gcd"),
    ],
)
def test_a_name_that_an_answer_defines_is_the_students_whoever_imports_it(place: str, line: str) -> None:
    text = GCD.format(**({"before": "", "after": "", "test": ""} | {place: line}))
    assert graded(text) == {"gcd_test": 3.0}
    for student in ("untouched", "wrong", "deleted", "broken"):
        assert graded(text, student) == {"gcd_test": 0.0}, student


IMPORTED = """
# %% plain
{line}

# %% answer double
import numpy as np

def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test double_test 2
assert double(sqrt(4)) == 4
assert np.sqrt(4) == 2

# %% theirs double
from math import sqrt

def double(x):
    return x * sqrt(4)

# %% liar double
class np:
    sqrt = lambda x: 2

def double(x):
    return x
"""


@pytest.mark.parametrize("line", ["from math import *", "from math import sqrt, pi", "from numpy import *"])
def test_what_only_the_instructor_names_stays_the_instructors(line: str) -> None:
    text = IMPORTED.format(line=line)
    assert graded(text) == graded(text, "theirs") == {"double_test": 2.0}
    assert graded(text, "liar") == {"double_test": 0.0}


ABOVE = [
    Cell("extra", "helper", "def above():\n    return np.ones(3).sum()"),
    Cell("plain", "ours", "def ours():\n    return math.floor(above_all)"),
    Cell("plain", "imports", "import numpy as np\nimport math\nimport json"),
    Cell("plain", "value", "above_all = 3.5"),
    Cell("plain", "show", "print('shown', unused := 1)"),
    Cell("answer", "f", "#", "def f():\n    return above() + ours()", "def f():\n    return 6"),
    Cell("test", "f_test", "assert f() == 6 and ours() == 3", points=1),
]


def test_a_function_above_the_imports_finds_them_when_it_is_called() -> None:
    assert scores_of(ABOVE) == {"f_test": 1}


def test_what_a_match_takes_apart_is_defined_too() -> None:
    pattern = "[a, *b] | {1: c, **d} | P(e, f=g) | (h as i) if j"
    assert defines(ast.parse(f"match x:\n    case {pattern}:\n        k = 1").body) == set("abcdeghik")


@pytest.mark.parametrize(
    "source",
    [
        "f = lambda x, w=w: x * w",
        "f = lambda x, *, g=lambda w: w, w=w: x * w",
        "z = [w for w in w]",
        "z = {w: 1 for w in w if w}",
        "def f(w: w):\n    return w",
        "def f(w=w):\n    return w",
    ],
)
def test_what_is_read_before_a_name_is_made_is_needed(source: str) -> None:
    assert needs(ast.parse(source)) == {"w"}


def test_deep_code_is_read_once() -> None:
    lambdas, lists = "w", "w"
    for _ in range(60):
        lambdas, lists = f"(lambda w={lambdas}: w)", f"[w for w in {lists}]"
    assert needs(ast.parse(lambdas)) == needs(ast.parse(lists)) == {"w"}


@pytest.mark.parametrize(
    "test", ["g = lambda x, w=w: f(x * w[0])\nassert g(2) == 6", "assert [w for w in w]"]
)
def test_a_cell_runs_whose_name_is_used_again_in_the_place_that_needs_it(test: str) -> None:
    cells = [
        Cell("plain", "value", "w = [3]"),
        Cell("answer", "f", "#", "def f(x):\n    return x", "def f(x):\n    return x"),
        Cell("test", "f_test", test, points=1),
    ]
    assert scores_of(cells) == {"f_test": 1}


STAR = "from {} import *\ndef f():\n    return sqrt(4)"


def test_no_module_is_imported_because_a_student_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def imported(module: str) -> frozenset[str]:
        assert module == ""
        return frozenset()

    monkeypatch.setattr(free_names, "_exported", imported)
    assert needs_of_text(STAR.format("antigravity")) == {"sqrt"}


@pytest.mark.parametrize("module", ["numpy.f2py.__main__", "math"])
def test_a_program_that_a_student_imports_ends_in_the_sandbox(module: str) -> None:
    """In the process of the tests, it would end that: the submission would never be graded."""
    cells = [
        Cell("extra", "theirs", STAR.format(module)),
        Cell("answer", "g", "#", "def g():\n    return f()", "def g():\n    return 2"),
        Cell("test", "g_test", "assert g() == 2", points=1),
    ]
    outcome = outcome_of(cells)
    assert outcome.status is Status.GRADED
    assert [test.score for test in outcome.tests] == [float(module == "math")]


ASKED_BY_TEXT = {
    "in globals": "assert 'total' in globals() and 'nope' not in globals() and 'Tool' in dir()",
    "from globals": "assert all(callable(globals().get(name)) for name in ['double', 'Tool'])",
    "evaluated": "assert eval('double(total)') == 10",
    "of IPython": "assert get_ipython().user_ns['total'] == 5",
    "fallback": "if 'total' not in globals():\n    total = 9\nassert total == 5",
}
"""A test, alone in its notebook, that names what it asks for in a text."""


@pytest.mark.parametrize("source", ASKED_BY_TEXT.values(), ids=ASKED_BY_TEXT)
def test_a_name_that_a_test_asks_for_by_a_text_is_there(source: str) -> None:
    answer = "total = 5\ndef double(x):\n    return 2 * x\nclass Tool:\n    pass"
    cells = [Cell("answer", "names", "#", answer, answer), Cell("test", "t", source, points=1)]
    assert scores_of(cells) == {"t": 1}
    cells = [Cell("answer", "names", "#", "pass", answer), Cell("test", "t", source, points=1)]
    assert scores_of(cells) == {"t": 0}
