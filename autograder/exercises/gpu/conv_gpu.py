"""conv_gpu(x, w, b, stride=1, pad=0): moved to the GPU, computed there in array code, and brought back.

What comes in and goes out are NumPy arrays, so it is judged as any convolution; that nothing is moved unseen,
the arrays see to themselves: `cs_conv.gpu.standin`.
"""

from __future__ import annotations

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Exercise, aspect
from autograder.exercises.conv_forward.conv_forward import cases
from autograder.exercises.speed.conv_slices import slips
from autograder.exercises.speed.shared import wrong_values
from cs_conv.naive import conv_forward as reference

mistakes = Catalogue(mistakes=[*wrong_values(), *slips])

exercise = Exercise(
    name="conv_gpu",
    arguments=("x", "w", "b"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("values", 3, "values"),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles and edge cases", 1, "rectangles", "edges"),
    ),
    reference=reference,
    cases=cases,
    mistakes=tuple(mistakes),
)
