"""fast_conv_forward(x, w, b, stride=1, pad=0): convolution as fast as one matrix product makes it."""

from __future__ import annotations

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Exercise, Speed, aspect
from autograder.exercises.conv_forward.conv_forward import cases
from cs_conv.im2col import conv_forward as convolve
from cs_conv.naive import conv_forward as reference

from .shared import SMALL, add_heavy, add_loops, add_slips, draw, wrong_values

mistakes = Catalogue(mistakes=wrong_values())
add_slips(mistakes)
add_loops(mistakes)
add_heavy(mistakes)

exercise = Exercise(
    name="fast_conv_forward",
    arguments=("x", "w", "b"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles and edge cases", 1, "rectangles", "edges"),
        aspect("speed", 5),
    ),
    reference=reference,
    cases=cases,
    mistakes=tuple(mistakes),
    speed=Speed(
        "speed", 100, draw, SMALL, {"N": 1, "C": 6, "K": 24, "OH": 36, "OW": 36, "FH": 3, "FW": 3}, convolve
    ),
)
