"""With which functions a live part draws, and what is said about a reader's errors."""

import importlib
import inspect
from typing import Any

import pytest

from autograder.checks.registry import find, names
from autograder.site.functions import Part
from cs_conv import im2col

FLIPPED = """\
def conv_forward(x, w, b, stride=1, pad=0):
    from cs_conv import im2col
    return im2col.conv_forward(x, w[:, :, ::-1, ::-1], b, stride=stride, pad=pad)
"""


def start(component: str, **begin: Any) -> dict[str, Any]:
    state: dict[str, Any] = importlib.import_module(f"cs_conv.live.{component}").start(**begin)
    return state


def test_the_readers_function_comes_before_the_courses() -> None:
    part = Part("window", ["conv_forward"])
    ours = part.picture(start("window"))[1][0].tobytes()
    assert part.define(FLIPPED) == ""
    assert part.picture(start("window"))[1][0].tobytes() != ours
    assert part.define("") == ""
    assert part.picture(start("window"))[1][0].tobytes() == ours


def test_the_functions_that_a_picture_used_are_known() -> None:
    part = Part("window", ["conv_window", "conv_forward", "conv_backward"])
    part.picture(start("window"))
    assert part.functions.asked == ["conv_forward", "conv_backward"]


def test_a_lesson_has_only_the_functions_that_it_has_come_to() -> None:
    header, _ = Part("window", []).picture(start("window"))
    assert header["error"].startswith("conv_forward is not defined here")


@pytest.mark.parametrize("name", [name for name in names() if hasattr(im2col, name)])
def test_a_fast_function_takes_what_the_answer_takes(name: str) -> None:
    answer = find(name).program or find(name).reference
    takes = [*inspect.signature(answer).parameters]
    assert [*inspect.signature(getattr(im2col, name)).parameters][: len(takes)] == takes


def test_what_a_lesson_makes_of_its_functions_uses_the_readers() -> None:
    part = Part("heat", ["convert"])
    assert "error" not in part.picture(start("heat"))[0]
    part.define("def convert(network, shape):\n    raise ValueError('seven')")
    assert part.picture(start("heat"))[0]["error"] == "Your function ended in ValueError: seven"


def test_an_error_is_told_with_the_readers_own_lines() -> None:
    part = Part("window", [])
    part.define("def conv_forward(x, w, b, stride=1, pad=0):\n    return x @ w\n")
    header, _ = part.picture(start("window"))
    assert header["error"].startswith("Your function ended in ValueError: matmul")
    assert 'File "<your code>", line 2, in conv_forward\n    return x @ w' in part.trace
    assert "functions.py" not in part.trace
    assert part.trace.splitlines()[-1].startswith("ValueError: matmul")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("def f(:\n", "SyntaxError"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("x = y\n", "NameError"),
    ],
)
def test_code_that_cannot_be_run_says_why(typed: str, said: str) -> None:
    part = Part("window", ["conv_forward"])
    assert said in part.define(typed)
    assert "error" not in part.picture(start("window"))[0]


def test_the_course_checks_the_readers_function() -> None:
    part = Part("window", ["conv_forward"])
    assert "not defined in your code" in part.checked("conv_forward")
    part.define(FLIPPED)
    assert "the filter is flipped" in part.checked("conv_forward")
