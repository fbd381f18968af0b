"""The planted faults show in the curves, on every seed, by rules that a person can apply to the picture."""

import numpy as np
import pytest

from cs_conv.broken import FAULTS, HUNTED, culprits, line_up, train_with, unturned_dx
from cs_conv.gradcheck import directional
from cs_conv.im2col import conv_forward

SEEDS = range(8)


def seen_in(run):
    """The fault that the curves of a training show, by what the lesson says of each; empty if none does."""
    jumps = np.std(run.losses[-40:])
    if run.weights[-1] == 0:
        return "zero weights"
    if run.biases[-1] == 0:
        return "no db"
    if run.weights[-1] > 0.5:
        return "rate x 30"
    if run.weights[-1] < 0.01:
        return "rate / 1000"
    if run.train[-1] > 0.4 and run.test[-1] < 0.2:
        return "shuffled labels"
    return "sorted images" if jumps > 0.2 else ""


@pytest.mark.parametrize("fault", ["zero weights", "no db"])
def test_what_cannot_move_does_not_move(fault):
    run = train_with(fault, seed=1)
    still, moving = (run.weights, run.biases) if fault == "zero weights" else (run.biases, run.weights)
    assert not any(still)
    assert min(moving) > 0
    assert len(run.losses) == 200
    assert len(run.train) == len(run.test) == len(run.weights) == 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_every_fault_of_the_hunt_shows_in_its_curves(seed):
    assert {fault: seen_in(train_with(fault, seed)) for fault in HUNTED} == {f: f for f in HUNTED}
    assert seen_in(train_with("", seed)) == ""


@pytest.mark.slow
def test_a_dx_that_is_not_turned_hides_in_the_curves():
    """On average over the seeds it learns nearly as well."""
    right, wrong = ([train_with(fault, s).test[-1] for s in SEEDS] for fault in ("", "dx not turned"))
    assert [seen_in(train_with("dx not turned", s)) for s in SEEDS[:3]] == [""] * 3
    assert np.mean(wrong) > np.mean(right) - 0.1


def test_a_gradient_check_finds_the_dx_that_is_not_turned():
    rng = np.random.default_rng(0)
    x, w, dout = rng.normal(size=(2, 3, 6, 6)), rng.normal(size=(4, 3, 3, 3)), rng.normal(size=(2, 4, 4, 4))
    pairs = directional(lambda x: conv_forward(x, w, np.zeros(4)), x, unturned_dx(dout, x, w), dout, rng)
    assert all(abs(numeric - wrong) > 0.1 for numeric, wrong in pairs)


def test_a_line_up_has_each_fault_of_the_hunt_once():
    assert sorted(culprits()) == list("ABCDEF")
    assert sorted(culprits().values()) == sorted(HUNTED)
    assert len({tuple(culprits(seed).values()) for seed in SEEDS}) > 4
    letter, run = next(iter(line_up()))
    assert letter == "A"
    assert seen_in(run) == culprits()["A"]


def test_an_unknown_fault_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="no fault 'rust'; the faults are 'rate x 30'"):
        train_with("rust")
    assert set(HUNTED) < set(FAULTS)
