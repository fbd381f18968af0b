"""The judge accepts plain data only, says what is wrong, and prints nothing."""

from __future__ import annotations

import random
import re
import sys
import warnings
from collections import namedtuple

import numpy as np
import pytest

from autograder import check, judge
from autograder.checks import VERDICT, Report, find, judge_answer, names
from autograder.checks.wrong_places import places
from cs_conv.naive import conv_backward, conv_forward


class UnfitError(ValueError):
    """A student's own error for sizes that do not fit."""


def returning(change):
    def answer(x, w, b, stride=1, pad=0):
        return change(conv_forward(x, w, b, stride, pad))

    return answer


class Agreeable(np.ndarray):
    """Equal to everything."""

    def __eq__(self, other):
        return np.ones(self.shape, bool)

    __hash__ = None


class Whatever:
    shape = (1, 1, 2, 2)
    dtype = np.dtype(float)

    def __eq__(self, other):
        return True

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("asked")

    __hash__ = None


NOT_PLAIN = {
    "a subclass": lambda out: (out * 0).view(Agreeable),
    "an object equal to everything": lambda out: Whatever(),
    "None": lambda out: None,
    "an array of objects": lambda out: np.full(out.shape, Whatever(), dtype=object),
    "a masked array": lambda out: np.ma.masked_all(out.shape),
    "complex numbers": lambda out: out.astype(complex),
    "half precision": lambda out: out.astype(np.float16),
    "text": lambda out: out.astype(str),
    "a tuple around it": lambda out: (out,),
    "a generator": lambda out: (row for row in out),
    "an enormous view": lambda out: np.broadcast_to(0.0, (10**6, 10**6)),
    "NaN": lambda out: out * np.nan,
    "infinity": lambda out: out + np.inf,
    "a structured array": lambda out: np.zeros(out.shape, [("a", float)]),
}


@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_what_is_no_plain_array_fails_with_words(kind):
    verdict = judge("conv_forward", returning(NOT_PLAIN[kind]))
    assert not verdict.passed
    assert not any(a.passed for a in verdict.aspects if a.name != "shape")
    assert len(verdict.failure.problem) > 15


@pytest.mark.parametrize("exercise", names(), scope="module")
@pytest.mark.parametrize(
    "kind", ["a subclass", "an object equal to everything", "None", "an array of objects", "NaN"]
)
def test_no_exercise_takes_it(exercise, kind):
    reference = find(exercise).reference

    def answer(*args, **options):
        value = reference(*args, **options)
        forge = NOT_PLAIN[kind]
        many = isinstance(value, tuple)
        return tuple(forge(np.asarray(a)) for a in value) if many else forge(np.asarray(value))

    assert not judge(exercise, answer).passed


@pytest.mark.parametrize("error", [SystemExit, KeyError, RecursionError, MemoryError, GeneratorExit])
def test_any_exception_is_a_wrong_answer_not_an_accident(error):
    def answer(*args, **options):
        raise error("so what")

    verdict = judge("conv_forward", answer)
    assert verdict.points == 0
    assert error.__name__ in verdict.failure.problem


class Sullen:
    """Answers no question but the one that is asked."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __call__(self, *args, **options):
        return conv_forward(*args, **options)


def test_an_object_that_has_no_name_and_says_so_loudly_is_an_answer():
    assert judge("conv_forward", Sullen()).passed


def test_an_exception_that_cannot_say_what_it_is_is_a_wrong_answer():
    class MuteError(Exception):
        def __str__(self):
            raise RuntimeError

    def answer(*args, **options):
        raise MuteError

    assert "raised MuteError" in judge("conv_forward", answer).failure.problem


@pytest.mark.filterwarnings("error")
def test_a_coroutine_is_thrown_away_in_silence():
    async def answer(*args, **options):
        return conv_forward(*args, **options)

    assert "coroutine" in judge("conv_forward", answer).failure.problem


def test_an_interrupt_is_the_users():
    def answer(*args, **options):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge("conv_forward", answer)


def test_prints_and_warnings_of_an_answer_go_nowhere(capfd):
    def noisy(x, w, b, stride=1, pad=0):
        print("debugging")
        print("more", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        np.zeros(1) / np.zeros(1)
        return conv_forward(x, w, b, stride, pad)

    assert judge("conv_forward", noisy).passed
    assert capfd.readouterr() == ("", "")


def test_a_failure_names_the_line_of_the_answer():
    def broken(x, w, b, stride=1, pad=0):
        return x["here"]

    def correlate(x, w, b, stride=1, pad=0):
        return broken(x, w, b)

    first = broken.__code__.co_firstlineno
    assert (
        f'(in broken, line {first + 1}: return x["here"])' in judge("conv_forward", correlate).failure.problem
    )


def test_the_line_is_named_where_the_course_lies_in_a_folder_of_that_name(tmp_path):
    """Only the course's own code is left out, not a student's below a folder called autograder."""
    file = tmp_path / "autograder" / "homework.py"
    file.parent.mkdir()
    file.write_text("def mine(*args, **options):\n    return 1 / 0\n")
    names_: dict = {}
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), names_)
    assert "(in mine, line 2: return 1 / 0)" in judge("conv_forward", names_["mine"]).failure.problem


def test_wrong_arguments_are_for_people():
    with pytest.raises(ValueError, match="did you mean 'conv_forward'"):
        judge("conv_forwad", conv_forward)
    with pytest.raises(TypeError, match="needs a function"):
        judge("conv_forward", np.zeros(3))
    with pytest.raises(ValueError, match="has no aspect 'speed'; it has 'shape'"):
        check("conv_forward", conv_forward, "speed")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((3, conv_forward), TypeError, "name of an exercise first, such as '.*', not 3"),
        (("conv_forward", conv_forward, -1), ValueError, "seed=-1 is negative"),
        (("conv_forward", conv_forward, "x"), TypeError, "seed='x' is not a seed"),
        (("conv_forward", conv_forward, 2.5), TypeError, "give a whole number from 0 on"),
    ],
)
def test_what_is_no_exercise_or_no_seed_is_said(arguments, error, words):
    with pytest.raises(error, match=words):
        judge(*arguments)


def test_a_seed_of_the_graders_that_is_none_is_said(monkeypatch):
    monkeypatch.setenv("CS_CONV_SEED", "seven")
    with pytest.raises(ValueError, match="CS_CONV_SEED='seven' is not a seed"):
        check("conv_forward", conv_forward)


def test_a_numpy_integer_is_a_seed():
    assert judge("conv_forward", conv_forward, np.int64(5)).seed == 5


def test_seeds_draw_other_numbers_and_the_same_seed_the_same():
    cases = [list(find("conv_forward").cases(np.random.default_rng(seed))) for seed in (1, 1, 2)]
    assert all(np.array_equal(a.args[0], b.args[0]) for a, b in zip(cases[0], cases[1], strict=True))
    assert any(not np.array_equal(a.args[0], b.args[0]) for a, b in zip(cases[0], cases[2], strict=True))


def test_the_seed_comes_from_the_grader_where_none_is_given(monkeypatch, capsys):
    monkeypatch.setenv("CS_CONV_SEED", "77")
    with pytest.raises(AssertionError):
        check("conv_forward", returning(lambda out: out + 1))
    assert "seed=77" in capsys.readouterr().out


def test_rounding_down_passes_with_a_note_and_garbage_does_not():
    def rounds_down(x, w, b, stride=1, pad=0):
        rows, columns = ((n + 2 * pad - f) % stride for n, f in zip(x.shape[2:], w.shape[2:], strict=True))
        return conv_forward(x[:, :, : x.shape[2] - rows, : x.shape[3] - columns], w, b, stride, pad)

    def zeros(x, w, b, stride=1, pad=0):
        try:
            return conv_forward(x, w, b, stride, pad)
        except ValueError:
            return np.zeros((1, 1, 2, 2))

    verdict = judge("conv_forward", rounds_down)
    assert verdict.passed
    assert "rounds down" in verdict.notes[0]
    assert not judge("conv_forward", zeros).aspect_passed("edge cases")
    assert not judge("conv_forward", zeros).notes


@pytest.mark.parametrize(
    ("error", "noted"), [(AssertionError, True), (TypeError, True), (ValueError, False), (UnfitError, False)]
)
def test_another_error_for_sizes_that_do_not_fit_passes_with_a_note(error, noted):
    def refuses(x, w, b, stride=1, pad=0):
        try:
            return conv_forward(x, w, b, stride, pad)
        except ValueError:
            raise error("does not fit") from None

    verdict = judge("conv_forward", refuses)
    assert verdict.passed
    assert [error.__name__ in note and "ValueError" in note for note in verdict.notes] == [True] * noted


@pytest.mark.parametrize(("count", "noted"), [(float, True), (int, False), (np.int32, False)])
def test_a_count_that_is_a_float_passes_with_a_note(count, noted):
    """Else the notebook's next cells end in a TypeError where nothing was wrong."""
    reference = find("output_size").reference
    verdict = judge("output_size", lambda W, F, S=1, P=0: count(reference(W, F, S, P)))
    assert verdict.passed
    assert ["`places` is a float, such as 3.0" in note for note in verdict.notes] == [True] * noted
    assert ("Note: `places`" in Report(verdict).text()) == noted


def test_switches_that_are_floats_pass_with_a_note():
    reference = find("max_pool_forward").reference

    def answer(*args):
        out, switches = reference(*args)
        return out, switches.astype(float)

    (note,) = judge("max_pool_forward", answer).notes
    assert note.startswith("`switches` is an array of floats")


def test_of_an_answer_that_ends_in_an_error_nothing_is_called_right():
    """The error comes first, and no picture of other sizes stands beside it."""

    def as_channels(image, filters, conv):
        """All filters as the channels of one: an error with several, right with one."""
        K, F, _ = filters.shape
        return conv(image[None, None], filters[None], np.zeros(K), pad=(F - 1) // 2)[0]

    def flipped(image, filters, conv):
        return as_channels(image, filters[:, ::-1], conv)

    for answer in (as_channels, flipped):
        verdict = judge("filter_bank", answer)
        assert verdict.reading is not None
        report = Report(verdict)
        for shown in (report.text(), report.html()):
            assert not re.search(r"(is|are) right\b|In each pixel", shown)
            assert "raised ValueError" in shown
            assert "looks like" not in shown[: shown.index("raised ValueError")]
    assert "an error with several filters" in report.text()


def test_what_fits_must_be_right_where_sizes_do_not_fit():
    """Rounding down is not the fault here, and no report says that it is."""

    def twice(x, w, b, stride=1, pad=0):
        rows, columns = ((n + 2 * pad - f) % stride for n, f in zip(x.shape[2:], w.shape[2:], strict=True))
        return 2 * conv_forward(x[:, :, : x.shape[2] - rows, : x.shape[3] - columns], w, b, stride, pad)

    verdict = judge("conv_forward", twice)
    unfit = next(c for c in find("conv_forward").cases(np.random.default_rng(0)) if not c.fits)
    assert verdict.notes == ()
    problems = {
        a.failure.problem for a in verdict.aspects if a.failure and a.failure.case.about == unfit.about
    }
    assert problems == {"`out` has 4 of 4 values wrong (these sizes do not fit; compared is what does)"}


def test_a_shape_that_no_rounding_gives_is_told_both_ways_out():
    def up(x, w, b, stride=1, pad=0):
        try:
            return conv_forward(x, w, b, stride, pad)
        except ValueError:
            return np.zeros((1, 1, 3, 3))

    problem = judge("conv_forward", up).failure.problem
    assert problem == (
        "gave (1, 1, 3, 3) for sizes that do not fit; raise a ValueError, or leave out what does not fit, "
        "which gives (1, 1, 2, 2)"
    )


def test_a_stub_earns_nothing():
    def stub(*args, **options):
        raise NotImplementedError

    for exercise in names():
        verdict = judge(exercise, stub)
        assert verdict.points == 0
        assert "not answered yet" in Report(verdict).text()
        assert "see it again" not in Report(verdict).text()


def test_the_report_has_three_forms_and_escapes():
    def wicked(x, w, b, stride=1, pad=0):
        raise ValueError("<script>alert(1)</script>")

    bundle = Report(judge("conv_forward", wicked), "values")._repr_mimebundle_()
    assert bundle[VERDICT]["aspect"] == "values"
    assert bundle[VERDICT]["points"] == 0
    assert "<script>" not in bundle["text/html"]
    assert "alert(1)" in bundle["text/plain"]


def test_of_two_mistakes_each_is_named_where_it_shows():
    """Without its bias, and for square filters only: no entry of the catalogue gives all of these results."""

    def answer(x, w, b, stride=1, pad=0):
        if w.shape[2] != w.shape[3]:
            raise IndexError("out of bounds")
        return conv_forward(x, w, 0 * b, stride, pad)

    verdict = judge("conv_forward", answer)
    names = [m.name for m in verdict.mistakes]
    assert names == ["an error for filters that are not square", "bias left out"]


def test_a_mistake_is_not_named_for_what_is_only_missing():
    """An answer that raises for rectangles is not called by the name of one that also raises there."""

    def answer(dout, x, w, stride=1, pad=0):
        if w.shape[2] != w.shape[3]:
            raise IndexError("out of bounds")
        dx, dw, db = find("conv_backward").reference(dout, x, w, stride, pad)
        return 2 * dx, dw, db

    names_given = {m.name for m in judge("conv_backward", answer).mistakes}
    assert names_given == {"an error for filters that are not square", "dx: counted twice"}


def test_a_named_tuple_is_a_tuple():
    grads = namedtuple("grads", "dx dw db")

    def answer(*args, **options):
        return grads(*find("conv_backward").reference(*args, **options))

    assert judge("conv_backward", answer).passed


def scaled(factor):
    def answer(x, w, b, stride=1, pad=0):
        return conv_forward(x, w, b, stride, pad) * factor

    return answer


def test_a_small_error_is_not_called_one_times_the_right_value():
    text = Report(judge("conv_forward", scaled(1 + 2e-7))).text()
    assert " 1 times" not in text
    assert "nearly right, off by at most 2.0e-07 of the largest value" in text
    assert "counted three times" in Report(judge("conv_forward", scaled(3))).text()


def test_a_named_mistake_stands_alone(monkeypatch):
    """What else the wrong numbers look like may be chance, and is left out where the mistake has a name."""
    reference = find("conv_backward").reference
    named = judge("conv_backward", lambda *a, **o: tuple(-gradient for gradient in reference(*a, **o)))
    monkeypatch.setattr(judge_answer, "can_read", lambda name: False)
    unnamed = judge("conv_forward", scaled(-1))
    assert [m.name for m in named.mistakes] == ["the sign turned"]
    assert "with its sign turned" not in Report(named, "dw").text()
    assert not unnamed.mistakes
    assert "with its sign turned" in Report(unnamed, "values").text()


def test_one_number_has_no_direction():
    verdict = judge("conv_window", lambda *a, **o: -find("conv_window").reference(*a, **o))
    assert "upside" not in Report(verdict).text()
    assert "with its sign turned" not in Report(verdict).text()


def test_what_is_said_for_programs_is_made_of_sentences():
    where = judge("conv_forward", scaled(3.25)).to_dict()["where"]
    assert where.startswith("`out` has 4 of 4 values wrong. All of it is wrong. Where it is wrong, yours")


def test_a_report_can_be_seen_again_from_a_notebook(capsys):
    def my_answer(x, w, b, stride=1, pad=0):
        return conv_forward(x, w, b, stride, pad) + 1

    text = Report(judge("conv_forward", my_answer, 77), "values").text()
    line = next(part for part in text.splitlines() if "To see it again: " in part)
    code = line.split("again: ")[1]
    assert code == 'from autograder import check; check("conv_forward", my_answer, "values", seed=77)'
    with pytest.raises(AssertionError):
        exec(code, {"my_answer": my_answer})
    assert capsys.readouterr().out.strip() == text.strip()


AXES = ("image n", "row", "column")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (np.s_[1], "Wrong only at image n = 1 (the last)."),
        (np.s_[:, 2], "Wrong only at row 2."),
        (np.s_[:, 2:], "Wrong only at rows 2 and after."),
        (np.s_[:, :2], "Wrong only at rows 0 to 1."),
        (np.s_[:, :, [1, 2]], "Wrong only at columns 1, 2."),
        (np.s_[:, :, ::2], "Wrong only at every second column (from column 0 on)."),
        (np.s_[:, [0, -1]], "Wrong only at rows 0, 3."),
        (np.s_[:], "All of it is wrong."),
        (np.s_[:, 1:-1, 1:-1], "Only the inside is wrong; the border is right."),
    ],
)
def test_where_it_is_wrong_in_words(wrong, words):
    mask = np.zeros((2, 4, 4), bool)
    mask[wrong] = True
    assert places(mask, AXES) == words


def test_places_all_over_are_told_by_the_first():
    assert places(np.eye(3, dtype=bool), ("row", "column")) == "The first wrong value is at row 0, column 0."


def backward_with(**changed):
    """A right conv_backward, with some of its three results in another form."""

    def answer(dout, x, w, stride=1, pad=0):
        results = dict(zip(("dx", "dw", "db"), conv_backward(dout, x, w, stride, pad), strict=True))
        return tuple(changed.get(part, np.asarray)(value) for part, value in results.items())

    return answer


def lost(verdict):
    return {a.name for a in verdict.aspects if not a.passed}


LISTS = {
    "a list": np.ndarray.tolist,
    "a tuple": lambda db: tuple(db.tolist()),
    "a list of NumPy's numbers": list,
    "a list of arrays": lambda db: [np.asarray(value) for value in db],
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_for_one_gradient_costs_the_points_of_that_gradient_alone(kind):
    verdict = judge("conv_backward", backward_with(db=LISTS[kind]))
    assert lost(verdict) == {"db"}
    assert "for `db`; return a NumPy array" in Report(verdict).text()
    assert verdict.mistakes == ()
    assert lost(judge("conv_backward", backward_with(dw=np.ndarray.tolist))) == {"dw"}


def test_wrong_values_in_a_list_are_wrong_values():
    listed = judge("conv_backward", backward_with(db=lambda db: (2 * db).tolist()))
    assert lost(listed) == lost(judge("conv_backward", backward_with(db=lambda db: 2 * db))) > {"db"}


@pytest.mark.parametrize(
    "nothing", [lambda db: None, lambda db: [Whatever()], lambda db: [[1.0], [1.0, 2.0]]]
)
def test_a_part_that_cannot_be_judged_leaves_the_points_of_the_others(nothing):
    verdict = judge("conv_backward", backward_with(db=nothing))
    assert {"dw", "dx"}.isdisjoint(lost(verdict))
    assert "db" in lost(verdict)
    assert "for `db`" in Report(verdict).text()


def test_the_report_is_made_of_what_a_screen_reader_reads():
    """Rows and columns have their numbers, and a wrong value says that it is wrong."""
    html = Report(judge("conv_forward", returning(lambda out: out + (np.indices(out.shape)[-1] == 1)))).html()
    assert 'aria-label="yours[0, 0]"' in html
    assert html.count('<th scope="row"') >= 2
    assert '<span role="img" aria-label="not yet">' in html
    assert re.search(r'<td style="[^"]*" title="wrong" aria-label="(\S+), wrong">\1</td>', html)
    assert "To see it again" in html


def test_what_to_return_for_one_number_is_a_number():
    for wrong in ("6", [6.0], [np.zeros(2)], {}, [[1, 2], [3, 4]]):
        text = Report(judge("conv_window", lambda *a, wrong=wrong, **o: wrong)).text()
        assert "return one number." in text or "return the number" in text, text
    for exercise in ("thread_place", "trip_times", "conv_work"):
        parts = find(exercise).parts
        text = Report(judge(exercise, lambda *a, parts=parts, **o: ["one"] * len(parts))).text()
        assert f"returned a str for `{parts[0]}`; return one number." in text


def test_a_list_of_rows_is_told_to_become_an_array():
    def answer(x, size, stride=1, pad=0):
        return list(find("im2col").reference(x, size, stride, pad))

    assert (
        "returned a list for `cols`; return a NumPy array (np.array)."
        in Report(judge("im2col", answer)).text()
    )


def test_of_several_lists_the_first_part_is_named():
    """Whatever the order in which a process keeps sets of words."""

    def answer(dout, x, w):
        return [list(piece) for piece in find("conv1d_backward").reference(dout, x, w)]

    assert [o.failure.part for o in judge("conv1d_backward", answer).aspects if o.failure] == ["dw", "dx"]

    def answer(t, K, OH, OW):
        return [[piece] for piece in find("thread_place").reference(t, K, OH, OW)]

    assert judge("thread_place", answer).failure.part == "n"


def test_an_answer_that_is_there_for_some_cases_is_not_called_unanswered():
    def answer(x, w, b, stride=1, pad=0):
        if stride > 1:
            raise NotImplementedError
        return conv_forward(x, w, b, stride, pad)

    text = Report(judge("conv_forward", answer), "stride and padding").text()
    assert "conv_forward raised NotImplementedError." in text
    assert "The smallest failing case" in text


def test_whole_numbers_for_real_ones_are_told_by_their_dtype():
    def answer(x, w, b, stride=1, pad=0):
        out = np.zeros_like(conv_forward(x, w, b, stride, pad), dtype=np.int32)
        out += np.rint(conv_forward(x, w, b, stride, pad)).astype(np.int32)
        return out

    assert (
        "Yours has dtype int32, which holds whole numbers only."
        in Report(judge("conv_forward", answer)).text()
    )


def test_changed_arguments_are_announced_without_a_word_of_ours():
    def answer(dout, x, w):
        x[:], w[:] = 0, 0
        return x, w

    text = Report(judge("conv1d_backward", answer)).text()
    assert "This looks like: changes its input." in text
    assert "inputs" not in text


def test_arguments_that_differ_look_different():
    def answer(x, size, stride):
        out, switches = find("max_pool_forward").reference(x, size, stride)
        return out, np.where(np.isclose(out, 1), 0, switches) if x.shape[-2:] == (2, 2) else switches

    failure = judge("max_pool_forward", answer).failure
    (x, *_), text = failure.case.args, Report(judge("max_pool_forward", answer)).text()
    shown = text.split("shape (1, 1, 2, 2):")[1].split("yours")[0]
    assert len(set(re.findall(r"-?\d[\d.e-]*", shown.split("]")[1]))) == len(np.unique(x))


def test_what_is_wrong_with_a_result_for_sizes_that_do_not_fit_is_said_in_sentences():
    def answer(x, size, stride=1, pad=0):
        return list(find("im2col").reference(x[..., : x.shape[-1] // 2 * 2], size, 1, pad))

    text = Report(judge("im2col", answer), "edge cases").text()
    assert "return a NumPy array (np.array). For sizes that do not fit, raise a ValueError." in text


def test_an_answer_that_draws_from_the_global_generators_draws_the_same_each_time():
    drawn = []

    def relative_error(a, b):
        drawn.append((np.random.random(), random.random()))
        return 0.0

    np.random.seed(5)
    random.seed(5)
    left_alone = np.random.random(), random.random()
    np.random.seed(5)
    random.seed(5)
    judge("relative_error", relative_error)
    first, drawn = drawn, []
    assert (np.random.random(), random.random()) == left_alone
    np.random.random()
    judge("relative_error", relative_error)
    assert drawn == first
