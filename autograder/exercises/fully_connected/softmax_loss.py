"""softmax_loss(scores, labels): the loss at the end of a network, and its gradient."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def reference(scores, labels):
    """Image by image and class by class, with Python's own numbers."""
    N, K = scores.shape
    loss, dscores = 0.0, np.zeros((N, K))
    for n in range(N):
        row = [float(s) for s in scores[n]]
        most = max(row)
        powers = [math.exp(s - most) for s in row]
        total = math.fsum(powers)
        loss += (math.log(total) - (row[labels[n]] - most)) / N
        for k in range(K):
            dscores[n, k] = (powers[k] / total - (k == labels[n])) / N
    return scores.dtype.type(loss), dscores.astype(scores.dtype)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, scores, *labels):
        return Case(tag, about, (np.array(scores, float), np.array(labels)))

    def drawn(tag, about, N, K, draw=reals):
        return Case(tag, about, (draw(rng, N, K), rng.integers(0, K, N)))

    yield case("loss", "two classes, equal scores", [[0, 0]], 0)
    yield case("loss", "two classes, the right one leads by 1", [[1, 0]], 0)
    yield case("loss", "two classes, the wrong one leads by 2", [[2, 0]], 1)
    yield case("loss", "four classes, equal scores", [[3, 3, 3, 3]], 2)
    yield case("loss", "two images", [[1, 0], [0, 2]], 0, 0)
    yield case("loss", "three images, two classes", [[0, 1], [2, 0], [1, 1]], 1, 1, 0)
    yield drawn("loss", "whole numbers", 3, 4, integers)
    yield drawn("loss", "real numbers", 5, 3)
    yield drawn("loss", "as many images as classes", 4, 4)
    yield case("large", "scores of 1,000: exp(1000) is too large for a float", [[1000, 999]], 1)
    yield case("large", "scores of -1,000: exp(-1000) is 0 as a float", [[-1000, -999]], 0)
    yield case("large", "large and small scores in one batch", [[1000, 1001], [0, 1]], 0, 0)
    # Larger than the batch above, so that this row is shown only if that batch is right.
    yield case("large", "a wrong class that leads by 800", [[800, 0, 1, 2, 0, 1, 2]], 1)
    scores = reals(rng, 4, 3)
    yield Case("edges", "float32", (scores.astype(np.float32), np.array([0, 2, 1, 1])))
    yield Case("edges", "scores that are not contiguous", (scattered(scores), np.array([1, 0, 2, 2])))


def softmax_loss(scores, labels):
    """Return the mean over the images of -log(probability of the right class), and its gradient.

    scores: (N, K). labels: (N,), the number of the right class of each image. dscores: (N, K).
    """
    N = len(scores)
    shifted = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)  # (N, 1)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), labels])
    dscores = powers / sums
    dscores[np.arange(N), labels] -= 1
    dscores /= N
    return loss, dscores


mistakes = Catalogue(softmax_loss)

mistakes.change(
    "large scores overflow",
    "exp(1000) is too large for a float. The probabilities stay the same if you subtract a number from all "
    "scores of a row: its largest, for instance.",
    {"scores - scores.max(axis=1, keepdims=True)": "scores - 0"},
)
mistakes.change(
    "the largest of all scores subtracted from every row",
    "A row whose scores are far below it has only zeros left after exp. Subtract from each row its own "
    "largest score.",
    {"scores.max(axis=1, keepdims=True)": "scores.max()"},
)
mistakes.change(
    "the logarithm of a probability that became 0",
    "With a lead of 800 the probability is 0 as a float, and its logarithm is infinite. log(exp(a) / s) is "
    "a - log(s), which needs no division.",
    {
        "np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), labels])": (
            "np.mean(-np.log((powers / sums)[np.arange(N), labels]))"
        )
    },
)
mistakes.change(
    "the logarithm kept finite by a small number",
    "A small number added to the probability, or put in its place, hides the infinite logarithm, but the "
    "loss is wrong where the probability is smaller than it. log(exp(a) / s) is a - log(s).",
    {
        "np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), labels])": (
            "np.mean(-np.log((powers / sums)[np.arange(N), labels] + 1e-12))"
        )
    },
    {
        "np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), labels])": (
            "np.mean(-np.log((powers / sums)[np.arange(N), labels] + 1e-8))"
        )
    },
)
mistakes.change(
    "the loss summed over the images",
    "The loss is the mean over the images.",
    {"np.mean(np.log": "np.sum(np.log"},
)
mistakes.change(
    "the gradient not divided by the number of images",
    "The loss is a mean, so each image's part of the gradient is divided by N.",
    {"dscores /= N": "dscores /= 1"},
)
mistakes.change(
    "the right class not subtracted in the gradient",
    "dscores is the probabilities, with 1 less at the right class of each image.",
    {"] -= 1": "] -= 0"},
)
mistakes.change(
    "1 subtracted from all classes of each image",
    "Only the right class of each image loses 1: index with np.arange(N) and the labels together.",
    {"dscores[np.arange(N), labels] -= 1": "dscores[np.arange(N)] -= 1"},
)
mistakes.change(
    "1 subtracted from the right classes of all images, in every row",
    "dscores[:, labels] takes whole columns. np.arange(N) and the labels together take one number a row.",
    {"dscores[np.arange(N), labels] -= 1": "dscores[:, labels] -= 1"},
)
mistakes.change(
    "the sign of the gradient turned",
    "A higher score of the right class makes the loss smaller, so its gradient is negative.",
    {"dscores /= N": "dscores /= -N"},
)
mistakes.change(
    "the sign of the loss turned",
    "-log of a probability is never negative.",
    {"np.mean(np.log": "-np.mean(np.log"},
)
mistakes.change(
    "the probability in place of its logarithm",
    "The loss is -log(p), which is 0 for p = 1 and grows without end as p goes to 0.",
    {
        "np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), labels])": (
            "np.mean(1 - (powers / sums)[np.arange(N), labels])"
        )
    },
    {
        "np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), labels])": (
            "-np.mean((powers / sums)[np.arange(N), labels])"
        )
    },
)
mistakes.change(
    "the logarithm to base 2",
    "The loss is in nats: the natural logarithm, np.log.",
    {"np.mean(np.log": "1 / np.log(2) * np.mean(np.log"},
)
mistakes.change(
    "probabilities over the images, not over the classes",
    "The probabilities of one image sum to 1: add along the classes, axis 1.",
    {
        "sums = powers.sum(axis=1, keepdims=True)": "sums = powers.sum(axis=0, keepdims=True)",
        "np.log(sums[:, 0])": "np.log(sums[0, labels])",
    },
)
mistakes.change(
    "one sum for all images",
    "The probabilities of one image sum to 1: each row is divided by its own sum.",
    {"powers.sum(axis=1, keepdims=True)": "np.full((N, 1), powers.sum())"},
    {
        "scores - scores.max(axis=1, keepdims=True)": "scores - scores.max()",
        "powers.sum(axis=1, keepdims=True)": "np.full((N, 1), powers.sum())",
    },
    {
        "scores - scores.max(axis=1, keepdims=True)": "scores - 0",
        "powers.sum(axis=1, keepdims=True)": "np.full((N, 1), powers.sum())",
    },
)
mistakes.change(
    "the highest score taken for the right class",
    "The right class is labels[n], not the class that scores highest.",
    {"N = len(scores)": "N = len(scores)\nlabels = scores.argmax(axis=1)"},
)
mistakes.change(
    "the loss of the first image only",
    "The loss is the mean over all images.",
    {
        "np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), labels])": (
            "np.log(sums[0, 0]) - shifted[0, labels[0]]"
        )
    },
)
mistakes.change(
    "averaged over images and classes",
    "Divide by the number of images only.",
    {"dscores /= N": "dscores /= dscores.size", "np.mean(np.log": "1 / scores.shape[1] * np.mean(np.log"},
    {"dscores /= N": "dscores /= dscores.size"},
)
mistakes.change(
    "the gradient through the probability alone",
    "The derivative of -log(p) is -1/p times that of p. Put together, p - 1 remains for the right class and "
    "p for the others.",
    {
        "dscores[np.arange(N), labels] -= 1": (
            "right = dscores[np.arange(N), labels][:, None]\n"
            "dscores = dscores * right - right * np.eye(scores.shape[1])[labels]"
        )
    },
)

exercise = Exercise(
    name="softmax_loss",
    arguments=("scores", "labels"),
    parts=("loss", "dscores"),
    axes={"dscores": ("image n", "class k")},
    aspects=(
        aspect("loss", 1, "loss", parts=("loss",)),
        aspect("gradient", 2, "loss", parts=("dscores",)),
        aspect("large scores", 1, "large", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=softmax_loss,
    mistakes=tuple(mistakes),
)
