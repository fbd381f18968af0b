"""Reading a fault from the function: all faults, no false name, nothing about right answers, few calls."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from autograder.checks import find, judge
from autograder.checks.for_seed import cases_of, fitting
from autograder.checks.reading.linear import LAYERS
from autograder.checks.reading.questions import questions
from autograder.checks.reading.reader import read
from autograder.checks.run_answer import call_all
from tests.autograder.checks.reading import real_gradients, real_variants
from tests.autograder.checks.reading.real_mistakes import REAL

SEED = 3


@pytest.mark.parametrize("seed", [SEED, pytest.param(SEED + 1, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("exercise", "function", "names"),
    [*REAL, *real_gradients.REAL, *real_variants.REAL],
    ids=lambda p: getattr(p, "__name__", ""),
)
def test_what_real_people_write_is_named_and_nothing_else_is(exercise, function, names, seed):
    verdict = judge(exercise, function, seed)
    assert not verdict.passed
    assert [m.name for m in verdict.mistakes] == list(names)


def ask(exercise, function):
    """Calls a function as the judge does."""
    known = find(exercise)
    return lambda cases: call_all(function, cases, known, strange=True)


def reading_of(exercise, function, seed=SEED):
    known = find(exercise)
    cases = [cases_of(known, seed)[i] for i in fitting(known, seed)]
    outcomes = ask(exercise, function)(cases)
    pairs = list(zip(cases, outcomes, strict=True))
    return read(exercise, ask(exercise, function), pairs, frozenset(known.parts))


@pytest.mark.parametrize("some", [slice(2), pytest.param(slice(2, None), marks=pytest.mark.slow)])
@pytest.mark.parametrize("exercise", LAYERS)
def test_nothing_is_said_of_right_answers(exercise, some):
    answers = importlib.import_module(f"tests.autograder.exercises.right_answers.{exercise}").ANSWERS
    for answer in answers[some]:
        reading = reading_of(exercise, answer)
        assert reading.sentences == (), answer.__name__
        assert reading.evidence == (), answer.__name__


@pytest.mark.parametrize("exercise", LAYERS)
def test_the_calls_are_few(exercise):
    assert len(questions(exercise).cases) <= 200


def two_faults(x, w, b, stride=1, pad=0):
    """The stride forgotten in the columns, and the bias added once a channel."""
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, (H - FH + 2 * pad) // stride + 1, (W - FW + 2 * pad) // stride + 1))
    for n, k, c, i, j in np.ndindex(N, K, C, *out.shape[2:]):
        window = xp[n, c, i * stride : i * stride + FH, j : j + FW]
        out[n, k, i, j] += np.sum(window * w[k, c]) + b[k]
    return out


def test_two_faults_are_two_sentences_and_what_is_right_is_said():
    reading = reading_of("conv_forward", two_faults)
    assert [s.name for s in reading.sentences] == [
        "step 1 in the columns, where the stride belongs",
        "bias counted once a channel",
    ]
    assert all(s.whole for s in reading.sentences)
    assert reading.right == ("the shape is right", "the rows are right")


def test_the_evidence_holds_what_an_output_read_and_what_it_should_read():
    (evidence,) = reading_of("conv_forward", two_faults).evidence
    place = next(evidence.wrong_places())
    yours, right = evidence.at(**place)
    assert evidence.geometry.stride > 1
    assert set(yours.y.tolist()) <= set(right.y.tolist())
    assert set(yours.z.tolist()) != set(right.z.tolist())


def test_a_fault_that_depends_on_the_numbers_is_not_read_from_the_table():
    """It is a sum of products at the sizes that are read, but not with large numbers."""
    reference = find("conv_forward").reference

    def answer(x, w, b, stride=1, pad=0):
        out = reference(x, w, b, stride, pad)
        return out if np.abs(x).max() < 2.5 else out[:, :, ::-1]

    assert all(not s.whole for s in reading_of("conv_forward", answer).sentences)


def test_nothing_is_called_right_of_an_answer_whose_errors_are_not_understood():
    """At other sizes the rows may be wrong: there they end in an error."""

    def without_padding_and_square(dout, x, w, stride=1, pad=0):
        dx, dw, db, F = np.zeros_like(x), np.zeros_like(w), np.zeros(len(w)), w.shape[3]
        for n, k, i, j in np.ndindex(*dout.shape):
            y, z = i * stride, j * stride
            dx[n, :, y : y + F, z : z + F] += w[k] * dout[n, k, i, j]
            dw[k] += x[n, :, y : y + F, z : z + F] * dout[n, k, i, j]
            db[k] += dout[n, k, i, j]
        return dx, dw, db

    verdict = judge("conv_backward", without_padding_and_square)
    assert not verdict.passed
    assert verdict.reading is None or verdict.reading.right == ()
