"""Numbers, text, lists, tuples and dicts are judged as arrays are: right answers in any style pass, mistakes
are named, and a report says what differs and where.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import Case, Exercise, Mistake, Report, aspect, find, judge, names, registry
from autograder.checks.differences import agree, summary
from autograder.checks.judge_answer import judge_mistakes
from autograder.checks.nested_data import copied, ordinal
from autograder.checks.show_data import data_html, data_text, marks

from .sample_exercises import (
    LAYER_TABLE,
    PARSE_CHAIN,
    SAMPLES,
    STEEPNESS,
    WINDOWS,
    layer_table,
    made,
    parse_chain,
)

EXERCISES = [exercise for exercise, _ in SAMPLES]
by_name = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)


@pytest.mark.parametrize(("exercise", "answers"), SAMPLES, ids=lambda v: getattr(v, "name", ""))
def test_right_answers_in_several_styles_pass(exercise, answers):
    for source in answers:
        for seed in range(10):
            verdict = judge(exercise, made(source, exercise.name), seed)
            assert verdict.passed, Report(verdict).text()
            expected = ("calls are limited", "is a float") if "/ S" in source else ("calls are limited",)
            assert not [note for note in verdict.notes if not any(words in note for words in expected)]


@by_name
def test_each_mistake_is_caught_and_named_by_its_name_alone(exercise):
    with registry.added(exercise):
        for seed in range(10):
            for mistake, verdict in judge_mistakes(exercise.name, seed):
                assert not verdict.passed
                assert [m.name for m in verdict.mistakes] == [mistake.name]


@by_name
def test_an_exercise_is_found_only_while_it_is_added(exercise):
    assert exercise.name not in names()
    with registry.added(exercise):
        assert exercise.name in names()
        assert find(exercise.name) is exercise
    with pytest.raises(ValueError, match="there is no exercise"):
        find(exercise.name)


@by_name
def test_what_only_raises_and_what_only_returns_none_earn_nothing(exercise):
    def refuses(*args):
        raise ValueError("0 at index 0")

    assert judge(exercise, refuses).points == 0
    assert judge(exercise, lambda *args: None).points == 0


def text_of(exercise, answer, seed=0):
    answer.__name__ = "answer"
    return Report(judge(exercise, answer, seed)).text()


def problem_of(answer, want, **more):
    """What is said of an answer to an exercise on one case, with this right result."""
    exercise = Exercise(
        name="one", arguments=(), parts=("result",), axes={"result": ("row",)},
        aspects=(aspect("all", 1),), reference=lambda: want, cases=lambda rng: [Case("all", "it", ())],
        mistakes=(), data=("result",), **more,
    )  # fmt: skip
    return judge(exercise, answer).to_dict()["where"]


# Reports, as a learner reads them


def heavier(network, size):
    rows = layer_table(network, size)
    for row in rows[2:]:
        row["parameters"] += 64
    return rows


def test_a_report_on_a_table_shows_the_value_that_is_wrong_in_its_row():
    assert text_of(LAYER_TABLE, heavier) == TABLE_REPORT


TABLE_REPORT = """\
✗ layer_table: not yet, 2 of 5 points
    ✓ one layer: 2 of 2
    ✗ layers: 0 of 3
  `rows` has 1 of 15 values wrong. The third row, `parameters`: yours 421, right 357.
  The smallest failing case: convolution, pooling, convolution: layer_table(network, size=16)
    network:
           kind  filters  size
      [0]  conv        2     3
      [1]  pool              2
      [2]  conv        7     5
    yours (wrong values between > <):
            name    shape          parameters
      [0]   conv    (2, 16, 16)            56
      [1]   pool    (2, 8, 8)               0
      [2]   conv    (7, 8, 8)            >421<
    right:
           name  shape        parameters
      [0]  conv  (2, 16, 16)          56
      [1]  pool  (2, 8, 8)             0
      [2]  conv  (7, 8, 8)           357
  To see it again: from autograder import check; check("layer_table", answer, seed=0)"""


def test_a_report_in_html_marks_the_wrong_value_for_screen_readers_and_escapes():
    html = Report(judge(LAYER_TABLE, heavier, 0)).html()
    assert html.count('title="wrong"') == 1
    assert 'aria-label="421, wrong">421</td>' in html
    named = Report(judge(PARSE_CHAIN, lambda text: ["<script>"], 0)).html()
    assert "<script>" not in named


def test_a_report_on_an_error_says_what_its_message_should_name():
    def answer(text):
        try:
            return parse_chain(text)
        except ValueError:
            raise ValueError(f"unknown layer in a chain of {len(text)} characters") from None

    text = text_of(PARSE_CHAIN, answer)
    assert "Its message should name 0, not 5." in text
    assert "The smallest failing case: no layer at its beginning: parse_chain(text='CONVV')" in text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (IndexError("at 0"), "A ValueError is asked for here."),
        (ValueError("nothing"), "Its message should name 0."),
        (ValueError(" ".join(map(str, range(30)))), "it should name the place alone."),
    ],
)
def test_another_error_than_the_one_asked_for_fails(error, words):
    def answer(text):
        try:
            return parse_chain(text)
        except ValueError:
            raise error from None

    verdict = judge(PARSE_CHAIN, answer, 0)
    assert verdict.aspect_passed("chains")
    assert not verdict.aspect_passed("errors")
    assert words in verdict.to_dict()["where"]


@pytest.mark.parametrize(
    "message",
    [
        "{}",
        "at{}",
        "position={}",
        "({})",
        "{}: unknown",
        "line 1, column {}.",
        "[{}] in -> 'X'",
        "index\n{}\n",
    ],
)
def test_a_position_may_stand_anywhere_in_a_message(message):
    def answer(text, shift=0, form="{}"):
        try:
            return parse_chain(text)
        except ValueError as error:
            at = int(str(error).rsplit(" ", 1)[1]) + shift
            raise ValueError(message.format(form.format(at))) from None

    for seed in range(3):
        assert judge(PARSE_CHAIN, answer, seed).passed
        for other in ({"shift": 2}, {"form": "{}.5"}, {"form": "3.{}"}, {"form": "7{}"}):
            assert not judge(PARSE_CHAIN, partial(answer, **other), seed).passed, other


def test_rounding_down_fails_where_an_error_is_asked_for():
    verdict = judge(WINDOWS, lambda W, F, S: (W - F) // S + 1)
    assert not verdict.aspect_passed("misfits")
    assert "for sizes that do not fit; raise a ValueError." in verdict.to_dict()["where"]
    assert not judge(WINDOWS, lambda W, F, S: 1 / ((W - F) % S == 0) * ((W - F) // S + 1)).passed


def test_an_array_of_text_is_told_to_be_a_list():
    said = problem_of(lambda: np.array(["dx", "dw"]), ["dx", "dw"])
    assert said == "returned an array of text for `result`; return a list (its .tolist() gives one)."


def test_calls_of_a_function_are_counted():
    def thrifty(f, x, h):
        return (f(x + h) - f(x - h)) / (2 * h)

    def lavish(f, x, h):
        f(x)
        return thrifty(f, x, h)

    assert judge(STEEPNESS, thrifty).passed
    assert judge(STEEPNESS, thrifty).notes == (
        "Where calls are limited, your function called `f` 2 times at most.",
    )
    assert "called <code>f</code> 2 times at most" in Report(judge(STEEPNESS, thrifty)).html()
    verdict = judge(STEEPNESS, lavish)
    assert verdict.aspect_passed("slopes")
    assert "f is line: A straight line." in Report(verdict, "two calls").text()
    assert "f is line: A straight line." in Report(verdict, "two calls").html()
    assert verdict.to_dict("two calls")["where"] == "called `f` 3 times; 2 calls are enough."


def test_a_function_that_remembers_its_calls_begins_anew_for_each_answer_and_each_case():
    def backwards(step, images, labels, order, batch):
        parts = [order[i : i + batch] for i in range(0, len(order), batch)]
        return [step(images[part], labels[part]) for part in reversed(parts)][::-1]

    right = find("one_epoch").reference
    for _ in range(2):
        assert judge("one_epoch", right).passed
        assert [m.name for m in judge("one_epoch", backwards).mistakes] == [
            "the batches from the last to the first"
        ]


def test_a_function_takes_plain_data_only_and_keeps_its_name():
    seen = []

    def nosy(f, x, h):
        seen.append((f.__name__, f.__doc__))
        return f(object())

    where = judge(STEEPNESS, nosy, 0).to_dict()["where"]
    assert where.startswith(
        "raised TypeError: line( ) takes numbers, arrays and other plain data, not an object"
    )
    assert seen[0] == ("line", "A straight line.")
    wrong_call = judge(STEEPNESS, lambda f, x, h: f(x, h), 0).to_dict()["where"]
    assert "line() takes 1 positional argument but 2 were given" in wrong_call
    assert "locals" not in wrong_call


def test_a_function_sees_no_later_change_and_gives_copies():
    kept = np.arange(3.0)
    exercise = Exercise(
        name="asks", arguments=("f",), parts=("out",), axes={"out": ("entry",)}, aspects=(aspect("all", 1),),
        reference=lambda f: f(), cases=lambda rng: [Case("all", "it", (lambda: kept,))], mistakes=(),
    )  # fmt: skip

    def spoils(f):
        out = f()
        out += 1
        return f()

    assert judge(exercise, spoils).passed


# What counts as the same


@pytest.mark.parametrize(
    ("got", "want"),
    [
        ([1, 2], (1, 2)),
        ((1, 2), [1, 2]),
        (np.array([1, 2]), [1, 2]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (3.0, 3),
        (3, 3.0),
        (np.int64(3), 3),
        (np.array(3), 3),
        (np.bool_(True), True),
        (np.str_("CONV"), "CONV"),
        (np.float32(0.1), 0.1),
        (0.1 + 0.2, 0.3),
        ({"b": 2, "a": 1}, {"a": 1, "b": 2}),
        ({np.int64(1): 2}, {1: 2}),
        (float("nan"), float("nan")),
        (10**20, 1e20),
        ([np.ones(2) * (1 + 1e-12)], [np.ones(2)]),
        (None, None),
    ],
    ids=repr,
)
def test_what_is_right_in_another_form_passes(got, want):
    assert problem_of(lambda: got, want) == ""


@pytest.mark.parametrize(
    ("got", "want", "words"),
    [
        ((3, 5), [3, 5, 5], "`result`: a list of 3 is wanted, this is a tuple of 2: the last is missing."),
        (
            [1, 2, 3, 4],
            (1, 2),
            "`result`: a tuple of 2 is wanted, this is a list of 4: the last 2 are too many.",
        ),
        ([1, 9, 3, 4], [1, 2, 3], "this is a list of 4; they differ from the second entry on."),
        (1, True, "`result`: True is wanted, this is the number 1."),
        (True, 1, "`result`: the number 1 is wanted, this is True."),
        ("3", 3, "`result`: the number 3 is wanted, this is the text '3'."),
        (None, [1], "this is None; every path through a function must end in `return`."),
        ("conv", "CONV", "yours 'conv', right 'CONV'; only upper and lower case differ."),
        ("a  b", "a b", "only spaces and line ends differ."),
        (36928, 36864, "`result`: yours 36,928, right 36,864."),
        (0.3000001, 0.3, "`result`: yours 0.3000001, right 0.3."),
        ([0.1, 2], [0.1, 3], "`result` has 1 of 2 values wrong. The second row: yours 2, right 3."),
        ({"param": 1}, {"parameters": 1}, "`parameters` is missing; yours is called `param`."),
        ({"a": 1, "b": 2}, {"a": 1}, "`b` is not asked for."),
        ([[2, 1]], [[1, 2]], "The first row, the first entry: yours 2, right 1."),
        ([3, 2, 1], [1, 2, 3], "Yours holds the right entries in another order."),
        ([{"n": 1}, {"n": 1}], [{"n": 2}, {"n": 2}], "All that is wrong is in `n`."),
        (
            [np.ones(3)],
            [np.zeros(3)],
            "The first row: 3 of 3 values are wrong, the first at [0]: yours 1, right 0.",
        ),
        (
            [[0.0, 0.0]],
            [np.zeros(2)],
            "The first row: an array of shape (2,) is wanted, this is a list of 2.",
        ),
        (1e-9, 2e-9, "`result`: yours 1e-09, right 2e-09."),
    ],
    ids=repr,
)
def test_what_is_wrong_is_told_with_its_place(got, want, words):
    assert words in problem_of(lambda: got, want)


def test_long_texts_are_told_from_the_first_place_that_differs():
    want = "INPUT -> [[CONV -> RELU]*2 -> POOL]*3 -> FC"
    words = problem_of(lambda: want.replace("POOL", "POOLS"), want)
    assert "they differ from index 34 on: yours …" in words
    assert "(yours ends there)" in problem_of(lambda: want[:20], want)
    assert len(problem_of(lambda: "x" * 90_000, want)) < 400


def test_a_number_is_never_called_a_shape():
    where = judge("conv_forward", lambda *a, **o: 3.0).to_dict()["where"]
    assert "`out` is one number; an array of shape (1, 1, 2, 2) is right" in where
    assert "()" not in where


def test_entries_are_counted_in_words():
    assert [ordinal(i) for i in (0, 2, 9, 10, 11, 12, 20, 21, 101)] == [
        "first", "third", "tenth", "11th", "12th", "13th", "21st", "22nd", "102nd",
    ]  # fmt: skip


# What is changed, and what is remembered


def test_changed_lists_and_dicts_are_changed_arguments():
    def answer(network, size):
        rows = layer_table(network, size)
        for layer in network:
            layer["seen"] = True
        return rows

    verdict = judge(LAYER_TABLE, answer)
    assert "changed its argument `network`; work on a copy." in verdict.to_dict("layers")["where"]
    assert [m.name for m in verdict.mistakes] == ["changes its input"]


def test_one_list_for_every_result_is_found():
    rows = []

    def answer(network, size):
        rows[:] = layer_table(network, size)
        return rows

    assert "return a new array from each call" in judge(LAYER_TABLE, answer).to_dict()["where"]


# Hostile values


class Text(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


class Agrees(type):
    def __eq__(cls, other):
        return True

    def __hash__(cls):
        raise RuntimeError("asked")


class Rows(dict):
    def items(self):
        raise RuntimeError("asked")


def cyclic():
    rows = []
    rows.append(rows)
    return rows


def many_in_few(depth=40):
    rows = []
    for _ in range(depth):
        rows = [rows, rows]
    return rows


HOSTILE = {
    "deep nesting": lambda: json.loads("[" * 900 + "]" * 900),
    "a list that holds itself": cyclic,
    "a few lists that hold each other many times": many_in_few,
    "a huge list": lambda: [[]] * 10**6,
    "a huge dict": lambda: dict.fromkeys(range(10**5)),
    "a huge text": lambda: "x" * 10**7,
    "an enormous int": lambda: 10**10_000,
    "an enormous int as a key": lambda: {10**10_000: 1},
    "half of a character": lambda: "\ud800",
    "half of a character as a key": lambda: [{"\udfff": 1}],
    "backticks and line ends": lambda: "`<b>\n\x00`",
    "NaN": lambda: [float("nan")],
    "NaN as a key": lambda: {float("nan"): 1},
    "a text that agrees": lambda: Text("conv"),
    "a dict that raises": Rows,
    "an object of a class that agrees": lambda: Agrees("int", (), {})(),
    "an object as a key": lambda: {object(): 1},
    "a set": lambda: {1, 2},
    "a generator": lambda: (row for row in ()),
    "a range": lambda: range(3),
    "bytes": lambda: b"conv",
    "complex numbers": lambda: [1j],
    "an array of objects": lambda: np.array([object()]),
    "an array within": lambda: [np.broadcast_to(0.0, (10**5, 10**5))],
    "a long class name": lambda: [type("x" * 10**6, (), {})()],
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_values_end_in_a_sentence(kind):
    verdict = judge(LAYER_TABLE, lambda network, size: HOSTILE[kind]())
    report, data = Report(verdict), json.dumps(verdict.to_dict())
    assert not verdict.passed
    assert 20 < len(verdict.to_dict()["where"]) < 500
    assert len(data) < 2000
    assert "raised" not in data
    assert len(report.text()) < 5000
    assert len(report.html()) < 20_000
    assert report.text().encode()
    assert report.html().encode()


# Any value


leaves = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=8))
keys = st.one_of(st.text(max_size=4), st.integers(-5, 5), st.booleans(), st.none())
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=12,
)


def normal(value):
    """What two values have in common that count as the same."""
    if isinstance(value, list | tuple):
        return "list", *map(normal, value)
    if isinstance(value, dict):
        return "dict", frozenset((key, normal(entry)) for key, entry in value.items())
    if isinstance(value, float) and np.isnan(value):
        return "nan"
    kind = (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    )
    return kind, value


def close(a, b):
    """Whether two numbers are nearly the same somewhere: rounding is tested elsewhere."""
    return a != b and any(
        isinstance(x, float) and isinstance(y, int | float) and abs(x - y) < 1e-6 * (abs(x) + 1)
        for x in _numbers(a)
        for y in _numbers(b)
    )


def _numbers(value):
    if isinstance(value, tuple | frozenset):
        return [number for part in value for number in _numbers(part)]
    return [value] if isinstance(value, int | float) else []


@given(values, values)
def test_two_values_differ_where_python_says_so_and_every_difference_has_words(got, want):
    mine, right = copied(got, "x"), copied(want, "x")
    assert agree(mine, mine)
    assert agree(right, copied(want, "x"))
    if not close(normal(got), normal(want)):
        assert agree(mine, right) == (normal(got) == normal(want))
    if not agree(mine, right):
        problem, where = summary("x", mine, right)
        assert problem
        assert len(problem + where) < 1000
        assert marks(mine, right)
        lines = [*data_text("yours", mine.value, marks(mine, right)), *data_text("right", right.value)]
        assert "\n".join(lines).encode()
        assert data_html("yours", mine.value, marks(mine, right)).encode()


# Sizes that do not fit, where rounding down is accepted


def test_a_mistake_that_shows_only_where_sizes_do_not_fit_is_named():
    def rounded_up(W, F, S):
        return -(-(W - F) // S) + 1

    mistake = Mistake("rounded up", "Look at what the last window would need.", rounded_up)
    exercise = replace(WINDOWS, unfit="round", mistakes=(*WINDOWS.mistakes, mistake))
    named = judge(exercise, lambda W, F, S: int(np.ceil((W - F) / S)) + 1)
    assert [m.name for m in named.mistakes] == ["rounded up"]
    assert named.mistakes_in("misfits")
    assert judge(exercise, lambda W, F, S: (W - F) // S + 1).passed
    other = judge(exercise, lambda W, F, S: (W - F) // S + 1 + 5 * ((W - F) % S > 0))
    assert not other.passed
    assert other.mistakes == ()


def test_a_number_of_many_digits_is_far_too_large():
    where = judge(WINDOWS, lambda W, F, S: 10**40).to_dict()["where"]
    assert "returned a whole number of about 41 digits for `count`: far too large" in where
