"""An error of an answer's is, in the test, the error that it was."""

from __future__ import annotations

import unittest
from typing import Any

import pytest

from autograder.grading.trusted.inside.errors import made_of
from autograder.grading.trusted.inside.wire_values import WireError
from tests.autograder.grading.trusted.notebook import Cell, scores_of

RAISED = """
class OwnError(KeyError):
    def __init__(self, ship, much=2):
        super().__init__(ship)
        self.much = much

    def twice(self):
        return 2 * self.much


class Told(OSError):
    def __str__(self):
        return "told"


def key():
    return {}["ship"]

def undecodable():
    b"ab\\xff".decode()

def missing():
    open("no such file")

def own():
    raise OwnError("ship")

def told():
    raise Told(28, "full", "here")

def caused():
    try:
        key()
    except KeyError as e:
        raise ValueError("no", 3) from e

def group():
    raise ExceptionGroup("both", [ValueError(1), OwnError("x")])

def ends():
    raise SystemExit(3)

def ends_loops():
    raise StopIteration

def of_a_library():
    import json
    json.loads("{")

def given():
    return [ValueError("bad"), OwnError("ship")]

def noted():
    e = TypeError("x")
    e.add_note("a note")
    e.extra = [1]
    raise e

def odd():
    raise UnicodeDecodeError("utf-8", b"x", 0, 1, "why") from OwnError(object())

def handed_back(error):
    try:
        raise error
    except LookupError as e:
        return type(e).__name__, e.args

def calls(f):
    try:
        f()
    except KeyError as e:
        return e.args

def plain():
    raise Exception("x")

def slow():
    raise TimeoutError("slow")
"""

ASKED = {
    "key": "KeyError: e.args == ('ship',) and str(e) == \"'ship'\" and type(e) is KeyError",
    "undecodable": "ValueError: (e.start, e.end, e.object, e.encoding) == (2, 3, b'ab\\xff', 'utf-8')",
    "missing": "OSError: e.errno == 2 and e.filename == 'no such file' and len(e.args) == 2",
    "own": "OwnError: e.args == ('ship',) and e.much == 2 and e.twice() == 4 and str(e) == \"'ship'\"",
    "told": "OSError: str(e) == 'told' and e.errno == 28 and e.filename == 'here'",
    "caused": "ValueError: type(e.__cause__) is KeyError and e.args == ('no', 3)",
    "group": "ExceptionGroup: e.exceptions[0].args == (1,) and isinstance(e.exceptions[1], OwnError)",
    "ends": "SystemExit: e.code == 3",
    "of_a_library": "json.JSONDecodeError: (e.pos, e.doc, e.lineno) == (1, '{', 1)",
    "noted": "TypeError: e.__notes__ == ['a note'] and e.extra == [1]",
    "odd": "UnicodeError: e.reason == 'why' and isinstance(e.__cause__, OwnError)",
    "slow": "OSError: str(e) == 'slow' and type(e) is TimeoutError and e.errno is None",
    "plain": "Exception: type(e) is Exception and e.args == ('x',)",
}
"""The function that raises, what a test catches, and what must hold of it."""

OTHERWISE = {
    "given": "a, b = given()\nassert [type(a), type(b)] == [ValueError, OwnError] and b.much == 2 and a.args",
    "handed": "assert handed_back(KeyError('ship', 2)) == ('KeyError', ('ship', 2))\n"
    "assert handed_back(given()[1]) == ('OwnError', ('ship',))",
    "called": "def f():\n    raise KeyError('ship')\nassert calls(f) == ('ship',)",
    "unsendable": "def f():\n    raise KeyError(object())\nassert calls(f)",
    "apart": "try:\n    group()\nexcept* ValueError as e:\n    a = e\nexcept* OwnError:\n    assert a",
}


def test_errors_arrive_as_what_they_were() -> None:
    cells = [Cell("plain", "imports", "import json"), Cell("answer", "raised", "#", RAISED, RAISED)]
    for name, asked in ASKED.items():
        kind, _, holds = asked.partition(": ")
        source = f"try:\n    {name}()\nexcept {kind} as e:\n    assert {holds}\nelse:\n    assert False"
        cells.append(Cell("test", name, source, points=1))
    cells += [Cell("test", name, source, points=1) for name, source in OTHERWISE.items()]
    assert scores_of(cells) == dict.fromkeys([*ASKED, *OTHERWISE], 1)


def test_an_error_that_would_end_a_loop_of_the_tests_ends_the_test() -> None:
    source = "assert list(map(lambda i: ends_loops(), range(3))) == []"
    cells = [Cell("answer", "raised", "#", RAISED, RAISED), Cell("test", "t", source, points=1)]
    assert scores_of(cells) == {"t": 0}


def details(*names: str, arguments: tuple[Any, ...] = (), **attributes: Any) -> tuple[Any, ...]:
    return names, arguments, attributes, {}, "message", None, None


@pytest.mark.parametrize(
    "name", ["unittest.case:SkipTest", "autograder.course:CourseError", "os:_exit", "x:y", "builtins:int"]
)
def test_only_known_errors_are_made_by_name(name: str) -> None:
    error = made_of(details(name, "builtins:ValueError"))
    assert isinstance(error, ValueError)
    assert not isinstance(error, unittest.SkipTest)
    assert type(error).__name__ == name.partition(":")[2]
    assert str(error) == "message"


def test_whatever_an_error_claims_to_hold_it_can_be_made_and_shown() -> None:
    for name in ("UnicodeDecodeError", "SyntaxError", "OSError", "ExceptionGroup", "KeyError", "SystemExit"):
        for arguments in ((), (1,), ("x", ("a", "b", [], {})), (object(), object())):
            error = made_of(details(f"builtins:{name}", arguments=arguments, lineno="x", errno=[]))
            assert isinstance(error, BaseException)
    for broken in ((), (1, 2, 3, 4, 5, 6, 7), (("builtins:KeyError",), [], {}, {}, "", None, None)):
        with pytest.raises(WireError):
            made_of(broken)
