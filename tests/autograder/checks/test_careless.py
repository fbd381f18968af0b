"""Answers that are right on each case by itself, or almost, and still wrong: caught in every exercise."""

from __future__ import annotations

from copy import deepcopy
from functools import wraps

import numpy as np
import pytest

from autograder.checks import Report, find, judge, names
from tests.autograder.exercises.right_answers import right_answers


def takes_arrays(exercise):
    cases = find(exercise).cases(np.random.default_rng(0))
    return any(isinstance(arg, np.ndarray) for case in cases for arg in case.args)


WITH_ARRAYS = list(filter(takes_arrays, names()))
WITH_PADDING = ["conv_forward", "conv_backward", "input_gradient", "im2col", "col2im"]
POOLING = [name for name in names() if "_pool_" in name]


def first_right_answer(exercise):
    return right_answers(exercise)[0]


def judged(exercise, wrap):
    """The verdict on a right answer with something done to it; values only, for a race takes long."""
    answer = first_right_answer(exercise)
    return judge(exercise, wraps(answer)(wrap(answer)), 3, find(exercise).aspects[0].name)


def each(value, change):
    """Change every array of a result."""
    if isinstance(value, tuple | list):
        return tuple(change(i, np.asarray(a)) for i, a in enumerate(value))
    return change(0, np.asarray(value))


def signature(args, options):
    """What a cache that forgets the numbers asks for."""
    numbers = np.ndarray | np.floating | float
    described = (
        (np.shape(a), np.asarray(a).dtype) if isinstance(a, numbers) else getattr(a, "__name__", repr(a))
        for a in args
    )
    return (*described, *sorted(options.items()))


@pytest.mark.parametrize("exercise", [name for name in WITH_ARRAYS if not find(name).data], scope="module")
def test_a_cache_that_forgets_the_numbers(exercise):
    def wrap(answer):
        known = {}

        def remembers(*args, **options):
            key = signature(args, options)
            if key not in known:
                known[key] = deepcopy(answer(*args, **options))  # which may be a view of an argument
            return each(known[key], lambda _, a: a.copy())

        return remembers

    verdict = judged(exercise, wrap)
    assert not verdict.passed
    assert "results remembered from earlier calls" in [m.name for m in verdict.mistakes]


@pytest.mark.parametrize("exercise", [name for name in names() if not find(name).data], scope="module")
def test_one_array_for_every_result(exercise):
    def wrap(answer):
        rooms = {}

        def reuses(*args, **options):
            def into(number, a):
                room = rooms.setdefault((number, a.shape, a.dtype), np.empty_like(a))
                room[...] = a
                return room

            return each(answer(*args, **options), into)

        return reuses

    verdict = judged(exercise, wrap)
    assert not verdict.passed
    assert [m.name for m in verdict.mistakes] == ["the same array returned by every call"]
    assert "return a new array from each call" in Report(verdict).text()


def test_a_view_into_one_large_array_is_found_too():
    room = np.empty(10_000)
    right = find("im2col").reference

    def answer(*args, **options):
        cols = right(*args, **options)
        room[: cols.size] = cols.ravel()
        return room[: cols.size].reshape(cols.shape)

    verdict = judge("im2col", answer)
    assert not verdict.aspect_passed("edge cases")
    assert verdict.aspect_passed("values")


@pytest.mark.parametrize("exercise", WITH_ARRAYS, scope="module")
def test_single_precision_is_no_excuse_for_half_a_per_mille_of_a_tenth(exercise):
    def wrap(answer):
        return lambda *args, **options: each(
            answer(*args, **options), lambda _, a: np.float32(a * (1 + 5e-5))
        )

    assert not judged(exercise, wrap).passed


@pytest.mark.parametrize("exercise", WITH_ARRAYS, scope="module")
def test_half_precision_on_the_way(exercise):
    def short(a):
        if isinstance(a, np.ndarray) and a.dtype.kind == "f":
            return a.astype(np.float16).astype(a.dtype)
        return a

    assert not judged(
        exercise, lambda answer: lambda *args, **options: answer(*map(short, args), **options)
    ).passed


def wrong_if(condition):
    """Right, but for calls that meet the condition."""

    def wrap(answer):
        def sometimes(*args, **options):
            value = answer(*args, **options)
            return each(value, lambda _, a: a + 1) if condition(args, options) else value

        return sometimes

    return wrap


def disordered(args):
    return any(isinstance(a, np.ndarray) and not a.flags.c_contiguous for a in args)


def largest_number_of_images(args):
    return max(
        (len(a) for a in args if isinstance(a, np.ndarray) and a.ndim == 4),
        default=args[1][0] if len(args) > 1 and isinstance(args[1], tuple) else 0,
    )


@pytest.mark.parametrize("exercise", WITH_PADDING, scope="module")
@pytest.mark.parametrize("pad", [0, 1])
def test_wrong_only_for_memory_in_disorder(exercise, pad):
    wrap = wrong_if(lambda args, options: disordered(args) and options.get("pad", 0) == pad)
    assert not judged(exercise, wrap).passed


@pytest.mark.parametrize("exercise", WITH_PADDING, scope="module")
def test_wrong_only_where_there_is_more_padding_than_image(exercise):
    wrap = wrong_if(lambda args, options: options.get("pad", 0) >= 3)
    assert not judged(exercise, wrap).passed


@pytest.mark.parametrize("exercise", WITH_PADDING + POOLING, scope="module")
def test_wrong_only_for_an_odd_number_of_images(exercise):
    wrap = wrong_if(lambda args, options: largest_number_of_images(args) == 3)
    assert not judged(exercise, wrap).passed


@pytest.mark.parametrize("exercise", ["max_pool_forward", "max_pool_im2col", "fast_max_pool"], scope="module")
@pytest.mark.parametrize(
    "alike",
    [
        np.isclose,
        lambda a, b: np.abs(a - b) < 1e-8,
        lambda a, b: np.abs(a - b) <= 1e-6 * np.abs(b),
        lambda a, b: np.abs(a - b) < 1e-12,
        lambda a, b: np.round(a, 6) == np.round(b, 6),
        lambda a, b: np.round(a, 8) == np.round(b, 8),
    ],
)
def test_values_that_are_almost_equal_are_not_equal(exercise, alike):
    def wrap(answer):
        def answers(x, size, stride):
            out, _ = answer(x, size, stride)
            views = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]
            values = views.reshape(*views.shape[:4], -1)
            return out, alike(values, values.max(-1, keepdims=True)).argmax(-1)

        return answers

    verdict = judge(
        exercise,
        wrap(first_right_answer(exercise)),
    )
    assert [a.name for a in verdict.aspects if not a.passed and a.name != "speed"] == ["switches"]
    assert [m.name for m in verdict.mistakes] == ["nearly equal values taken for equal"]


def test_values_that_differ_look_different_in_the_report():
    name = "nearly equal values taken for equal"
    mistake = next(m for m in find("max_pool_forward").mistakes if m.name == name)
    verdict = judge("max_pool_forward", mistake.function)
    assert [m.name for m in verdict.mistakes] == [name]
    assert "1.0000001" in Report(verdict, "switches").text()
