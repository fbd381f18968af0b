"""extra_pixels(W, F, S=1): how many pixels a row lacks, in all, for windows to fit."""

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect


def extra_pixels(W, F, S=1):
    """Return the smallest number of pixels that makes windows of F pixels at stride S fit W pixels."""
    extra = 0
    while W + extra < F or (W + extra - F) % S:
        extra += 1
    return extra


def cases(rng):
    yield Case("pixels", "it fits already", (5, 3, 2))
    yield Case("pixels", "one pixel is missing", (6, 3, 2))
    yield Case("pixels", "two of three pixels are missing", (5, 4, 3))
    yield Case("pixels", "one of three pixels is missing", (6, 4, 3))
    yield Case("pixels", "at stride 1 every row fits", (9, 4, 1))
    yield Case("pixels", "a large stride", (10, 4, 7))
    for F, S, W in rng.integers((3, 3, 20), (9, 8, 90), (4, 3)).tolist():
        yield Case("pixels", "sizes drawn at random", (W, F, S))
    yield Case("pixels", "the window is longer than the row", (1, 5, 2))
    yield Case("pixels", "the window is longer than the row, by less than the stride", (4, 6, 3))


mistakes = Catalogue(extra_pixels)
BOTH = "W + extra < F or (W + extra - F) % S"
ALL = "extra = 0\nwhile W + extra < F or (W + extra - F) % S:\n    extra += 1\nreturn extra"
mistakes.change(
    "what is left over in place of what is missing",
    "This many pixels remain after the last window: they are a part of the next step.",
    {ALL: "return (W - F) % S"},
    {ALL: "return (W - F) % S if W >= F else F - W"},
)
mistakes.change(
    "a whole stride where it fits already",
    "If nothing is left over, nothing is missing.",
    {ALL: "return S - (W - F) % S"},
)
mistakes.change("begins at 1 pixel", "A row that fits needs 0 more.", {"extra = 0": "extra = 1"})
mistakes.change(
    "a window longer than the row",
    "If F > W, not even the first window has room: it lacks pixels, too.",
    {BOTH: "(W + extra - F) % S"},
)
mistakes.change(
    "the window's own length forgotten",
    "The first window takes F pixels before any step is made.",
    {BOTH: "(W + extra) % S"},
)
mistakes.change(
    "one pixel too many", "Stop at the first number that fits.", {"return extra": "return extra + 1"}
)
mistakes.change(
    "pixels at one end counted, added at both",
    "Count all pixels: it does not matter at which end they are.",
    {BOTH: "W + 2 * extra < F or extra < S and (W + 2 * extra - F) % S"},
)
mistakes.change("half of the pixels", "Count the pixels of both ends.", {"return extra": "return extra // 2"})
mistakes.change("the length of the row", "Return what is added alone.", {"return extra": "return W + extra"})
mistakes.change(
    "the number of windows",
    "Return the pixels that are missing.",
    {"return extra": "return (W + extra - F) // S + 1"},
)
mistakes.change("fits or not", "Return how many pixels are missing.", {ALL: "return (W - F) % S == 0"})

exercise = Exercise(
    name="extra_pixels",
    arguments=("W", "F", "S"),
    parts=("extra",),
    aspects=(aspect("pixels", 4, "pixels"),),
    reference=extra_pixels,
    cases=cases,
    mistakes=tuple(mistakes),
    program=extra_pixels,
)
