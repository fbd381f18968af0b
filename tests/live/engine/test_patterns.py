"""Patterns that are typed: the layers that they stand for, and the place where one is wrong."""

import pytest

from cs_conv.live.engine.patterns import MOST, placed, read


def names(pattern: str, shape=(1, 28, 28)) -> list[str]:
    return [place.name for place in placed(read(pattern), shape, 10, {})]


def test_brackets_are_written_out_and_filters_double_after_a_pool():
    found = names("INPUT -> [CONV -> RELU -> POOL]*2 -> FC -> RELU -> FC")
    assert found == [*("CONV 8", "RELU", "POOL", "CONV 16", "RELU", "POOL"), "FC 64", "RELU", "FC 10"]


def test_numbers_and_the_layers_beyond_the_notes():
    layers = placed(
        read("INPUT->CONV(20,5)->SUM[NORM->RELU->CONV]->POOL(7)->DROP(0.3)->AVG->FC(30)->FC"),
        (1, 28, 28),
        10,
        {},
    )
    assert [str(place.layer) for place in layers[:1]] == [
        "Conv(K=20, size=5, stride=1, pad=2, dilation=1, groups=1)"
    ]
    assert [place.name for place in layers[1:]] == [*("SUM", "POOL 7", "DROP 0.3", "AVG"), "FC 30", "FC 10"]
    assert [place.at for place in layers] == [7, 19, 42, 51, 62, 67, 75]


@pytest.mark.parametrize(
    ("pattern", "at", "why"),
    [
        ("", 0, "is empty"),
        ("INPUT -> CONF", 9, "no layer is called 'CONF'"),
        ("INPUT -> conv", 9, "no layer is called 'conv'"),
        ("INPUT -> maxpool", 9, "no layer is called 'maxpool'; there is POOL"),
        (f"INPUT -> {'x' * 300}", 9, "'xxxxxxxxxxxxxxxx...'; there are INPUT"),
        ("INPUT ->", 8, "a layer is missing"),
        ("INPUT FC", 6, "-> is missing"),
        ("INPUT -> [CONV", 14, "] or -> is missing"),
        ("INPUT -> [CONV]*x", 16, "a number is missing after *"),
        ("CONV -> FC", 0, "begins with INPUT"),
        ("INPUT", 5, "needs a layer after INPUT"),
        ("INPUT -> INPUT -> FC", 9, "stands once"),
        ("INPUT -> CONV", 9, "8 x 28 x 28, but 10 scores are needed"),
        ("INPUT -> FC(64)", 9, "64 numbers, but 10 scores"),
        ("INPUT -> FC -> POOL -> FC", 15, "its input must be images"),
        (
            "INPUT -> [CONV -> POOL]*3 -> FC",
            18,
            "windows of 2x2 do not divide the 7x7 pixels here; POOL(7) would fit",
        ),
        ("INPUT -> CONV(3, 4) -> FC", 9, "use 3 or 5"),
        ("INPUT -> CONV(0) -> FC", 14, "from 1 to 10,000"),
        ("INPUT -> CONV(1e9) -> FC", 15, ") is missing"),
        ("INPUT -> CONV(99999999999) -> FC", 14, "from 1 to 10,000"),
        ("INPUT -> FC(1, 2)", 12, "takes 1 numbers at most"),
        ("INPUT -> DROP(1) -> FC", 9, "from 0 to less than 1"),
        ("INPUT -> SUM CONV", 13, "SUM needs a row in brackets"),
        ("INPUT -> CONV -> SUM[CONV(3)] -> FC", 17, "8 x 28 x 28 go into the SUM and 3 x 28 x 28 come out"),
        ("INPUT -> [[[CONV]*99]*99]*99", 11, f"more than the {MOST} layers"),
        (f"INPUT{' -> RELU' * (MOST + 1)}", 8 + 8 * (MOST - 1), f"more than {MOST} layers"),
    ],
)
def test_what_cannot_be_is_said_with_its_place(pattern, at, why):
    with pytest.raises(ValueError, match="position") as found:
        names(pattern)
    assert str(found.value).startswith((f"position {at}:", f"position {at},"))
    assert why in str(found.value)
