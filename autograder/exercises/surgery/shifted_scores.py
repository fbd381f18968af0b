"""shifted_scores(score_map, image, stride, step): a finer map of scores, by sliding over shifted images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals
from autograder.checks.exercise import Case, Exercise, aspect


def slider(rng, channels, size, stride, classes):
    """A network that has slid over an image at this stride: a convolution that refuses what does not fit."""
    w = np.round(rng.normal(size=(classes, channels, size, size)), 1)

    def score_map(image):
        """Scores (K, OH, OW) of an image (C, H, W); ValueError if its sizes do not fit."""
        image = np.asarray(image, np.float64)
        if image.ndim != 3 or image.shape[0] != channels:
            raise ValueError(f"the image must be ({channels}, H, W), not {image.shape}")
        room = [n - size for n in image.shape[1:]]
        if min(room) < 0 or any(r % stride for r in room):
            H, W = image.shape[1:]
            raise ValueError(f"windows of {size} pixels at stride {stride} do not fit {H}x{W}")
        windows = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(1, 2))
        return np.einsum("cijpq,kcpq->kij", windows[:, ::stride, ::stride], w)

    return score_map


def reference(score_map, image, stride, step):
    """Place by place: which pass sees it, and where in the map of that pass it stands."""
    _, H, W = image.shape
    n = stride // step
    coarse = score_map(image)
    K, OH, OW = coarse.shape
    fine = np.zeros((K, (OH - 1) * n + 1, (OW - 1) * n + 1))
    maps = {(0, 0): coarse}
    for i, j in np.ndindex(*fine.shape[1:]):
        shift = (i % n) * step, (j % n) * step
        if shift not in maps:
            a, b = shift
            bottom, right = a + H - (stride if a else 0), b + W - (stride if b else 0)
            maps[shift] = score_map(image[:, a:bottom, b:right])
        fine[:, i, j] = maps[shift][:, i // n, j // n]
    return fine


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, image, size, stride, step, classes, draw=integers):
        return Case(
            tag, about, (slider(rng, image[0], size, stride, classes), draw(rng, *image), stride, step)
        )

    yield case("half", "windows of 1 pixel on a row, stride 2", (1, 1, 3), 1, 2, 1, 1)
    yield case("half", "windows of 1 pixel on 3x3, stride 2", (1, 3, 3), 1, 2, 1, 1)
    yield case("half", "windows of 2 pixels, stride 2", (1, 4, 4), 2, 2, 1, 1)
    yield case("half", "two channels, two classes", (2, 5, 5), 3, 2, 1, 2)
    yield case("half", "stride 4 to 2", (1, 10, 10), 2, 4, 2, 2, reals)
    yield case("half", "a wide image", (2, 4, 8), 2, 2, 1, 3, reals)
    yield case("half", "a high image, stride 4 to 2", (2, 15, 7), 3, 4, 2, 3, reals)
    yield case("finer", "stride 4 to 1: sixteen passes", (1, 9, 9), 1, 4, 1, 1)
    yield case("finer", "stride 3 to 1: nine passes", (2, 8, 11), 2, 3, 1, 2, reals)
    yield case("finer", "stride 6 to 2", (1, 14, 20), 2, 6, 2, 2, reals)
    yield case("finer", "nothing to refine", (1, 5, 3), 1, 2, 2, 2)


def shifted_scores(score_map, image, stride, step):
    """Return the map of scores at a smaller stride, (K, OH, OW).

    score_map: a function from an image (C, H, W) to scores (K, OH, OW) at `stride`; it refuses other sizes.
    image: (C, H, W), which fits. step: the stride that is wanted, a divisor of `stride`.
    """
    _, H, W = image.shape
    n = stride // step
    coarse = score_map(image)
    K, OH, OW = coarse.shape
    fine = np.zeros((K, (OH - 1) * n + 1, (OW - 1) * n + 1))
    fine[:, ::n, ::n] = coarse
    for a in range(n):
        for b in range(n):
            if (a and OH == 1) or (b and OW == 1) or a == b == 0:
                continue  # there is no room to shift, or it is the pass that is done
            bottom, right = H - stride * (a > 0), W - stride * (b > 0)
            shifted = image[:, a * step : a * step + bottom, b * step : b * step + right]
            fine[:, a::n, b::n] = score_map(shifted)
    return fine


mistakes = Catalogue(shifted_scores)

mistakes.change(
    "passes along the diagonal alone",
    "Each shift of the rows goes with each shift of the columns: half the stride takes four passes, not two. "
    "(The notes make this slip, too.) The places that no pass fills stay 0.",
    {"or a == b == 0:": "or a == b == 0 or a != b:"},
)
mistakes.change(
    "shifts along the rows and along the columns, but not along both",
    "The places whose row and column both lie between those of the coarse map need passes of their own.",
    {"or a == b == 0:": "or a == b == 0 or (a and b):"},
)
mistakes.change(
    "only the coarse map",
    "The places between are filled by passes over shifted images.",
    {"for a in range(n):": "for a in range(0):"},
)
FILLED = "fine[:, a::n, b::n] = score_map(shifted)"
mistakes.change(
    "each score repeated",
    "Copies of the neighbour are no scores of these places: shift the image and slide again.",
    {FILLED: "fine[:, a::n, b::n] = coarse[:, : OH - (a > 0), : OW - (b > 0)]"},
)
mistakes.change(
    "the passes filled in in reversed order",
    "The pass that is shifted by `step` fills the row after that of the coarse map.",
    {FILLED: "fine[:, (n - a) % n :: n, (n - b) % n :: n] = score_map(shifted)"},
)
mistakes.change(
    "an error, for the shifted image does not fit",
    "An image without its first rows is too short for the last window, and score_map refuses it. Leave out "
    "`stride` rows in all: some above, the others below.",
    {"bottom, right = H - stride * (a > 0), W - stride * (b > 0)": "bottom, right = H, W"},
)
mistakes.change(
    "shifted by 1 pixel, whatever the step",
    "Passes are shifted by multiples of `step`.",
    {
        "a * step : a * step + bottom, b * step : b * step + right": "a : a + bottom, b : b + right",
    },
)
mistakes.change(
    "half the stride, whatever the step",
    "There are stride / step shifts along each axis.",
    {"n = stride // step": "n, step = (2, stride // 2) if stride != step else (1, stride)"},
)
mistakes.change(
    "the scores averaged over the passes",
    "Each pass fills places of its own.",
    {"fine[:, a::n, b::n] = score_map(shifted)": "fine[:, a::n, b::n] = score_map(shifted) / n**2"},
)

exercise = Exercise(
    name="shifted_scores",
    arguments=("score_map", "image", "stride", "step"),
    parts=("fine",),
    axes={"fine": ("class k", "row i", "column j")},
    aspects=(aspect("half the stride", 3, "half"), aspect("other steps", 2, "finer")),
    reference=reference,
    cases=cases,
    program=shifted_scores,
    mistakes=tuple(mistakes),
)
