"""depth_slice(x, d): one channel of a volume."""

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import distinct, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def depth_slice(x, d):
    """Return channel d of a volume x (C, H, W): an array (H, W)."""
    return x[d]


def cases(rng):
    yield Case("slices", "the first channel of two", (distinct(rng, 2, 2, 3), 0))
    yield Case("slices", "the second channel of two", (distinct(rng, 2, 3, 2), 1))
    yield Case("slices", "as many channels as rows and columns", (distinct(rng, 3, 3, 3), 1))
    yield Case("slices", "the last channel of four", (distinct(rng, 4, 2, 5), 3))
    x = rng.random((5, 4, 6))
    yield Case("slices", "real numbers", (x, int(rng.integers(1, 4))))
    yield Case("slices", "float32", (x.astype(np.float32), 2))
    yield Case("slices", "an array that is not contiguous", (scattered(x), 4))
    yield Case("slices", "one channel", (distinct(rng, 1, 2, 2), 0))


mistakes = Catalogue(depth_slice)
mistakes.change(
    "the last axis sliced, as if channels came last",
    "Here x is (C, H, W): the axis of the channels is the first one.",
    {"x[d]": "x[:, :, d]"},
    {"x[d]": "x[..., d : d + 1]"},
)
mistakes.change("a row in place of a slice", "This is row d of all channels.", {"x[d]": "x[:, d]"})
mistakes.change(
    "the axis of channels is still there",
    "A slice is (H, W). A number as an index takes its axis away, a range keeps it.",
    {"x[d]": "x[d : d + 1]"},
)
mistakes.change("rows and columns swapped", "Leave rows and columns as they are.", {"x[d]": "x[d].T"})
mistakes.change("counted from 1", "The first channel is number 0.", {"x[d]": "x[d - 1]"})
mistakes.change("counted from the end", "Count the channels from the front.", {"x[d]": "x[-d]"})
mistakes.change("always the first channel", "The number of the channel is d.", {"x[d]": "x[0]"})
mistakes.change("all channels up to this one", "Take one channel alone.", {"x[d]": "x[: d + 1]"})
mistakes.change("the mean of the channels", "Take one channel, and mix none.", {"x[d]": "x.mean(axis=0)"})
mistakes.change("the sum of the channels", "Take one channel, and add none.", {"x[d]": "x.sum(axis=0)"})
mistakes.change("rows in one line", "Keep the shape (H, W).", {"x[d]": "x[d].ravel()"})

exercise = Exercise(
    name="depth_slice",
    arguments=("x", "d"),
    parts=("slice",),
    axes={"slice": ("row i", "column j")},
    aspects=(aspect("slices", 2, "slices"),),
    reference=depth_slice,
    cases=cases,
    mistakes=tuple(mistakes),
    program=depth_slice,
)
