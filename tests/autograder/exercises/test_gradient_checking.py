"""Lesson 03: its tools are those of cs_conv.gradcheck, and every right way of finding bugs earns points.

How many points depends on the calls of forward.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import find, judge
from autograder.checks.for_seed import cases_of, expected
from cs_conv.gradcheck import numeric_gradient, relative_error


def drawn(forward, backward, x, w):
    """Arrays in float64, an out, a random dout, and the gradients to be judged."""
    x, w = x.astype(np.float64), w.astype(np.float64)
    out = forward(x, w)
    dout = np.random.default_rng(7).standard_normal(out.shape)
    return x, w, out, dout, backward(dout, x, w)


def entry_by_entry(forward, backward, x, w):
    x, w, _, dout, (dx, dw) = drawn(forward, backward, x, w)
    fine = {
        "dx": relative_error(dx, numeric_gradient(lambda x: forward(x, w), x, dout, 1)) < 1e-6,
        "dw": relative_error(dw, numeric_gradient(lambda w: forward(x, w), w, dout, 1)) < 1e-6,
    }
    return [name for name in fine if not fine[name]]


def entry_by_entry_in_small_steps(forward, backward, x, w):
    x, w, _, dout, (dx, dw) = drawn(forward, backward, x, w)
    steps = [1e-5 * np.abs(a).max() for a in (x, w)]
    close = [
        np.allclose(
            dx, numeric_gradient(lambda x: forward(x, w), x, dout, steps[0]), 1e-5, 1e-5 * np.abs(dx).max()
        ),
        np.allclose(
            dw, numeric_gradient(lambda w: forward(x, w), w, dout, steps[1]), 1e-5, 1e-5 * np.abs(dw).max()
        ),
    ]
    return [name for name, same in zip(("dx", "dw"), close, strict=True) if not same]


def along_directions(forward, backward, x, w, draws=1, h=1.0):
    x, w, _, dout, (dx, dw) = drawn(forward, backward, x, w)
    rng, wrong = np.random.default_rng(8), set()
    for _ in range(draws):
        v, u = rng.standard_normal(x.shape), rng.standard_normal(w.shape)
        changes = {
            "dx": (forward(x + h * v, w) - forward(x - h * v, w), np.sum(v * dx), np.abs(v * dx).sum()),
            "dw": (forward(x, w + h * u) - forward(x, w - h * u), np.sum(u * dw), np.abs(u * dw).sum()),
        }
        wrong |= {n for n, (c, p, s) in changes.items() if not abs(np.sum(c * dout) / (2 * h) - p) < 1e-6 * s}
    return [name for name in ("dx", "dw") if name in wrong]


def to_one_side(forward, backward, x, w):
    x, w, out, dout, (dx, dw) = drawn(forward, backward, x, w)
    rng = np.random.default_rng(9)
    v, u = rng.standard_normal(x.shape), rng.standard_normal(w.shape)
    gaps = {
        "dx": abs(np.sum((forward(x + v, w) - out) * dout) - np.sum(v * dx)) / np.abs(v * dx).sum(),
        "dw": abs(np.sum((forward(x, w + u) - out) * dout) - np.sum(u * dw)) / np.abs(u * dw).sum(),
    }
    return [name for name, gap in gaps.items() if not gap < 1e-6]


def two_identities(forward, backward, x, w):
    x, w, _, dout, (dx, dw) = drawn(forward, backward, x, w)
    v, u = (
        np.random.default_rng(3).standard_normal(x.shape),
        np.random.default_rng(4).standard_normal(w.shape),
    )
    left = np.sum(forward(v, w) * dout), np.sum(forward(x, u) * dout)
    right = np.sum(v * dx), np.sum(u * dw)
    size = np.abs(v * dx).sum(), np.abs(u * dw).sum()
    return [
        n for n, a, b, s in zip(("dx", "dw"), left, right, size, strict=True) if not abs(a - b) < 1e-6 * s
    ]


@pytest.mark.parametrize(
    ("answer", "points"),
    [
        (entry_by_entry, 4),
        (entry_by_entry_in_small_steps, 4),
        (along_directions, 4),  # 5 calls: one of them for the shape of out
        (to_one_side, 6),
        (two_identities, 6),
    ],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_points_go_by_the_calls_that_a_right_answer_needs(answer, points, seed):
    verdict = judge("find_bugs", answer, seed)
    assert verdict.points == points, verdict.to_dict()
    assert verdict.mistakes == ()
    last = verdict.to_dict("one call")["where"]
    assert last.startswith("called `forward` ")
    assert last.endswith("; 1 call is enough.")


@pytest.mark.parametrize("seed", range(20))
def test_what_is_expected_is_what_was_planted(seed):
    known = find("find_bugs")
    for case, right in zip(cases_of(known, seed), expected(known, seed)[0], strict=True):
        assert right.parts["wrong"].value == [n for n in ("dx", "dw") if f"{n} " in case.about], case.about


def test_an_answer_that_knows_the_public_seed_by_heart_fails_on_another():
    results = iter([o.parts["wrong"].value for o in expected(find("find_bugs"), 20_240)[0]])
    assert not judge("find_bugs", lambda forward, backward, x, w: next(results, []), 5).passed
    for seed in range(8):
        empty = judge("find_bugs", lambda forward, backward, x, w: [], seed)
        assert empty.mistakes == ()
        assert empty.points == 0


@pytest.mark.parametrize(
    ("exercise", "tool"), [("relative_error", relative_error), ("numeric_gradient", numeric_gradient)]
)
def test_what_students_write_is_what_later_lessons_import(exercise, tool):
    assert judge(exercise, tool).passed


def test_a_gradient_with_a_nan_is_not_called_equal():
    """The notebook compares gradients by `relative_error(...) < limit`."""
    for a, b in (([1.0, np.nan], [1.0, 2.0]), ([1.0, 2.0], [np.nan, 2.0])):
        assert not find("relative_error").program(np.array(a), np.array(b)) < 1e-6


def compared_with(size, limit=1e-6):
    """An answer that draws from np.random and compares the gap with `size` of the terms of both sums."""

    def find_bugs(forward, backward, x, w):
        out = forward(x, w)
        dout = np.random.standard_normal(out.shape)
        pairs = zip(("dx", "dw"), (x, w), backward(dout, x, w), strict=True)
        terms = {name: (out * dout, value * gradient) for name, value, gradient in pairs}
        gaps = {name: abs(np.sum(left) - np.sum(right)) for name, (left, right) in terms.items()}
        return [name for name, gap in gaps.items() if not gap < limit * size(*terms[name])]

    return find_bugs


NEAR_ZERO = {
    "the sum of x * dx": lambda left, right: abs(np.sum(right)),
    "the larger sum": lambda left, right: max(abs(np.sum(left)), abs(np.sum(right))),
    "the size of the outputs": lambda left, right: np.sum(np.abs(left)),
}


@pytest.mark.parametrize("size", NEAR_ZERO)
@pytest.mark.parametrize("limit", [1e-6, 1e-4])
def test_a_gap_compared_with_what_can_cancel_fails_on_every_seed(size, limit):
    named = 0
    for seed in range(10):
        verdict = judge("find_bugs", compared_with(NEAR_ZERO[size], limit), seed)
        assert verdict.points <= 3, seed
        named += "the gap compared with a sum that can be near 0" in {m.name for m in verdict.mistakes}
    # Next to 1e-6, rounding in float32 decides, and so does the dout that is drawn.
    assert named >= (10 if limit > 1e-6 else 8)


def test_a_gap_compared_with_the_size_of_the_terms_is_right_on_every_seed():
    for seed in range(40):
        verdict = judge("find_bugs", compared_with(lambda left, right: np.sum(np.abs(right))), seed)
        assert verdict.passed, (seed, verdict.to_dict())
