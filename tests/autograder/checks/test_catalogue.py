"""A mistake is a change of the program that students write, and the change must fit the program."""

from __future__ import annotations

import linecache
import traceback

import numpy as np
import pytest

from autograder.checks.catalogue import Catalogue, changed

LINES = """\
def total(a):
    t = 0
    for n in a:
        t += n
        t -= 0
    return t
"""


def halves(x, w, more=0):
    """Half of each product."""
    out = np.zeros(len(x))
    for i in range(len(x)):
        out[i] += x[i] * w[i] / 2
    return out


def test_an_old_text_is_replaced_and_the_rest_kept():
    assert changed(LINES, {"t += n": "t = n"}) == LINES.replace("t += n", "t = n")


def test_changes_are_made_at_the_same_time_so_that_two_texts_can_trade_places():
    assert changed("return a - b", {"a": "b", "b": "a"}) == "return b - a"


def test_the_lines_of_a_new_text_are_indented_like_the_old_one():
    assert changed(LINES, {"t += n": "if n:\n    t += n"}) == LINES.replace(
        "t += n", "if n:\n            t += n"
    )


def test_the_line_after_a_text_that_ends_with_a_newline_keeps_its_indent():
    assert changed(LINES, {"t += n\n": "t = n\n"}) == LINES.replace("t += n", "t = n")
    assert changed(LINES, {"t -= 0\n": "\n"}) == LINES.replace("t -= 0", "")


def test_a_change_of_several_lines_is_written_without_their_indentation():
    assert changed(LINES, {"t += n\nt -= 0": "t -= n"}) == LINES.replace("t += n\n        t -= 0", "t -= n")


@pytest.mark.parametrize(("old", "times"), [("t -= n", 0), ("t", 7)])
def test_a_text_that_is_not_there_exactly_once_is_an_error_that_names_it(old, times):
    with pytest.raises(ValueError, match=f"'{old}' must be in the program once, and is there {times} times"):
        changed(LINES, {old: ""})


def test_texts_that_overlap_are_an_error():
    with pytest.raises(ValueError, match=r"overlap in ' \+='"):
        changed(LINES, {"t +=": "t =", " += n": " = n"})


def test_an_error_names_the_mistake_and_the_program():
    with pytest.raises(ValueError, match="mistake 'the sign turned' of halves: the text 'return x'"):
        Catalogue(halves).change("the sign turned", "Look at the sign.", {"return x": "return -x"})


def test_each_way_of_a_mistake_is_a_mistake_of_its_name_and_advice():
    mistakes = Catalogue(halves)
    mistakes.change("not halved", "Halve it.", {" / 2": ""}, {" / 2": " * 1"}, whole=True)
    assert [(m.name, m.advice, m.whole, m.slow) for m in mistakes] == 2 * [
        ("not halved", "Halve it.", True, False)
    ]
    assert mistakes[0].function(np.ones(2), np.ones(2)).tolist() == [1, 1]


def test_a_changed_program_is_compiled_when_it_is_called():
    mistakes = Catalogue(halves)
    mistakes.change("a typing error", "Close the bracket.", {"out[i] +=": "out[i +="})
    with pytest.raises(SyntaxError):
        mistakes[0].function(np.ones(2), np.ones(2))


def test_the_lines_of_a_changed_program_stand_in_its_traceback():
    mistakes = Catalogue(halves)
    mistakes.change("one too far", "Look at the last index.", {"x[i]": "x[i + 1]"})
    with pytest.raises(IndexError) as caught:
        mistakes[0].function(np.ones(2), np.ones(2))
    linecache.checkcache()
    assert "out[i] += x[i + 1] * w[i] / 2" in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_have_the_precision_of_the_arguments(dtype):
    mistakes = Catalogue(halves)
    mistakes.change("not halved", "Halve it.", {" / 2": ""})
    assert mistakes[0].function(np.ones(2, dtype), np.ones(2, dtype), more=1).dtype == dtype


def test_another_program_is_a_function_with_a_decorator():
    mistakes = Catalogue(halves)
    mistakes.change("not halved", "Halve it.", {" / 2": ""})

    @mistakes.also("not halved")
    def doubled(x, w):
        return x * w * 1.0

    assert mistakes[1].function(np.ones(2, np.float32), 3.0).tolist() == [3, 3]
    assert mistakes[1].advice == "Halve it."


def quarter(x, w, more=0):
    """A quarter of each product."""
    return halves(x, w) / 2


def test_the_mistakes_in_a_helper_are_taken_from_its_own_catalogue_by_name():
    of_helper = Catalogue(halves)
    of_helper.change("not halved", "Halve it.", {"* w[i] / 2": "* w[i]"})
    of_helper.change("added twice", "Add it once.", {"out[i] += x[i]": "out[i] += 2 * x[i]"})
    mistakes = Catalogue(quarter, halves)
    mistakes.from_helper(of_helper, "not halved")
    assert [(m.name, m.advice) for m in mistakes] == [("not halved", "Halve it.")]
    assert mistakes[0].function(np.ones(2), np.ones(2)).tolist() == [0.5, 0.5]
