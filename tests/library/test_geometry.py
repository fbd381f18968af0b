"""Which sizes fit, and whether the error's advice is true."""

import ast
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs_conv.geometry import conv_geometry, output_size, pool_geometry, window_geometry

from .drawing import Side, pad_as_typed, sides


@pytest.mark.parametrize(
    ("size", "window", "options", "expected"),
    [
        (5, 3, {"pad": 1}, 5),
        (5, 3, {"pad": 1, "stride": 2}, 3),
        (7, 3, {}, 5),
        (7, 3, {"stride": 2}, 3),
        (11, 5, {"stride": 2}, 4),
        (227, 11, {"stride": 4}, 55),
        (224, 11, {"stride": 4, "pad": (1, 2)}, 55),
        (224, 7, {"stride": 2, "pad": (3, 2)}, 112),
        (224, 2, {"stride": 2}, 112),
        (7, 7, {}, 1),
        (1, 1, {}, 1),
        (7, 3, {"dilation": 2}, 3),
        (7, 3, {"dilation": 3}, 1),
        (3, 3, {"stride": 100}, 1),
    ],
)
def test_sizes_of_the_course(size: int, window: int, options: dict[str, Any], expected: int) -> None:
    assert output_size(size, window, **options) == expected


@given(sides())
def test_output_size_counts_the_places_of_the_window(side: Side) -> None:
    padded = side.size + sum(side.pad)
    reach = side.dilation * (side.window - 1)
    places = [at for at in range(0, padded, side.stride) if at + reach < padded]
    assert output_size(side.size, side.window, side.stride, side.pad, side.dilation) == len(places)
    assert len(places) == side.steps


MESSAGES = [
    (
        (12, 5, 3),
        "a filter of 5 at stride 3 does not fit an input of 12 with pad 0: "
        "(12 - 5 + 0) / 3 is not whole; use pad 1, or stride 1 or 7",
    ),
    (
        (5, 3, 3, 1),
        "a filter of 3 at stride 3 does not fit an input of 5 with pad 1: "
        "(5 - 3 + 2) / 3 is not whole; use pad 2, or stride 2 or 4",
    ),
    (
        (10, 3, 2),
        "a filter of 3 at stride 2 does not fit an input of 10 with pad 0: "
        "(10 - 3 + 0) / 2 is not whole; use pad (0, 1), or stride 1 or 7",
    ),
    (
        (224, 11, 4),
        "a filter of 11 at stride 4 does not fit an input of 224 with pad 0: "
        "(224 - 11 + 0) / 4 is not whole; use pad (1, 2), or stride 3 or 71",
    ),
    (
        (224, 7, 2, 3),
        "a filter of 7 at stride 2 does not fit an input of 224 with pad 3: "
        "(224 - 7 + 6) / 2 is not whole; use pad (3, 2), or stride 1 or 223",
    ),
    (
        (5, 7),
        "a filter of 7 is larger than an input of 5 with pad 0, 5 in all; "
        "use pad 1, or a filter of at most 5",
    ),
    (
        (5, 4, 1, 0, 2),
        "a filter of 4 with dilation 2 (it spans 7) is larger than an input of 5 with pad 0, 5 in all; "
        "use pad 1, or a filter of at most 3",
    ),
    (  # large numbers take no longer than small ones
        (10, 3, 10**12),
        "a filter of 3 at stride 1000000000000 does not fit an input of 10 with pad 0: "
        "(10 - 3 + 0) / 1000000000000 is not whole; use pad (499999999996, 499999999997), or stride 7",
    ),
    (
        (10**9, 2, 3),
        "a filter of 2 at stride 3 does not fit an input of 1000000000 with pad 0: "
        "(1000000000 - 2 + 0) / 3 is not whole; use pad 2, or stride 2 or 691",
    ),
    (
        (8, 3, 5, 0, 2),
        "a filter of 3 with dilation 2 (it spans 5) at stride 5 does not fit an input of 8 with pad 0: "
        "(8 - 5 + 0) / 5 is not whole; use pad 1, or stride 3",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), MESSAGES)
def test_the_error_names_every_number_and_what_would_fit(arguments: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        output_size(*arguments)


MESSAGES_2D = [
    (
        {"size": 5, "stride": 3},
        (12, 12),
        "a 5x5 window at stride 3 does not fit a 12x12 input with pad 0: "
        "(12 - 5 + 0) / 3 is not whole; use pad 1, or stride 1 or 7",
    ),
    (
        {"size": (5, 3), "stride": (3, 2), "pad": (0, 1)},
        (12, 9),
        "a 5x3 window at stride (3, 2) does not fit a 12x9 input with pad (0, 1): "
        "vertically (12 - 5 + 0) / 3 is not whole; use pad 1, or stride (1, 2) or (7, 2)",
    ),
    (
        {"size": 11, "stride": 4},
        (224, 224),
        "an 11x11 window at stride 4 does not fit a 224x224 input with pad 0: "
        "(224 - 11 + 0) / 4 is not whole; use pad ((1, 2), (1, 2)), or stride 3 or 71",
    ),
    (
        {"size": 4, "stride": 2, "pad": (1, 0)},
        (11, 12),
        "a 4x4 window at stride 2 does not fit an 11x12 input with pad (1, 0): "
        "vertically (11 - 4 + 2) / 2 is not whole; use pad ((1, 0), (0, 0)), or stride (1, 2) or (3, 2)",
    ),
    (
        {"size": (3, 2), "stride": 2},
        (3, 5),
        "a 3x2 window at stride 2 does not fit a 3x5 input with pad 0: horizontally (5 - 2 + 0) / 2 is not "
        "whole; use pad ((0, 0), (0, 1)), or stride (2, 1) or (2, 3)",
    ),
    (
        {"size": (7, 3)},
        (5, 5),
        "a 7x3 window is larger than a 5x5 input with pad 0, 5x5 in all; "
        "use pad (1, 0), or a window of at most 5x5",
    ),
]


@pytest.mark.parametrize(("options", "image", "message"), MESSAGES_2D)
def test_the_error_in_two_dimensions(options: dict[str, Any], image: tuple[int, int], message: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        window_geometry((1, 1, *image), **options)


def advised(message: str, name: str) -> list[Any]:
    """The values that the end of an error proposes for one hyperparameter."""
    value = r"\(\([^)]*\), \([^)]*\)\)|\([^)]*\)|\d+"
    found = re.search(rf"{name} ({value})(?: or ({value}))?", message.partition("; use ")[2])
    return [ast.literal_eval(text) for text in found.groups() if text] if found else []


@given(st.integers(1, 30), st.integers(1, 9), st.integers(1, 9), st.integers(0, 4), st.integers(1, 3))
def test_every_advice_fits(size: int, window: int, stride: int, pad: int, dilation: int) -> None:
    try:
        output_size(size, window, stride, pad, dilation)
    except ValueError as error:
        message = str(error)
        for better in advised(message, "pad"):
            output_size(size, window, stride, better, dilation)
        for better in advised(message, "stride"):
            output_size(size, window, better, pad, dilation)
        assert advised(message, "pad")
        assert advised(message, "stride") or "of at most" in message


@given(sides(), sides(), st.integers(0, 3), st.integers(0, 3))
def test_every_advice_fits_in_two_dimensions(v: Side, h: Side, taller: int, wider: int) -> None:
    shape = (1, 1, v.size + taller, h.size + wider)
    options: dict[str, Any] = {
        "size": (v.window, h.window),
        "stride": (v.stride, h.stride),
        "pad": pad_as_typed(v.pad, h.pad),
        "dilation": (v.dilation, h.dilation),
    }
    try:
        window_geometry(shape, **options)
    except ValueError as error:
        for name in ("pad", "stride"):
            values = advised(str(error), name)
            assert values
            for better in values:
                window_geometry(shape, **(options | {name: better}))


def test_pooling_never_proposes_a_pad_that_pooling_refuses() -> None:
    with pytest.raises(ValueError, match=r"is not whole; use stride 1 or 7$"):
        pool_geometry((1, 1, 5, 5), size=2, stride=2, pad=2)
    with pytest.raises(ValueError, match=r"window of height 2 with pad 2 .* a pad of at most 1"):
        pool_geometry((1, 1, 6, 6), size=2, stride=2, pad=2)


def test_geometry_holds_all_sizes() -> None:
    x, w = np.zeros((2, 3, 9, 7)), np.zeros((4, 3, 3, 2))
    g = conv_geometry(x, w, stride=(2, 1), pad=((1, 1), (0, 2)), dilation=(1, 3))
    assert (g.N, g.C, g.H, g.W, g.K, g.FH, g.FW, g.OH, g.OW) == (2, 3, 9, 7, 4, 3, 2, 5, 6)
    assert (g.stride, g.pad, g.dilation) == ((2, 1), ((1, 1), (0, 2)), (1, 3))
    assert pool_geometry((2, 3, 6, 6), 2, 2).K == 3


def test_numpy_integers_and_lists_are_numbers_too() -> None:
    assert output_size(np.int64(7), np.uint8(3), np.int32(2), np.int16(0)) == 3
    plain = window_geometry((1, 1, 7, 7), (3, 3), (2, 2), ((0, 0), (0, 0)))
    numbers = [np.int64(1), np.int64(1), np.int64(7), np.int64(7)]
    assert window_geometry(numbers, [3, 3], np.int64(2), [[0, 0], [0, 0]]) == plain
    assert type(window_geometry(numbers, 3, 2).OH) is int


@pytest.mark.parametrize("wrong", [True, np.True_, 2.0, np.float64(2), "2", None, 2 + 0j])
@pytest.mark.parametrize("name", ["size", "stride", "pad", "dilation"])
def test_a_hyperparameter_must_be_an_integer(name: str, wrong: Any) -> None:
    options: dict[str, Any] = {"size": 2, "stride": 1, "pad": 0, "dilation": 1}
    for value in (wrong, (1, wrong)):
        with pytest.raises(TypeError, match=f"^{name} must be an integer, not {re.escape(repr(wrong))}$"):
            window_geometry((1, 1, 8, 8), **(options | {name: value}))


@pytest.mark.parametrize(("name", "least"), [("size", 1), ("stride", 1), ("pad", 0), ("dilation", 1)])
def test_a_hyperparameter_must_be_large_enough(name: str, least: int) -> None:
    options: dict[str, Any] = {"size": 2, "stride": 1, "pad": 0, "dilation": 1}
    with pytest.raises(ValueError, match=f"^{name} must be at least {least}, not {least - 1}$"):
        window_geometry((1, 1, 8, 8), **(options | {name: least - 1}))
    with pytest.raises(ValueError, match=f"^{name} must be an int"):
        window_geometry((1, 1, 8, 8), **(options | {name: (1, 1, 1)}))


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((1, 1, 8), ValueError, r"x_shape must be \(N, C, H, W\), but it is \(1, 1, 8\)"),
        (8, TypeError, r"x_shape must be a tuple \(N, C, H, W\), as x.shape is, not 8"),
        ((-1, 1, 8, 8), ValueError, "N, the number of images, must be at least 0, not -1"),
        ((1, 0, 8, 8), ValueError, "C, the number of channels, must be at least 1, not 0"),
        ((1, 1, 0, 8), ValueError, "H, the height of the images, must be at least 1, not 0"),
        ((1, 1, 8, 8.0), TypeError, "W, the width of the images, must be an integer, not 8.0"),
    ],
)
def test_a_shape_must_be_one(shape: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        window_geometry(shape, 2)


def x(dtype: Any = np.float64) -> Any:
    return np.zeros((2, 3, 5, 5), dtype)


def w(dtype: Any = np.float64) -> Any:
    return np.zeros((4, 3, 3, 3), dtype)


@pytest.mark.parametrize(
    ("arrays", "error", "message"),
    [
        ((x().tolist(), w()), TypeError, r"x must be a numpy array \(N, C, H, W\), not list: use np.asarray"),
        ((x(int), w()), TypeError, r"x holds int64, .* x.astype\(np.float64\)"),
        ((x(np.float16), w()), TypeError, "x holds float16"),
        ((x(), w(complex)), TypeError, "w holds complex128"),
        ((np.ma.masked_array(x()), w()), TypeError, "not MaskedArray"),
        ((x(), w(np.float32)), TypeError, r"w holds float32 but x holds float64, .* w.astype\(np.float64\)"),
        ((x(np.float32), w()), TypeError, r"w holds float64 but x holds float32, .* w.astype\(np.float32\)"),
        ((x()[0], w()), ValueError, r"x must be \(N, C, H, W\), but its shape is \(3, 5, 5\)"),
        ((x(), w()[0]), ValueError, r"w must be \(K, C, FH, FW\), but its shape is \(3, 3, 3\)"),
        ((x(), w()[:, :2]), ValueError, "filters of 2 channels but x .* has 3"),
        ((x(), w()[:0]), ValueError, "K, the number of filters, must be at least 1, not 0"),
        ((x(), w()[:, :, :0]), ValueError, "size must be at least 1, not 0"),
    ],
)
def test_arrays_that_do_not_go_together(arrays: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        conv_geometry(*arrays)
