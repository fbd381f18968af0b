"""conv_slices(x, w, b, stride=1, pad=0): convolution by a loop over the places of the filter alone."""

from __future__ import annotations

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Exercise, Speed, aspect
from autograder.exercises.conv_forward.conv_forward import cases
from cs_conv.im2col import conv_forward as convolve
from cs_conv.naive import conv_forward as reference

from .shared import SMALL, add_loops, add_slips, draw, wrong_values

mistakes = Catalogue(mistakes=wrong_values())
add_slips(mistakes)
add_loops(mistakes)

exercise = Exercise(
    name="conv_slices",
    arguments=("x", "w", "b"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles and edge cases", 1, "rectangles", "edges"),
        aspect("no loop over places", 3),
    ),
    reference=reference,
    cases=cases,
    mistakes=tuple(mistakes),
    speed=Speed(
        "no loop over places",
        40,
        draw,
        SMALL,
        {"N": 1, "C": 3, "K": 8, "OH": 48, "OW": 48, "FH": 3, "FW": 3},
        convolve,
    ),
)
