"""The numbers that lesson 01 states, computed by the programs that students write."""

import re

import numpy as np
import pytest

from autograder.checks import find
from tests.autograder.conftest import REPOSITORY

SOURCE = (REPOSITORY / "solutions" / "01-volumes" / "volumes.py").read_text(encoding="utf-8")
GUESSES = {
    "x[1].shape": (200, 256),
    "x[:, 60, 150].shape": (3,),
    "x[:, 60].shape": (3, 256),
    "len(range(0, 5 - 3 + 1, 1))": 3,
    "len(range(0, 7 - 3 + 1, 2))": 3,
    "int(seen(227, 11, 4).max()) ** 2": 9,
    "sum(fits(224, 11, 4, P) for P in range(101))": 0,
    "depth_column(neurons, 10, 12).size": 96,
    "depth_slice(neurons, 7).size": 3025,
}


def program(name):
    return find(name).program


@pytest.mark.parametrize(
    ("sizes", "places"),
    [
        ((5, 3, 1, 1), 5),
        ((5, 3, 2, 1), 3),
        ((7, 3, 1, 0), 5),
        ((7, 3, 2, 0), 3),
        ((11, 5, 2, 0), 4),
        ((227, 11, 4, 0), 55),
    ],
)
def test_sizes_that_fit(sizes, places):
    assert program("output_size")(*sizes) == places


@pytest.mark.parametrize("sizes", [(5, 3, 3, 1), (10, 3, 2, 0), *((224, 11, 4, P) for P in range(101))])
def test_sizes_that_do_not_fit(sizes):
    with pytest.raises(ValueError, match="do not fit"):
        program("output_size")(*sizes)


def test_only_three_extra_pixels_in_all_solve_the_mystery():
    def fitting(extra):
        return (224 + extra - 11) % 4 == 0

    assert [e for e in range(7) if fitting(e)] == [3] == [program("extra_pixels")(224, 11, 4)]
    assert program("extra_pixels")(10, 3, 2) == 1


def test_parameters_of_the_layers_in_the_text():
    conv_parameters = program("conv_parameters")
    assert conv_parameters(3, 11, 96, 55, 55) == (34_848 + 96, 105_705_600)
    assert conv_parameters(3, 5, 1, 1, 1)[0] == 75 + 1
    assert conv_parameters(20, 3, 1, 1, 1)[0] == 180 + 1
    assert conv_parameters(3, 5, 16, 32, 32)[0] == 1216
    assert conv_parameters(1, 1, 1, 1, 2) == (2, 4)


@pytest.mark.slow
def test_predictions_have_the_values_that_the_text_goes_on_with():
    """Runs the cells of the notebook, without its checks."""
    cells = re.split(r"^# %%", SOURCE, flags=re.MULTILINE)[1:]
    code = [cell.split("\n", 1)[1] for cell in cells if not cell.startswith((" [markdown]", " test"))]
    space, found = {}, {}
    for cell in code:
        exec(cell, space)
        if "predict(" in cell:
            asked = re.findall(r'predict\(\s*"([^"]+)"', cell)
            found |= {expression: eval(expression, space) for expression in asked}
    assert found == GUESSES
    assert np.array_equal(space["neurons"].shape, (96, 55, 55))
