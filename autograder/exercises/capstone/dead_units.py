"""dead_units(out): the channels of a ReLU's output that are 0 for every image and at every place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import scattered
from autograder.checks.exercise import Case, Exercise, aspect


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def drawn(dead, N, K, *places):
        """Values of which many are 0; those of the dead channels all are, and no others."""
        out = rng.integers(1, 5, (N, K, *places)) * (rng.random((N, K, *places)) < 0.4)
        out = out.astype(float)
        for k in range(K):
            out[rng.integers(N), k, *(rng.integers(n) for n in places)] = 1  # it lives somewhere
        out[:, dead] = 0
        return out

    def once(value, N, K, k, *places):
        """Everything is 0 but one value of channel k, for the last image and at the last place."""
        out = np.zeros((N, K, *places))
        out[-1, k, *(-1 for _ in places)] = value
        return out

    yield Case("units", "two images, two units, one is dead", (np.array([[0.0, 1.0], [0.0, 2.0]]),))
    yield Case("units", "every unit lives for one image", (np.array([[0.0, 1.0], [2.0, 0.0]]),))
    yield Case("units", "one image", (np.array([[3.0, 0.0, 0.0, 1.0]]),))
    yield Case("units", "all units are dead", (np.zeros((2, 3)),))
    yield Case("units", "no unit is dead", (drawn([], 4, 3),))
    yield Case("units", "six units, drawn at random", (drawn([1, 4], 5, 6),))
    yield Case("units", "a small value is a sign of life", (once(1e-9, 4, 3, 1),))
    yield Case("channels", "two channels of 1x2 pixels", (drawn([1], 2, 2, 1, 2),))
    yield Case("channels", "a channel that lives at one place, for one image", (once(2.0, 3, 4, 2, 2, 2),))
    yield Case("channels", "a channel that lives for one image of 30", (once(1.0, 30, 2, 1, 2, 2),))
    yield Case("channels", "one image, three channels", (drawn([0], 1, 3, 2, 3),))
    yield Case("channels", "as many images as channels", (drawn([0, 2], 3, 3, 2, 2),))
    yield Case("channels", "no channel is dead", (drawn([], 3, 4, 2, 2),))
    yield Case("channels", "eight channels of 3x2 pixels", (drawn([2, 3, 7], 4, 8, 3, 2),))
    yield Case("channels", "float32, not contiguous", (scattered(drawn([1], 2, 3, 2, 4).astype(np.float32)),))


def dead_units(out):
    """Return the numbers of the channels that are 0 for all images at all places: a list.

    out: (N, K, H, W) after a convolution and its ReLU, or (N, K) after a fully connected layer and its ReLU.
    """
    alive = (out > 0).any(axis=0)  # for any image: (K, H, W) or (K,)
    alive = alive.reshape(len(alive), -1).any(axis=1)  # at any place: (K,)
    return [k for k in range(len(alive)) if not alive[k]]


mistakes = Catalogue(dead_units)

mistakes.change(
    "silent for one image is enough",
    "A unit is dead only if it is 0 for every image.",
    {"(out > 0).any(axis=0)": "(out > 0).all(axis=0)"},
)
mistakes.change(
    "0 at one place is enough",
    "A channel is dead only if it is 0 at every place.",
    {".reshape(len(alive), -1).any(axis=1)": ".reshape(len(alive), -1).all(axis=1)"},
)
mistakes.change(
    "a single 0 is enough",
    "A channel is dead only if it is 0 for every image and at every place.",
    {
        "(out > 0).any(axis=0)": "(out > 0).all(axis=0)",
        ".reshape(len(alive), -1).any(axis=1)": ".reshape(len(alive), -1).all(axis=1)",
    },
)
mistakes.change(
    "only the first image looked at",
    "Other images may wake the unit: look at all of them.",
    {"(out > 0).any(axis=0)": "out[0] > 0"},
)
mistakes.change(
    "only the first place looked at",
    "A channel has H * W places: look at all of them.",
    {".reshape(len(alive), -1).any(axis=1)": ".reshape(len(alive), -1)[:, 0]"},
)
mistakes.change("the living ones", "Return those that are 0 everywhere.", {"if not alive[k]": "if alive[k]"})
mistakes.change(
    "how many are dead",
    "Return their numbers, not how many there are.",
    {"return [k for k in range(len(alive)) if not alive[k]]": "return sum(1 for a in alive if not a)"},
)
mistakes.change(
    "True and False in the place of numbers",
    "Return the numbers of the dead channels.",
    {"return [k for k in range(len(alive)) if not alive[k]]": "return (~alive).tolist()"},
)
mistakes.change(
    "a channel for each place at which it is 0",
    "A channel is dead only if it is 0 at every place. Ask for all its places at once, and name it once.",
    {
        ".reshape(len(alive), -1).any(axis=1)": ".reshape(len(alive), -1)",
        "for k in range(len(alive)) if not alive[k]": "for k in range(len(alive)) for a in alive[k] if not a",
    },
    {"return [k for k in range(len(alive)) if not alive[k]]": "return np.where(out == 0)[1].tolist()"},
)
mistakes.change(
    "counted from 1",
    "The first channel has the number 0.",
    {"return [k for": "return [k + 1 for"},
)
mistakes.change(
    "images in the place of channels",
    "Axis 0 counts the images, axis 1 the channels.",
    {"(out > 0).any(axis=0)": "(out > 0).any(axis=1)"},
)
mistakes.change(
    "as many channels as images",
    "out.shape[0] counts the images, out.shape[1] the channels.",
    {
        "return [k for k in range(len(alive)) if not alive[k]]": (
            "return [k for k in range(len(out)) if not out[:, k].any()]"
        )
    },
)
mistakes.change(
    "only the first dead one", "Return all of them.", {"if not alive[k]]": "if not alive[k]][:1]"}
)
mistakes.change(
    "a small mean taken for death",
    "A unit that answers rarely or weakly still lives: ask whether any value is above 0.",
    {
        "alive = (out > 0).any(axis=0)": "alive = np.moveaxis(out, 1, 0)",
        ".reshape(len(alive), -1).any(axis=1)": ".reshape(len(alive), -1).mean(axis=1) > 0.01",
    },
    {
        "alive = (out > 0).any(axis=0)": "alive = np.moveaxis(out, 1, 0)",
        ".reshape(len(alive), -1).any(axis=1)": ".reshape(len(alive), -1).mean(axis=1) > 0.1",
    },
)
mistakes.change(
    "small values taken for 0",
    "Anything above 0 is a sign of life: compare with 0.",
    {"(out > 0)": "(out > 0.01)"},
)

exercise = Exercise(
    name="dead_units",
    arguments=("out",),
    parts=("dead",),
    data=("dead",),
    axes={"dead": ("channel",)},
    aspects=(aspect("units", 1, "units"), aspect("channels", 2, "channels")),
    reference=dead_units,
    cases=cases,
    program=dead_units,
    mistakes=tuple(mistakes),
)
