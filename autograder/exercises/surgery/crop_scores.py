"""crop_scores(classify, image, size, stride): a classifier asked about every crop of a larger image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals
from autograder.checks.exercise import Case, Exercise, aspect


def classifier(rng, shape, classes):
    """A classifier for images of this shape: a product with fixed weights, and a maximum with 0."""
    w = np.round(rng.normal(size=(int(np.prod(shape)), classes)), 1)

    def classify(crops):
        """Scores (N, K) for crops (N, C, size, size)."""
        crops = np.asarray(crops, np.float64)
        if crops.ndim != 4 or crops.shape[1:] != shape:
            raise ValueError(f"crops must be (N, {shape[0]}, {shape[1]}, {shape[2]}), not {crops.shape}")
        return np.maximum(crops.reshape(len(crops), -1) @ w, 0) - 1

    return classify


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, image, size, stride, classes, draw=integers):
        classify = classifier(rng, (image[0], size, size), classes)
        return Case(tag, about, (classify, draw(rng, *image), size, stride))

    yield case("values", "the image is one crop", (1, 2, 2), 2, 1, 2)
    yield case("values", "two crops side by side, one class", (1, 2, 4), 2, 2, 1)
    yield case("values", "two crops side by side, two classes", (1, 2, 4), 2, 2, 2)
    yield case("values", "two crops, one above the other", (1, 4, 2), 2, 2, 2)
    yield case("values", "crops that overlap", (1, 3, 3), 2, 1, 2)
    yield case("values", "two channels, three classes", (2, 4, 4), 2, 2, 3)
    yield case("values", "as many classes as crops", (1, 3, 3), 2, 1, 4, reals)
    yield case("rectangles", "a wide image, stride 2", (1, 4, 8), 4, 2, 3, reals)
    yield case("rectangles", "a high image, stride 3, three channels", (3, 11, 5), 5, 3, 5, reals)
    image = reals(rng, 2, 6, 8).astype(np.float32)
    yield Case("rectangles", "float32", (classifier(rng, (2, 4, 4), 3), image, 4, 2))


def crop_scores(classify, image, size, stride):
    """Return the scores of all crops of size x size pixels, (K, OH, OW).

    classify: a function from crops (N, C, size, size) to scores (N, K). image: (C, H, W).
    """
    _, H, W = image.shape
    OH, OW = (H - size) // stride + 1, (W - size) // stride + 1
    crops = []
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            crops.append(image[:, top : top + size, left : left + size])
    scores = classify(np.stack(crops))  # (OH OW, K)
    return scores.T.reshape(-1, OH, OW)


mistakes = Catalogue(crop_scores)

mistakes.change(
    "the classes last",
    "The classes come first: (K, OH, OW).",
    {"scores.T.reshape(-1, OH, OW)": "scores.reshape(OH, OW, -1)"},
)
mistakes.change(
    "the scores reshaped without turning them",
    "scores is (OH OW, K): the scores of one crop stand side by side. Transpose before you reshape.",
    {"scores.T.reshape": "scores.reshape"},
)
mistakes.change(
    "rows and columns of the map swapped",
    "Crop (i, j) stands at [:, i, j]: the rows are the outer loop.",
    {"scores.T.reshape(-1, OH, OW)": "scores.T.reshape(-1, OH, OW).swapaxes(1, 2)"},
)
mistakes.change(
    "the map numbered with its height",
    "Crops are numbered row by row, so each row of the map has OW of them.",
    {"scores.T.reshape(-1, OH, OW)": "scores.T.reshape(-1, OW, OH).swapaxes(1, 2)"},
)
mistakes.change(
    "crops side by side, whatever the stride",
    "The next crop begins `stride` pixels further.",
    {"top, left = i * stride, j * stride": "top, left = min(i * size, H - size), min(j * size, W - size)"},
)
mistakes.change(
    "stride ignored in the crop's place",
    "Crop (i, j) begins at row i * stride and column j * stride.",
    {"top, left = i * stride, j * stride": "top, left = i, j"},
)
mistakes.change(
    "the same crop everywhere",
    "Crop (i, j) begins at row i * stride and column j * stride.",
    {"top, left = i * stride, j * stride": "top, left = 0, 0"},
)
mistakes.change(
    "the last crops left out",
    "There are (H - size) / stride + 1 rows of crops: count the first one, too.",
    {
        "OH, OW = (H - size) // stride + 1, (W - size) // stride + 1": (
            "OH, OW = max((H - size) // stride, 1), max((W - size) // stride, 1)"
        )
    },
)
mistakes.change(
    "the best class in place of the scores",
    "Return the scores of all classes, not the number of the best.",
    {"scores.T.reshape(-1, OH, OW)": "scores.argmax(axis=1).reshape(OH, OW)"},
)
mistakes.change(
    "the scores averaged over the crops",
    "Return the score of each crop by itself.",
    {"scores.T.reshape(-1, OH, OW)": "scores.mean(axis=0)"},
)
mistakes.change(
    "i and j in each other's place",
    "i counts rows and j counts columns.",
    {"i * stride, j * stride": "j * stride, i * stride"},
)
mistakes.change(
    "the height of the map for its width",
    "A wide image has more columns of crops than rows.",
    {"(W - size) // stride + 1": "(H - size) // stride + 1"},
)

exercise = Exercise(
    name="crop_scores",
    arguments=("classify", "image", "size", "stride"),
    parts=("scores",),
    axes={"scores": ("class k", "row i", "column j")},
    aspects=(aspect("values", 2, "values"), aspect("rectangles", 1, "rectangles")),
    reference=crop_scores,
    cases=cases,
    program=crop_scores,
    mistakes=tuple(mistakes),
)
