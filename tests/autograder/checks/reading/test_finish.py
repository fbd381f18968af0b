"""A step after the sums is told, and what it hides is read all the same."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import find
from tests.autograder.checks.reading.test_reading import reading_of, two_faults

BELOW = ["step 1 in the columns, where the stride belongs", "bias counted once a channel"]

STEPS = {
    "negative results cut off": lambda a: np.maximum(a, 0),
    "signs dropped": np.abs,
    "cut to whole numbers": lambda a: a.astype(int),
    "rounded to two decimals": lambda a: a.round(2),
    "1 added to each result": lambda a: a + 1,
    "0.5 taken away from each result": lambda a: a - 0.5,
}


@pytest.mark.parametrize(("name", "step"), STEPS.items(), ids=STEPS)
def test_a_step_is_told_after_the_faults_below_it(name, step):
    reading = reading_of("conv_forward", lambda *args, **options: step(two_faults(*args, **options)))
    assert [s.name for s in reading.sentences] == [*BELOW, name]
    assert all(s.whole for s in reading.sentences)


def test_each_part_has_its_own_step():
    reference = find("conv_backward").reference

    def answer(*args, **options):
        dx, dw, db = reference(*args, **options)
        return 2 * dx, dw.astype(int), np.maximum(db, 0)

    said = {s.name: s.whole for s in reading_of("conv_backward", answer).sentences}
    assert said == {
        "dx: counted twice": True,
        "dw: cut to whole numbers": True,
        "db: negative results cut off": True,
    }


@pytest.mark.parametrize(
    "step",
    [
        lambda a: np.cumsum(a).reshape(a.shape),
        lambda a: a - a.mean(),
        lambda a: a + np.arange(a.shape[-1]),
        lambda a: np.where(a > 0, a, 0.1 * a),
        lambda a: np.where(np.abs(a) > 9, a, 0),
    ],
)
def test_of_a_step_that_is_none_of_these_nothing_is_said(step):
    assert reading_of("conv_forward", lambda *a, **o: step(two_faults(*a, **o))).sentences == ()
