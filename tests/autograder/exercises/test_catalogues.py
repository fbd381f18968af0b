"""Every right answer passes, every mistake is caught and named; what is close to one is caught too."""

from __future__ import annotations

import os
from copy import deepcopy
from itertools import pairwise, takewhile

import numpy as np
import pytest

from autograder.checks import find, judge, names
from autograder.checks.catalogue import Changed
from autograder.checks.findings import findings
from autograder.checks.for_seed import cases_of, compared
from autograder.checks.judge_answer import judge_mistakes
from autograder.checks.run_answer import call_all
from tests.autograder.exercises.right_answers import right_answers

SEED = 1  # one for all: what a catalogue gives on a seed is worked out once
SLOW = range(1000, 1000 + int(os.environ.get("CS_CONV_SEEDS", 60)))


def own_mistakes(exercise):
    """Those that it does not share with an exercise before it."""
    before = takewhile(lambda name: name != exercise, names())
    known = {written(m) for name in before for m in find(name).mistakes}
    return [m for m in find(exercise).mistakes if written(m) not in known]


def written(mistake):
    """What two mistakes have in common that are the same lines and know nothing else."""
    function = getattr(mistake.function, "__wrapped__", mistake.function)
    return function.__code__ if getattr(function, "__closure__", ()) is None else function


def table(exercise, seeds, everything=True):
    """For each right answer and mistake, on how many seeds it was judged as it should be.

    A mistake is given its own name. Two kinds of rows must not be: a mistake that passes, since it is right,
    and a mistake that is given another name.

    Not everything depends on the seed: speed asks the same of all, and mistakes that two exercises share are
    called by their names in the first.
    """
    rows = {}
    aspect = None if everything else find(exercise).aspects[0].name
    mistakes = None if everything else [m for m in own_mistakes(exercise) if not m.slow]
    for seed in seeds:
        for number, answer in enumerate(right_answers(exercise)):
            key = ("right", f"{number}: {answer.__name__}")
            rows[key] = rows.get(key, 0) + judge(exercise, answer, seed, aspect).passed
        for number, (mistake, verdict) in enumerate(judge_mistakes(exercise, seed, mistakes)):
            if verdict.passed:
                key = ("passes", f"{number}: {mistake.name}")
                rows[key] = rows.get(key, 0) + 1
            given = [m.name for m in verdict.mistakes]
            key = ("mistake", f"{number}: {mistake.name}")
            rows[key] = rows.get(key, 0) + (not verdict.passed and mistake.name in given)
            for false in () if mistake.slow else set(given) - {mistake.name}:
                key = ("false", f"{number}: {mistake.name}: {false}")
                rows[key] = rows.get(key, 0) + 1
            for twice in {name for name in given if given.count(name) > 1}:
                key = ("twice", f"{number}: {mistake.name}: {twice}")
                rows[key] = rows.get(key, 0) + 1
    return rows


WORDS = {
    "right": "passed",
    "mistake": "caught and named",
    "passes": "is not a mistake: it passed",
    "false": "called so",
    "twice": "told more than once",
}
MUST_NOT_BE = ("passes", "false", "twice")


def show(exercise, rows, count):
    print(f"\n{exercise}: {count} seeds")
    for (kind, name), good in rows.items():
        print(f"  {kind:8} {name:60} {WORDS[kind]} {good} of {count}")


def assert_table(exercise, seeds, everything=True):
    rows = table(exercise, seeds, everything)
    show(exercise, rows, len(seeds))
    assert {key: n for key, n in rows.items() if n != len(seeds) or key[0] in MUST_NOT_BE} == {}


@pytest.mark.parametrize("exercise", names(), scope="module")
def test_right_answers_pass_and_mistakes_are_named(exercise):
    assert_table(exercise, [SEED])


@pytest.mark.slow
@pytest.mark.parametrize("exercise", names(), scope="module")
def test_right_answers_pass_and_mistakes_are_named_on_many_seeds(exercise):
    assert_table(exercise, SLOW[:1])
    assert_table(exercise, SLOW[1:], everything=False)


@pytest.mark.parametrize("exercise", names(), scope="module")
def test_every_change_leaves_a_program_that_python_can_read(exercise):
    """A call of one that Python cannot read would only raise an error, like many a mistake."""
    for mistake in find(exercise).mistakes:
        made = getattr(mistake.function, "__wrapped__", mistake.function)
        assert not isinstance(made, Changed) or callable(made.function), mistake.name


@pytest.mark.parametrize("exercise", names(), scope="module")
def test_a_name_has_one_advice_in_sentences(exercise):
    mistakes = find(exercise).mistakes
    advice = {m.name: m.advice for m in mistakes}
    assert all(m.advice == advice[m.name] for m in mistakes)
    assert all(m.advice.endswith(".") for m in mistakes)


@pytest.mark.parametrize("exercise", names(), scope="module")
def test_right_answers_come_in_several_styles(exercise):
    assert len(right_answers(exercise)) >= 6


def on_parts(change):
    """Apply a change to every array that a function returns."""

    def wrap(function):
        def changed(*args, **options):
            value = function(*args, **options)
            return tuple(change(a) for a in value) if isinstance(value, tuple) else change(value)

        return changed

    return wrap


def roll(axis):
    return on_parts(lambda a: np.roll(a, 1, axis) if np.ndim(a) >= -axis else np.asarray(a) + 1)


CLOSE = {
    "sign": on_parts(lambda a: -np.asarray(a)),
    "one value off": on_parts(
        lambda a: np.asarray(a, float) + (np.arange(np.size(a)) == 0).reshape(np.shape(a))
    ),
    "slightly scaled": on_parts(lambda a: np.asarray(a, float) * (1 + 1e-3)),
    "shifted by one row": roll(-2),
    "shifted by one column": roll(-1),
}


@pytest.mark.parametrize("change", CLOSE)
@pytest.mark.parametrize("exercise", names(), scope="module")
def test_a_right_answer_with_one_change_is_caught_and_placed(exercise, change):
    failure = judge(exercise, CLOSE[change](right_answers(exercise)[0]), SEED).failure
    assert failure is not None
    assert failure.problem


def caught(exercise, function):
    """Whether anything is wrong; to say what it is called takes much longer."""
    known = find(exercise)
    outcomes = call_all(function, cases_of(known, SEED), known)
    return bool(findings(known, SEED, compared(known, SEED, outcomes)))


@pytest.mark.parametrize("exercise", names(), scope="module")
def test_two_mistakes_at_once_are_caught(exercise):
    """What is wrong in two ways differs from the reference by the sum of both errors."""
    for first, second in pairwise(own_mistakes(exercise)):

        def both(*args, _first=first.function, _second=second.function, **options):
            try:
                right = find(exercise).reference(*args, **options)
            except ValueError:  # there is no result to be wrong in
                return _first(*args, **options)
            one, two = _first(*args, **options), _second(*args, **options)
            if isinstance(right, tuple):
                return tuple(np.asarray(a, float) + b - c for a, b, c in zip(one, two, right, strict=True))
            return np.asarray(one, float) + two - right

        slow = first.slow and second.slow  # right values, both of them
        assert not judge(exercise, both, SEED).passed if slow else caught(exercise, both), (
            first.name,
            second.name,
        )


@pytest.mark.parametrize("exercise", names(), scope="module")
def test_a_mistake_in_float32_is_still_caught(exercise):
    in_float32 = on_parts(lambda a: np.asarray(a, np.float32))
    for mistake in (m for m in own_mistakes(exercise) if not m.slow):
        assert caught(exercise, in_float32(mistake.function)), mistake.name


def takes_arrays(exercise):
    cases = find(exercise).cases(np.random.default_rng(0))
    return any(isinstance(arg, np.ndarray) for case in cases for arg in case.args)


@pytest.mark.parametrize("exercise", list(filter(takes_arrays, names())), scope="module")
def test_a_right_answer_that_changes_its_input_is_caught(exercise):
    right = right_answers(exercise)[0]

    def careless(*args, **options):
        value = deepcopy(right(*args, **options))  # which may be a view of an argument
        for arg in args:
            if isinstance(arg, np.ndarray):
                arg += 1
        return value

    verdict = judge(exercise, careless, SEED)
    assert not verdict.passed
    assert "changed its argument" in verdict.failure.problem
    assert "changes its input" in [m.name for m in verdict.mistakes]


def test_many_texts_to_choose_from_are_not_listed_and_the_right_one_is_not_told():
    failure = judge("corrected", lambda claim: "58 MB").failure
    assert failure is not None
    assert failure.problem == "`text`: '58 MB' is none of the 23 texts that the task lists; copy one of them"
    assert failure.want is None
