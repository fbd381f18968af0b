"""Speed: lines are counted as they should be, whatever the style; a race ends as its rules say."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from autograder.checks import Report, find, judge
from autograder.checks.judge_answer import judge_mistakes
from autograder.checks.speed import judge_speed, race
from autograder.checks.speed.lines import Lines, counted, growth
from tests.autograder.exercises.right_answers.fast_conv_forward import (
    ANSWERS,
    columns_by_taps,
    tensordot_by_taps,
)

TIMED = ("conv_slices", "fast_conv_forward", "fast_conv_backward", "fast_max_pool")


def lines(function, *args):
    seen = Lines()
    with counted(seen):
        function(*args)
    return seen.total


def squares_in_a_loop(x):
    out = np.empty_like(x)
    for i in range(len(x)):
        out[i] = x[i] ** 2
    return out


def one(value):
    return value**2


class Garbage:
    """Runs lines of Python when it is collected, as temporary folders and kernels' clients do."""

    def __init__(self):
        self.itself = self

    def __del__(self):
        for _ in range(50):
            self.itself = None


def test_lines_that_run_when_garbage_is_collected_do_not_count():
    def makes_containers(x):
        kept = []
        for value in x:
            kept.append([value])
        return kept

    x = np.ones(500)
    alone = lines(makes_containers, x)
    before = gc.get_threshold()
    gc.collect()
    gc.disable()
    for _ in range(100):
        Garbage()
    gc.set_threshold(400)  # reached while the function runs, and not before
    gc.enable()
    try:
        assert lines(makes_containers, x) == alone
        assert gc.isenabled()
    finally:
        gc.set_threshold(*before)


LOOPS = {
    "for": squares_in_a_loop,
    "for on one line": lambda x: exec("for v in x: v ** 2", {"x": x}),
    "list comprehension": lambda x: np.array([v**2 for v in x]),
    "generator": lambda x: sum(v**2 for v in x),
    "map": lambda x: np.array(list(map(one, x))),
    "np.vectorize": lambda x: np.vectorize(one)(x),
    "np.frompyfunc": lambda x: np.frompyfunc(one, 1, 1)(x),
    "np.fromfunction": lambda x: np.fromfunction(np.vectorize(one), (len(x),)),
    "np.apply_along_axis": lambda x: np.apply_along_axis(one, 1, x[:, None]),
    "np.fromiter": lambda x: np.fromiter((v**2 for v in x), float),
    "sorted with a key": lambda x: sorted(x, key=one),
}


@pytest.mark.parametrize("style", LOOPS)
def test_a_loop_is_counted_however_it_is_written(style):
    few, many = (lines(LOOPS[style], np.ones(n)) for n in (100, 200))
    assert many - few >= 100


@pytest.mark.parametrize("function", [np.square, np.sum, np.sort, np.cumsum, lambda x: x @ x, np.pad])
def test_what_numpy_does_inside_counts_nothing(function):
    args = (1,) if function is np.pad else ()
    few, many = (lines(function, np.ones(n), *args) for n in (100, 200))
    assert abs(many - few) <= 1  # Python may report a line of NumPy's own once more or less


def test_a_tracer_that_was_there_is_there_again():
    def tracer(*ignored):
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        with pytest.raises(ZeroDivisionError):
            lines(lambda: 1 / 0)
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)


@pytest.mark.parametrize("exercise", TIMED)
def test_a_slow_mistake_has_a_name_of_its_own(exercise):
    for mistake, verdict in judge_mistakes(exercise, seed=0):
        if mistake.slow:
            assert [m.name for m in verdict.mistakes] == [mistake.name]


def test_loops_over_rows_alone_and_over_images_are_left_to_the_race():
    exercise = find("fast_conv_forward")

    def rows(x, w, b, stride=1, pad=0):
        height = x.shape[2] - w.shape[2] + 1
        bands = [columns_by_taps(x[:, :, i : i + w.shape[2]], w, b) for i in range(height)]
        return np.concatenate(bands, axis=2)

    def images(x, w, b, stride=1, pad=0):
        return np.concatenate([columns_by_taps(x[n : n + 1], w, b) for n in range(len(x))])

    for function, axis in ((rows, "OH"), (images, "N")):
        counts = growth(function, exercise, exercise.speed, seed=0)
        assert counts.axes == {axis, "FH", "FW"}
        assert not counts.with_places


def test_an_optimised_einsum_is_not_taken_for_a_plain_one():
    exercise = find("fast_conv_forward")
    answer = next(a for a in ANSWERS if a.__name__ == "optimised_einsum")
    assert growth(answer, exercise, exercise.speed, seed=0).style == (frozenset(), frozenset())


def test_a_slow_answer_is_told_how_many_lines_and_which():
    slow = next(m.function for m in find("fast_max_pool").mistakes if m.name.startswith("four loops: images"))
    text = Report(judge("fast_max_pool", slow)).text()
    assert "four loops: images, channels, rows, columns" in text
    assert "830 lines for 5x4 places, 2,070 for 10x8" in text
    assert "`for j in range(out.shape[3]):`" in text
    assert "5 of 8 points" in text


def test_a_lost_race_is_told_its_numbers():
    exercise = find("fast_conv_forward")
    verdict = judge(exercise, tensordot_by_taps)
    lost = judge_speed.with_speed(verdict, exercise, tensordot_by_taps, lambda *_: race.Race(0.2, 0.005, 5))
    text = Report(lost, "speed").text()
    assert "is 40 times as fast as our loops, and 100 times is asked" in text
    assert "they take 200 ms and yours 5 ms" in text
    assert lost.points == verdict.points - 5


def test_only_the_aspect_that_asks_for_speed_measures_it():
    slow = next(m.function for m in find("fast_max_pool").mistakes if m.slow)
    assert judge("fast_max_pool", slow, aspect="maxima").passed
    assert not judge("fast_max_pool", slow, aspect="speed").passed


def test_wrong_values_are_not_timed(monkeypatch):
    monkeypatch.setattr(race, "race", lambda *_: pytest.fail("a race"))
    verdict = judge("fast_conv_forward", lambda *args, **options: columns_by_taps(*args, **options) + 1)
    assert not verdict.aspect_passed("speed")


# The race, against clocks that say what the test wants


class Clock:
    """A clock that an answer turns on by itself, as far as it likes."""

    def __init__(self):
        self.now = 0.0

    def takes(self, function, seconds):
        def timed(*args, **options):
            self.now += seconds
            return function(*args, **options)

        return timed


RACE = race.race


def run(monkeypatch, answer_seconds, answer=columns_by_taps, loops_seconds=1.0):
    clock = Clock()
    monkeypatch.setattr(race, "CLOCKS", (lambda: clock.now,))
    exercise = find("fast_conv_forward")
    exercise = replace(exercise, reference=clock.takes(exercise.speed.fast, loops_seconds))
    return RACE(clock.takes(answer, answer_seconds), exercise, exercise.speed, 0)


@pytest.mark.parametrize(
    ("ratio", "rounds", "won"),
    [(500, 3, True), (116, 3, True), (110, 12, True), (99, 12, False), (75, 5, False), (1, 5, False)],
)
def test_a_race_ends_when_its_rules_say(monkeypatch, ratio, rounds, won):
    at = run(monkeypatch, 1 / ratio)
    assert at.rounds == rounds
    assert at.won(100) is won
    assert at.ratio == pytest.approx(ratio)


def test_a_race_is_run_on_one_core_whatever_the_program_has_set(monkeypatch):
    def cores():
        return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}

    seen = set()

    def answer(*args, **options):
        seen.update(cores())
        return columns_by_taps(*args, **options)

    with threadpool_limits(2):
        run(monkeypatch, 0.1, answer)
        assert cores() == {2}
    assert seen == {1}


def test_without_the_library_that_counts_cores_there_is_a_race_all_the_same(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert run(monkeypatch, 0.1).rounds


def test_an_answer_that_remembers_loses(monkeypatch):
    kept = []

    def remembers(x, w, b, stride=1, pad=0):
        kept.append(columns_by_taps(x, w, b, stride, pad))
        return kept[0]

    assert "wrong values" in run(monkeypatch, 1e-4, remembers).problem


def test_an_answer_that_raises_loses(monkeypatch):
    def raises(x, w, b, stride=1, pad=0):
        raise MemoryError

    assert "raised MemoryError" in run(monkeypatch, 1e-4, raises).problem


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: a.__name__)
def test_right_answers_run_no_line_for_a_place(answer):
    exercise = find("fast_conv_forward")
    assert not growth(answer, exercise, exercise.speed, seed=0).with_places


def test_times_are_told_in_numbers_that_people_read():
    asked = find("fast_conv_forward").speed
    for fast, words in ((0.11, "yours 110 ms"), (0.0036, "yours 3.6 ms"), (0.00004, "yours 0.04 ms")):
        assert words in judge_speed._race_problem(race.Race(slow=0.12, fast=fast, rounds=5), asked, None)


def test_a_race_leaves_the_generators_alone():
    """Their states would be sent to the process of a far answer with every call, and count as its time."""
    drawn = []

    def draws(*args, **options):
        drawn.append(np.random.random())
        return tensordot_by_taps(*args, **options)

    exercise = find("fast_conv_forward")
    np.random.seed(5)
    expected = np.random.random(3)
    np.random.seed(5)
    RACE(draws, exercise, exercise.speed, 0)
    assert drawn[:3] == expected.tolist()
