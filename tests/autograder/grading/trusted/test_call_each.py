"""Many calls in few messages give what single calls give: values, errors, changes, and how it all ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograder.checks import find, judge
from autograder.checks.for_seed import cases_of
from autograder.checks.reading import read
from autograder.checks.run_answer import Outcome, call_all
from autograder.grading.trusted.bridge.connection import Connection
from autograder.grading.trusted.bridge.sandbox_lost import SandboxLost
from autograder.grading.trusted.bridge.student_errors import StudentError
from autograder.grading.trusted.inside.named_kinds import WireError
from autograder.grading.trusted.sandbox import Settings, choose

SOURCE = """
import os
import numpy as np
seen = []

def f(what, x=None):
    seen.append(what)
    if what == "dies":
        os._exit(3)
    if what == "ends":
        raise SystemExit(2)
    if what == "never":
        while True:
            pass
    if what == "fails":
        raise ValueError("no such thing")
    if what == "changes":
        x += 1
        return x
    if what == "large":
        return np.zeros(x)
    return len(seen)
"""


@pytest.fixture
def student() -> Iterator[Connection]:
    sandbox = choose().start(Settings(allow=("numpy", "os"), memory_mb=1024, seconds_in_all=60))
    talk = Connection(sandbox.channel, sandbox=sandbox)
    talk.seconds = 5
    assert talk.run(SOURCE, "cell", 5, False)[0] is None
    yield talk
    sandbox.end()


def messages(student: Connection, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the student's process from now on."""
    asked: list[str] = []
    ask = student._request

    def noted(verb: str, *details: Any, **more: Any) -> tuple[Any, ...]:
        asked.append(verb)
        return ask(verb, *details, **more)

    monkeypatch.setattr(student, "_request", noted)
    return asked


def words(result: Any) -> Any:
    """A result, or the class and the message of an error."""
    value, error = result
    return value if error is None else (type(error), str(error))


@pytest.mark.parametrize("at_once", [False, True])
def test_calls_in_a_row_are_single_calls(student: Connection, at_once: bool) -> None:
    f = student.names(["f"])["f"]
    array = np.arange(3.0)
    calls = [(("one",), {}), (("fails",), {}), (("changes",), {"x": array}), (("ends",), {}), (("two",), {})]
    first, second, third, fourth, fifth = f.call_each(calls, at_once)
    assert first == (1, None)
    assert words(second) == (ValueError, "no such thing")
    assert third[0] is array  # the very array that was handed over, with its new content
    assert array.tolist() == [1, 2, 3]
    assert type(fourth[1]) is SystemExit
    assert fifth == (5, None)  # what a call leaves behind, the next one finds
    with pytest.raises(ValueError, match="no such thing"):
        f("fails")


@pytest.mark.parametrize("at_once", [False, True])
def test_a_process_that_dies_loses_what_it_has_not_given(student: Connection, at_once: bool) -> None:
    f = student.names(["f"])["f"]
    found = f.call_each([(("one",), {}), (("dies",), {}), (("two",), {})], at_once)
    lost = (SandboxLost, "the student's process ended")
    assert list(map(words, found)) == [lost if at_once else 1, lost, lost]
    assert student.lost is not None


def test_a_call_that_never_ends_costs_what_it_costs_alone(student: Connection) -> None:
    student.seconds = 0.6
    f = student.names(["f"])["f"]
    one, two, three = f.call_each([(("one",), {}), (("never",), {}), (("three",), {})], True)
    assert (one, three) == ((1, None), (3, None))
    assert isinstance(two[1], StudentError)
    assert str(two[1]) == "CellTooLong: ran longer than 0.6 s"
    assert student.was_slow()
    assert student.patience.slow_calls == student.patience.in_this_test == 1
    f.call_each([(("never",), {}), (("never",), {})])
    assert words(f.call_each([(("one",), {})])[0]) == (
        SandboxLost,
        "too many calls of this test ran too long",
    )


def test_large_results_come_in_several_messages(student: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    f = student.names(["f"])["f"]
    asked = messages(student, monkeypatch)
    found = f.call_each([(("large",), {"x": 400_000})] * 4, True)
    assert [value.size for value, _ in found] == [400_000] * 4
    assert asked == ["each"] * 2


@pytest.mark.parametrize(
    "answer",
    [
        ("each", [], [], {}, {}),
        ("each", [b"n"], [], {}, {}),
        ("each", ["value"], [], {}, {}),
        ("each", [], [], {}),
        ("value", 3, [], [], {}, {}, {}),
    ],
)
def test_an_answer_that_does_not_fit_ends_the_process(
    student: Connection, monkeypatch: pytest.MonkeyPatch, answer: tuple[Any, ...]
) -> None:
    f = student.names(["f"])["f"]
    monkeypatch.setattr(student, "_request", lambda *details, **more: answer)
    error = f.call_each([(("one",), {})], True)[0][1]
    assert isinstance(error, SandboxLost | WireError)
    assert "nonsense" in str(error)


ANSWER = """
import numpy as np
def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    out = np.zeros((N, K, OH, OW), x.dtype)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    window = x[n, :, i : i + FH, j * stride : j * stride + FW]
                    out[n, k, i, j] = (window * w[k]).sum() + 2 * b[k]
    return out
"""


def _as_said(outcome: Outcome) -> Any:
    arrays = {part: (array.dtype, array.shape, array.tobytes()) for part, array in outcome.parts.items()}
    return arrays, outcome.problem, outcome.raised, outcome.message, outcome.changed, outcome.calls


def test_the_judge_gets_the_same_in_few_messages(
    student: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    student.run(ANSWER, "cell", 5, False)
    f = student.names(["conv_forward"])["conv_forward"]
    exercise = find("conv_forward")
    here: dict[str, Any] = {}
    exec(ANSWER, here)
    cases = cases_of(exercise, 7)
    asked = messages(student, monkeypatch)
    assert list(map(_as_said, call_all(f, cases, exercise, strange=True))) == list(
        map(_as_said, call_all(here["conv_forward"], cases, exercise, strange=True))
    )
    assert asked.count("each") <= 2
    asked.clear()
    verdict = judge("conv_forward", f, 7)
    assert verdict.mistakes == judge("conv_forward", here["conv_forward"], 7).mistakes
    assert verdict.reading.sentences
    assert asked.count("each") <= 2 + 5  # for the cases, and for the explanation
    assert len(asked) <= 2 + 5 + 1  # and one for the name of the function


def test_functions_among_the_arguments_are_called_one_call_at_a_time(
    student: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    student.run("def filter_bank(image, filters, conv):\n    return conv(1, 2, 3)", "cell", 5, False)
    f = student.names(["filter_bank"])["filter_bank"]
    exercise = find("filter_bank")
    asked = messages(student, monkeypatch)
    outcomes = call_all(f, cases_of(exercise, 7), exercise, strange=True)
    assert "each" not in asked
    assert all(sum(outcome.calls.values()) == 1 for outcome in outcomes)


def test_nothing_is_read_of_an_answer_whose_process_has_ended() -> None:
    lost = Outcome(raised="SandboxLost", problem="raised SandboxLost")
    assert read("conv_forward", lambda cases: (lost,) * len(cases), [], frozenset({"out"})).sentences == ()
