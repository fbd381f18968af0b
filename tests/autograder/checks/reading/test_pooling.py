"""Reading pooling: faults in windows, in what is kept of them and in switches, one and two at a time."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from autograder import judge
from autograder.checks.exercise import Mistake
from autograder.checks.for_seed import cases_of, compared, fitting
from autograder.checks.reading import Reading, picture, read
from autograder.checks.registry import find
from autograder.checks.run_answer import call_all
from tests.autograder.checks.reading.read_mistakes import READ
from tests.autograder.checks.reading.real_pooling import REAL

FAULTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "rows step 1": ({"down": lambda s, size: 1}, ("step 1 in the rows, where the stride belongs",)),
    "columns step 1": ({"right": lambda s, size: 1}, ("step 1 in the columns, where the stride belongs",)),
    "rows one late": ({"top": 1}, ("windows begin one pixel late in the rows",)),
    "as wide as the stride": (
        {"width": lambda s, size: s},
        ("window as large as the stride in the columns",),
    ),
    "as high as wide": (
        {"height": lambda s, size: size[1]},
        ("window FW long in the rows, where FH belongs",),
    ),
    "kept": ({"kept": lambda w: w.min((-2, -1))}, ("out: each window's minimum, where its maximum belongs",)),
    "mean": ({"kept": lambda w: w.mean((-2, -1))}, ("out: each window's mean, where its maximum belongs",)),
    "by columns": ({"switch": lambda p, q, w: q * w[0] + p}, ("switches counted by columns",)),
    "from 1": ({"switch": lambda p, q, w: p * w[1] + q + 1}, ("switches counted from 1",)),
    "square output": ({"square": True}, ("OW = (H - FH) // stride + 1",)),
}


def program(
    down: Callable[..., int] = lambda s, size: s,
    right: Callable[..., int] = lambda s, size: s,
    top: int = 0,
    height: Callable[..., int] = lambda s, size: size[0],
    width: Callable[..., int] = lambda s, size: size[1],
    kept: Callable[..., Any] = lambda w: w.max((-2, -1)),
    switch: Callable[..., Any] = lambda p, q, w: p * w[1] + q,
    square: bool = False,
) -> Callable[..., Any]:
    """max_pool_forward with some of its lines changed; an empty window leaves zeros."""

    def answer(x: np.ndarray, size: tuple[int, int], stride: int) -> tuple[np.ndarray, np.ndarray]:
        N, C, H, W = x.shape
        OH, OW = (H - size[0]) // stride + 1, (W - size[1]) // stride + 1
        OW = OH if square else OW
        out, switches = np.zeros((N, C, OH, OW)), np.zeros((N, C, OH, OW), int)
        for i, j in np.ndindex(OH, OW):
            y, z = i * down(stride, size) + top, j * right(stride, size)
            window = x[:, :, y : y + height(stride, size), z : z + width(stride, size)]
            if window.size:
                out[:, :, i, j] = kept(window)
                p, q = np.divmod(window.reshape(N, C, -1).argmax(-1), window.shape[3])
                switches[:, :, i, j] = switch(p, q, window.shape[2:])
        return out, switches

    return answer


def reading(exercise: str, answer: Callable[..., Any], seed: int = 5) -> Reading:
    known, cases = find(exercise), cases_of(find(exercise), seed)

    def ask(asked):
        return call_all(answer, asked, known)

    outcomes = ask(cases)
    wrong = frozenset(known.parts) - compared(known, seed, outcomes).fine
    answered = [(cases[i], outcomes[i]) for i in fitting(known, seed)]
    return read(exercise, ask, answered, wrong)


def said(found: Reading) -> set[str]:
    """The names of the faults; one along both axes counts as two."""
    names = [sentence.name.removeprefix("at least: ") for sentence in found.sentences]
    axes = ("in the rows", "in the columns")
    return {name.replace("in rows and columns", axis) for name in names for axis in axes}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_named_and_nothing_else(fault: str) -> None:
    changes, names = FAULTS[fault]
    found = reading("max_pool_forward", program(**changes))
    assert said(found) == set(names)


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_two_faults_are_both_named_and_nothing_else(every: int) -> None:
    missing = []
    pairs = [(a, b) for a, b in combinations(FAULTS, 2) if not FAULTS[a][0].keys() & FAULTS[b][0].keys()]
    pairs = pairs[::every]
    for one, two in pairs:
        found = said(reading("max_pool_forward", program(**FAULTS[one][0], **FAULTS[two][0])))
        wanted = {*FAULTS[one][1], *FAULTS[two][1]}
        assert found <= wanted, (one, two, found)
        if found != wanted:
            missing.append((one, two, wanted - found))
    assert len(missing) <= len(pairs) / 5, missing


def test_no_fault_is_told_twice_in_other_words() -> None:
    verdict = judge("max_pool_forward", program(**FAULTS["columns step 1"][0], **FAULTS["by columns"][0]))
    names = [mistake.name for mistake in verdict.mistakes]
    assert names == ["step 1 in the columns, where the stride belongs", "switches counted by columns"]


def test_the_same_is_said_on_every_seed() -> None:
    answer = program(**FAULTS["rows step 1"][0], **FAULTS["by columns"][0])
    first, *others = (reading("max_pool_forward", answer, seed).sentences for seed in (1, 2, 3))
    assert first
    assert all(other == first for other in others)


def test_what_is_right_is_said_as_well() -> None:
    found = reading("max_pool_forward", program(**FAULTS["columns step 1"][0]))
    assert found.right == ("the rows are right",)
    assert all(sentence.whole for sentence in found.sentences)


def test_a_channel_that_reads_another_one_is_not_explained_by_windows() -> None:
    right = program()
    assert (
        reading("max_pool_forward", lambda x, size, stride: right(x[:, ::-1], size, stride)).sentences == ()
    )


def test_switches_are_drawn_into_the_pixels_that_they_stand_for() -> None:
    found = reading("max_pool_forward", program(**FAULTS["by columns"][0]))
    lines = picture.text(found.evidence[0])
    assert lines[1].split() == ["yours", "right"]
    assert lines[2].split() == ["0", "2", ".", "0", "1", "."]
    assert lines[3].split() == ["1", "3", ".", "2", "3", "."]


BACKWARD: dict[str, tuple[dict[str, Any], str]] = {
    "step": ({"down": lambda s: 1}, "step 1 in the rows, where the stride belongs"),
    "columns": ({"divide": lambda k, size: (k % size[0], k // size[0])}, "switches counted down the columns"),
    "half": ({"share": 2.0}, "a pixel gets 2 of the gradient, where 1 belongs"),
    "assigned": ({"add": False}, "each gradient replaces what was sent to its pixel before"),
}


def backward(down=lambda s: s, divide=lambda k, size: divmod(k, size[1]), share=1.0, add=True):
    """max_pool_backward with some of its lines changed."""

    def answer(dout, switches, x_shape, size, stride):
        dx = np.zeros(x_shape)
        for n, c, i, j in np.ndindex(*dout.shape):
            p, q = divide(switches[n, c, i, j], size)
            y, z = i * down(stride) + p, j * stride + q
            dx[n, c, y, z] = share * dout[n, c, i, j] + (dx[n, c, y, z] if add else 0.0)
        return dx

    return answer


@pytest.mark.parametrize("faults", [*combinations(BACKWARD, 1), *combinations(BACKWARD, 2)], ids=" and ".join)
def test_where_gradients_go_is_read_with_several_faults_at_once(faults: tuple[str, ...]) -> None:
    changes = {name: value for fault in faults for name, value in BACKWARD[fault][0].items()}
    found = reading("max_pool_backward", backward(**changes))
    assert said(found) == {BACKWARD[fault][1] for fault in faults}


@pytest.mark.parametrize(("exercise", "mistake"), READ, ids=lambda p: getattr(p, "name", ""))
def test_what_left_the_catalogue_is_read(exercise: str, mistake: Mistake) -> None:
    for seed in (5, 6):
        verdict = judge(exercise, mistake.function, seed)
        assert not verdict.passed
        assert [m.name for m in verdict.mistakes] == [mistake.name]


@pytest.mark.parametrize(
    ("exercise", "answer", "names"),
    REAL,
    ids=[f"{exercise}: {answer.__name__}" for exercise, answer, _ in REAL],
)
def test_what_real_people_write_is_named_and_nothing_else_is(exercise, answer, names) -> None:
    for seed in (3, 4):
        verdict = judge(exercise, answer, seed)
        assert not verdict.passed
        assert [m.name for m in verdict.mistakes] == list(names)
