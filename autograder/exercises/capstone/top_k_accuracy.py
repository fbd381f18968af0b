"""top_k_accuracy(scores, labels, k): how often the right class is among the k best."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import scattered
from autograder.checks.exercise import Case, Exercise, aspect


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def drawn(tag, about, N, K, k):
        """Scores without ties in a row, and labels that are often among the best, but not always."""
        scores = rng.permuted(np.tile(np.arange(K) / 4 - 1, (N, 1)), axis=1)
        place = rng.integers(0, K, N)
        return Case(tag, about, (scores, np.argsort(-scores, axis=1)[np.arange(N), place], k))

    two = np.array([[1.0, 3.0, 2.0], [3.0, 1.0, 2.0]])
    yield Case("best", "two images, one of them right", (two, np.array([1, 2]), 1))
    for N, K in ((3, 4), (5, 4), (7, 5), (11, 6), (13, 5)):
        yield drawn("best", f"{N} images, {K} classes", N, K, 1)
    yield Case("best", "two images, both of them right", (two, np.array([1, 0]), 1))
    yield Case("more", "two images, the best two", (two, np.array([2, 1]), 2))
    alike = np.array([[0.0, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 0.0]])
    yield Case("more", "two images with the same best two", (alike, np.array([1, 3]), 2))
    for N, K, k in ((3, 4, 2), (5, 6, 3), (7, 6, 2), (11, 8, 3), (13, 9, 5), (17, 10, 5), (4, 5, 2)):
        yield drawn("more", f"{N} images, {K} classes, the best {k}", N, K, k)
    yield drawn("more", "all classes count", 5, 4, 4)
    scores = rng.permuted(np.tile(np.arange(7.0), (9, 1)), axis=1)
    labels = rng.integers(0, 7, 9)
    yield Case("more", "scores that are not contiguous", (scattered(scores), labels, 3))
    yield Case("more", "scores that are close to each other", (scores / 1000 + 100, labels, 3))
    yield Case("more", "float32, scores below 0", (scores.astype(np.float32) - 9, labels, 2))


def top_k_accuracy(scores, labels, k):
    """Return the fraction of images whose right class is among the k with the largest scores, 0 to 1.

    scores: (N, K), no two alike in a row. labels: (N,), the right classes. k: 1 to K.
    """
    best = np.argsort(scores, axis=1)[:, -k:]  # (N, k)
    return np.mean((best == labels[:, np.newaxis]).any(axis=1))


mistakes = Catalogue(top_k_accuracy)

BEST = "np.argsort(scores, axis=1)[:, -k:]"
HIT = "(best == labels[:, np.newaxis]).any(axis=1)"
mistakes.change(
    "the smallest scores",
    "argsort puts the smallest first: the largest stand at the end.",
    {"[:, -k:]": "[:, :k]"},
)
mistakes.change(
    "the last images in place of the best classes",
    "[-k:] takes the last k images; [:, -k:] takes the last k classes of each image.",
    {"[:, -k:]": "[-k:]", HIT: "np.isin(labels, best)"},
)
mistakes.change(
    "only the class in place k",
    "All places from the first to the k-th count.",
    {"[:, -k:]": "[:, -k][:, np.newaxis]"},
)
mistakes.change(
    "only the best class",
    "The k best count, not the best alone.",
    {"[:, -k:]": "[:, -1:]"},
)
mistakes.change("one class too many", "k classes count.", {"[:, -k:]": "[:, -k - 1 :]"})
mistakes.change(
    "one class too few",
    "k classes count: the right one may have k - 1 others above it.",
    {"[:, -k:]": "[:, scores.shape[1] - k + 1 :]"},
)
mistakes.change(
    "the best class left out",
    "The best one is among the k best.",
    {"[:, -k:]": "[:, -k - 1 : -1]"},
    {"[:, -k:]": "[:, -k:-1]"},
)
mistakes.change(
    "labels without a second axis",
    "(N, k) and (N,) do not meet image by image: labels[:, np.newaxis] has the shape (N, 1).",
    {"labels[:, np.newaxis]": "labels"},
)
mistakes.change(
    "rounded",
    "Return the fraction as it is; round only what you print.",
    {f"np.mean({HIT})": f"round(float(np.mean({HIT})), 2)"},
    {f"np.mean({HIT})": f"round(float(np.mean({HIT})), 3)"},
    {f"np.mean({HIT})": f"round(float(np.mean({HIT})), 1)"},
)
mistakes.change(
    "sorted over the images",
    "The classes of one image are compared with each other: sort along axis 1.",
    {BEST: "np.argsort(scores, axis=0)[:, -k:]"},
)
mistakes.change(
    "scores compared with classes",
    "np.sort gives scores; np.argsort gives the numbers of the classes.",
    {"np.argsort(": "np.sort("},
)
mistakes.change(
    "the place in argsort taken for a rank",
    "argsort lists the classes by score. The entry at a class is not the place of that class.",
    {
        BEST: "np.argsort(scores, axis=1)",
        HIT: "best[np.arange(len(labels)), labels] >= scores.shape[1] - k",
    },
    {BEST: "np.argsort(-scores, axis=1)", HIT: "best[np.arange(len(labels)), labels] < k"},
)
mistakes.change(
    "the error in place of the accuracy",
    "Return the part that is right.",
    {f"np.mean({HIT})": f"1 - np.mean({HIT})"},
)
mistakes.change(
    "whole division",
    "// rounds down, to 0 or 1: divide with /.",
    {f"np.mean({HIT})": f"np.sum({HIT}) // len(labels)"},
)
mistakes.change("in percent", "Return a fraction, 0 to 1.", {"np.mean(": "100 * np.mean("})
mistakes.change(
    "how many are right", "Return a fraction: divide by the number of images.", {"np.mean(": "np.sum("}
)
mistakes.change(
    "divided by the number of classes",
    "A fraction of the images: divide by the number of images.",
    {f"np.mean({HIT})": f"np.sum({HIT}) / scores.shape[1]"},
)
mistakes.change(
    "divided by k as well",
    "An image is right or not, whatever k is: .any(axis=1) gives one answer for each.",
    {".any(axis=1)": ""},
)
mistakes.change(
    "the best classes of all images together",
    "The right class of an image must be among the best of that image.",
    {HIT: "np.isin(labels, best)"},
)
mistakes.change(
    "all of the k best must be right",
    "One of them must be right: any, not all.",
    {".any(axis=1)": ".all(axis=1)"},
)

exercise = Exercise(
    name="top_k_accuracy",
    arguments=("scores", "labels", "k"),
    parts=("accuracy",),
    aspects=(aspect("the best class", 1, "best"), aspect("the k best", 2, "more")),
    reference=top_k_accuracy,
    cases=cases,
    program=top_k_accuracy,
    mistakes=tuple(mistakes),
)
