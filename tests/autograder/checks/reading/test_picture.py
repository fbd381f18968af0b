"""The picture of a reading: which pixels one output is joined with, in characters and as tables."""

import re

import numpy as np

from autograder.checks.reading import Evidence, Geometry, Table, picture

HERE = Geometry(1, 1, 3, 3, 1, 2, 2)
OUT = ("n", "k", "i", "j")


def table(*products: tuple[int, ...], factor: float = 1.0, geometry: Geometry = HERE) -> Table:
    """Products (i, j, p, q, y, z) of one image, channel and filter."""
    columns = dict(zip(("i", "j", "p", "q", "y", "z"), np.array(products, int).reshape(-1, 6).T, strict=True))
    zeros = np.zeros(len(products), int)
    columns |= dict.fromkeys(("n", "k", "wk", "c", "xn", "xc"), zeros)
    return Table((geometry,), zeros, columns, np.full(len(products), factor))


def window(i: int, j: int, step: int = 1) -> list[tuple[int, ...]]:
    return [(i, j, p, q, i * step + p, j * step + q) for p in (0, 1) for q in (0, 1)]


RIGHT = table(*window(0, 0), *window(0, 1), *window(1, 0), *window(1, 1))


def test_only_outputs_that_read_something_else_are_drawn_the_first_in_full():
    mine = table(*window(0, 0), *window(0, 1), *window(1, 0, 0), *window(1, 1))
    lines = picture.text(Evidence("out", OUT, HERE, mine, RIGHT))
    assert lines == [
        "Output (i=1, j=0) at 3x3 pixels, one filter of 2x2, and the pixels that it reads. In each pixel "
        "stands the weight (row, column) that it meets:",
        "      yours           right",
        "      0,0 0,1   .       .   .   .",
        "      1,0 1,1   .     0,0 0,1   .",
        "        .   .   .     1,0 1,1   .",
    ]


def test_factors_twofold_weights_and_other_channels_are_written_into_the_pixel():
    twice = table(*window(0, 0), (0, 0, 1, 1, 0, 0))
    assert "0,0+1,1" in picture.text(Evidence("out", OUT, HERE, twice, RIGHT))[2]
    half = table(*window(0, 0), factor=0.5)
    assert "0.5*0,0" in picture.text(Evidence("out", OUT, HERE, half, RIGHT))[2]
    two = Geometry(1, 2, 3, 3, 1, 2, 2)
    mine, right = table(*window(0, 0), geometry=two), table(*window(0, 0), geometry=two)
    mine = mine.with_columns(c=np.ones(4, int))
    text = "\n".join(picture.text(Evidence("out", OUT, two, mine, right)))
    assert "channel 0" in text
    assert "channel 1: 0,0" in text


def test_an_answer_that_reads_nothing_has_an_empty_grid_of_its_own():
    lines = picture.text(Evidence("out", OUT, HERE, table(), RIGHT))
    assert lines[2].split() == [".", ".", ".", "0,0", "0,1", "."]


def test_tables_mark_what_differs_in_colour_and_in_words():
    mine = table(*window(0, 0), *window(0, 1), *window(1, 0, 0), *window(1, 1, 0))
    html = picture.html(Evidence("out", OUT, HERE, mine, RIGHT))
    yours, right = (
        re.search(rf'aria-label="{name}".*?</table>', html).group(0) for name in ("yours", "right")
    )
    assert yours.count("wrong") == 12  # six pixels differ, each said as a title and to a screen reader
    assert "not joined, wrong" in yours
    assert "wrong" not in right
    assert html.count("<details>") == 1  # the other wrong output can be opened


def test_a_part_without_pixels_has_no_picture():
    bias = Table((HERE,), np.zeros(1, int), {"bk": np.zeros(1, int), "i": np.zeros(1, int)}, np.ones(1))
    evidence = Evidence("db", ("bk",), HERE, bias, bias)
    assert picture.text(evidence) == []
    assert picture.html(evidence) == ""


def test_a_weight_that_meets_a_channel_of_its_own_group_is_labelled_without_the_channel():
    groups = Geometry(1, 2, 3, 3, 2, 2, 2, groups=2)
    right = table(*window(0, 0), geometry=groups)
    right = right.with_columns(k=np.ones(4, int), wk=np.ones(4, int), xc=np.ones(4, int))
    first = right.with_columns(xc=np.zeros(4, int))
    text = "\n".join(picture.text(Evidence("out", OUT, groups, first, right)))
    of_first, of_second = text.split("    channel 1\n")
    assert "channel 0: 0,0" in of_first  # pixels of the other group's channel, in the answer alone
    assert "0,0 0,1" in of_second
    assert "channel" not in of_second


def test_a_weight_of_another_place_is_labelled_with_its_place():
    i = np.array([0, 0, 0, 0])
    right = table(*window(0, 1)).with_columns(wi=i, wj=i + 1)
    mine = right.with_columns(wj=i)
    assert "place 0,0: 0,0" in picture.text(Evidence("out", OUT, HERE, mine, right))[2]
