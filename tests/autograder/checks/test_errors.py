"""Answers that raise: a typo is called a typo, and no cause is claimed that is not certain."""

from __future__ import annotations

from pathlib import Path

import pytest

import autograder
from autograder.checks import Report, find, judge
from tests.autograder.checks import raising_answers as raising

SEED = 1


@pytest.mark.parametrize(("exercise", "answer", "names", "words"), raising.ANSWERS)
def test_an_answer_that_raises_is_given_true_names_and_no_other(exercise, answer, names, words):
    for seed in (SEED, SEED + 1):
        verdict = judge(exercise, answer, seed, find(exercise).aspects[0].name)
        text = " ".join(Report(verdict).text().split())
        assert [m.name for m in verdict.mistakes] == list(names), text
        assert words in text


FAR = """
class Far:
    def __init__(self, answer):
        self.__wrapped__ = answer

    def __call__(self, *args, **options):
        try:
            return self.__wrapped__(*args, **options)
        except Exception as error:
            raised = type(error)(*error.args)
        raise raised
"""
"""A function behind a wall: it has a signature and a source, and its errors come without their lines."""


@pytest.mark.parametrize(
    "answer",
    [
        raising.a_function_of_numpy,
        raising.a_parameter,
        raising.padding_only_under_a_condition,
        raising.a_size_from_a_division,
        raising.a_parameter_of_another_name,
        raising.a_keyword_of_the_function_that_is_given,
    ],
)
def test_graded_elsewhere_an_answer_hears_the_same(answer):
    course = {}
    exec(compile(FAR, str(Path(autograder.__file__).with_name("far.py")), "exec"), course)
    exercise = "filter_bank" if answer is raising.a_keyword_of_the_function_that_is_given else "conv_forward"
    near, far = (judge(exercise, function, SEED) for function in (answer, course["Far"](answer)))
    assert near.mistakes
    assert near.mistakes == far.mistakes


def test_an_answer_that_gives_none_in_place_of_an_error_is_told_to_raise_it():
    """Not to end every path in `return`, which is what None means elsewhere."""

    def output_size(W, F, S, P):
        room = W + 2 * P - F
        return room // S + 1 if room >= 0 and room % S == 0 else None

    text = Report(judge("output_size", output_size, SEED)).text()
    assert "returned None for `places` for sizes that do not fit; raise a ValueError." in text
