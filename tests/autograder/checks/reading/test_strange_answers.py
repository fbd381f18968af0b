"""Whatever an answer gives, reading it raises nothing, and nothing untrue is said of what cannot be read."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from autograder.checks.for_seed import cases_of, compared, fitting
from autograder.checks.reading import SOME, WAYS, _in_numbers, pooling, read
from autograder.checks.registry import find
from autograder.checks.run_answer import call_all

Change = Callable[[np.ndarray], Any]

STRANGE: Mapping[str, Change] = {
    "empty": lambda a: np.zeros((0,) * a.ndim),
    "NaN": lambda a: np.full(a.shape, np.nan),
    "infinite": lambda a: np.full(a.shape, np.inf),
    "enormous": lambda a: a * 1e300,
    "zeros": np.zeros_like,
    "truth values": lambda a: a > 0,
    "whole numbers": lambda a: a.astype(int),
    "transposed": lambda a: a.T,
    "cut": lambda a: a[..., :-1] if a.ndim else a,
    "one axis more": lambda a: a[None],
    "flat": np.ravel,
    "a number": lambda a: 3.0,
    "single precision": lambda a: 2 * a.astype(np.float32),
}


def strange(reference: Callable[..., Any], change: Change) -> Callable[..., Any]:
    """The right results, each changed."""

    def answer(*args: Any, **options: Any) -> Any:
        right = reference(*args, **options)
        return (
            tuple(change(np.asarray(a)) for a in right) if type(right) is tuple else change(np.asarray(right))
        )

    return answer


def by_chance(seed: int) -> Callable[..., Any]:
    """Arrays of any shape, errors, or nothing, as chance will have it."""
    rng = np.random.default_rng(seed)

    def answer(*args: Any, **options: Any) -> Any:
        kind = rng.integers(5)
        if kind == 0:
            raise rng.choice([ValueError, IndexError, TypeError])("by chance")
        shapes = [rng.integers(0, 4, rng.integers(0, 6)) for _ in range(3)]
        arrays = tuple(rng.normal(size=shape) for shape in shapes)
        return None if kind == 1 else arrays[: rng.integers(1, 4)] if kind == 2 else arrays[0]

    return answer


QUICK = ("conv_backward", "im2col", "max_pool_backward")


@pytest.mark.parametrize(
    "exercise", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in WAYS]
)
def test_strange_results_are_read_without_an_error(exercise: str) -> None:
    known = find(exercise)
    answers = [strange(known.reference, change) for change in STRANGE.values()]
    for answer in (*answers, *map(by_chance, range(3))):
        cases = cases_of(known, 1)
        outcomes = call_all(answer, cases, known, strange=True)
        wrong = frozenset(known.parts) - compared(known, 1, outcomes).fine
        answered = [(cases[i], _in_numbers(outcomes[i])) for i in fitting(known, 1)]

        def ask(asked, answer=answer):
            return tuple(map(_in_numbers, call_all(answer, asked, known, strange=True)))

        if wrong:
            WAYS[exercise](exercise, ask, answered, wrong)  # without the fence of `read`


def test_a_reader_that_fails_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*ignored):
        raise ZeroDivisionError

    monkeypatch.setitem(WAYS, "im2col", fails)
    assert read("im2col", lambda cases: (), [], frozenset({"cols"})).sentences == ()


def test_functions_are_asked_only_at_sizes_that_fit() -> None:
    """An error at other sizes would be right, and nothing may be said of it."""
    assert all(g.fits for g in pooling.PROBES)


@pytest.mark.parametrize("slow", [True, False])
@pytest.mark.parametrize("exercise", ["im2col", "max_pool_forward", "average_pool_backward"])
def test_an_answer_that_would_take_long_is_asked_a_few_times_only(
    exercise: str, slow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is the computing: a machine on which all takes four times as long changes nothing."""
    seconds, calls = [0.0], []
    monkeypatch.setattr("autograder.checks.reading.time.perf_counter", lambda: 4 * seconds[0])
    known = find(exercise)
    each = 0.1 if slow else 0.005

    def ask(cases):
        seconds[0] += each * len(cases)
        calls.extend(cases)
        return call_all(known.reference, cases, known)

    read(exercise, ask, [], frozenset(known.parts), lambda: seconds[0])
    assert (len(calls) == SOME) == slow


def test_an_answer_that_only_waits_is_not_read_either(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, calls = [0.0], []
    monkeypatch.setattr("autograder.checks.reading.time.perf_counter", lambda: seconds[0])
    known = find("im2col")

    def ask(cases):
        seconds[0] += 0.5 * len(cases)
        calls.extend(cases)
        return call_all(known.reference, cases, known)

    assert read("im2col", ask, [], frozenset(known.parts), lambda: 0.0).sentences == ()
    assert len(calls) == SOME
