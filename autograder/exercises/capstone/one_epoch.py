"""one_epoch(step, images, labels, order, batch): every image once, a batch at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import distinct, reals
from autograder.checks.exercise import Case, Exercise, aspect


def trainer(weights):
    """A made-up step, whose loss tells the images, their labels, and how many steps came before."""
    steps = itertools.count()

    def step(images, labels):
        """Trains on images (B, ...) with labels (B,). Returns their mean loss, which falls with each step."""
        images, labels = np.asarray(images, float), np.asarray(labels)
        if images.ndim < 2 or labels.ndim != 1:
            shapes = f"{images.shape} and {labels.shape}"
            raise ValueError(
                f"step takes images (B, ...) first, then labels (B,); these have the shapes {shapes}"
            )
        if len(images) == 0:
            raise ValueError("this batch has no image: there is nothing to train on")
        if len(images) != len(labels):
            raise ValueError(f"a batch needs a label for each image, not {len(labels)} for {len(images)}")
        sums = images.reshape(len(images), -1) @ weights
        return float(np.mean(sums * (1 + labels))) - next(steps)

    def begin():
        nonlocal steps
        steps = itertools.count()

    step.begin = begin
    return step


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, N, batch, shape=(), draw=distinct):
        size = int(np.prod(shape))
        weights = np.arange(1.0, size + 1)
        images, labels = draw(rng, N, *shape), rng.permutation(N) % 5
        order = rng.permutation(N)
        while (order[:batch] == np.arange(N)[:batch]).any():  # no image stands where it stood
            order = rng.permutation(N)
        return Case(tag, about, (trainer(weights), images, labels, order, batch), calls=-(-N // batch))

    yield case("whole", "four images of one pixel, batches of 2", 4, 2, (1,))
    yield case("whole", "six images, batches of 3", 6, 3, (1,))
    yield case("whole", "six images, batches of 2", 6, 2, (1,))
    yield case("whole", "five images, batches of 1", 5, 1, (1,))
    yield case("whole", "six images, one batch of 6", 6, 6, (1,))
    yield case("whole", "images of 1x2x2 pixels", 8, 4, (1, 2, 2), reals)
    yield case("rest", "five images, batches of 2", 5, 2, (1,))
    yield case("rest", "seven images, batches of 3", 7, 3, (1,))
    yield case("rest", "three images, batches of 4: fewer than a batch holds", 3, 4, (1,))
    yield case("rest", "eleven images of 1x2x2 pixels, batches of 4", 11, 4, (1, 2, 2), reals)


def one_epoch(step, images, labels, order, batch):
    """Take a step for each batch, and return the losses in order: a list.

    step(images, labels): trains on one batch, and returns its loss. images: (N, ...). labels: (N,). order:
    (N,), the numbers of the images in the order in which to use them. batch: how many images at a time.
    """
    losses = []
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        losses.append(step(images[chosen], labels[chosen]))
    return losses


mistakes = Catalogue(one_epoch)

CHOSEN = "chosen = order[start : start + batch]"
mistakes.change(
    "the order not used",
    "order has the numbers of the images: take those that stand at start to start + batch in it.",
    {CHOSEN: "chosen = np.arange(len(order))[start : start + batch]"},
)
mistakes.change(
    "labels not in the order of the images",
    "Each image needs its own label: index both with the same numbers.",
    {"labels[chosen]": "labels[start : start + batch]"},
)
mistakes.change(
    "images not in the order of the labels",
    "Each label needs its own image: index both with the same numbers.",
    {"images[chosen]": "images[start : start + batch]"},
)
mistakes.change(
    "the last, smaller batch left out",
    "The images that do not fill a batch are trained on, too.",
    {"range(0, len(order), batch)": "range(0, len(order) - batch + 1, batch)"},
)
mistakes.change(
    "the last batch left out, whatever its size",
    "range ends before its second number: range(0, len(order), batch) has all beginnings.",
    {"range(0, len(order), batch)": "range(0, len(order) - batch, batch)"},
)
mistakes.change(
    "the last batch filled up with images that were used already",
    "Each image is used once: let the last batch be smaller.",
    {CHOSEN: "chosen = order[max(0, min(start, len(order) - batch)) :][:batch]"},
    {CHOSEN: "chosen = order[np.arange(start, start + batch) % len(order)]"},
)
mistakes.change(
    "batches of nearly equal size",
    "All batches but the last have exactly `batch` images.",
    {
        "for start in range(0, len(order), batch):": (
            "for chosen in np.array_split(order, -(-len(order) // batch)):"
        ),
        CHOSEN: "pass",
    },
)
mistakes.change(
    "as many batches as a batch should have images",
    "batch is the number of images in one batch, not the number of batches.",
    {
        "for start in range(0, len(order), batch):": (
            "for chosen in np.array_split(order, min(batch, len(order))):"
        ),
        CHOSEN: "pass",
    },
)
mistakes.change(
    "the first batch again and again",
    "The next batch begins where the last one ended.",
    {CHOSEN: "chosen = order[:batch]"},
)
mistakes.change(
    "batches that overlap",
    "The next batch begins `batch` images further on.",
    {"range(0, len(order), batch)": "range(0, len(order))"},
)
mistakes.change(
    "everything in one batch",
    "A step gets `batch` images, not all of them.",
    {CHOSEN: "chosen = order", "range(0, len(order), batch)": "range(1)"},
)
mistakes.change(
    "one image at a time",
    "A step gets `batch` images.",
    {CHOSEN: "chosen = order[start : start + 1]", "range(0, len(order), batch)": "range(0, len(order))"},
)
mistakes.change(
    "one image too many in each batch",
    "A slice ends before its second number: order[start : start + batch] has `batch` numbers.",
    {CHOSEN: "chosen = order[start : start + batch + 1]"},
)
mistakes.change(
    "one image of each batch left out",
    "A slice ends before its second number: order[start : start + batch] has `batch` numbers.",
    {CHOSEN: "chosen = order[start : max(start + batch - 1, start + 1)]"},
)
mistakes.change(
    "only the first batch",
    "return stands inside the loop, or the loop ends after the first step: go through all batches.",
    {
        "losses.append(step(images[chosen], labels[chosen]))": (
            "return [step(images[chosen], labels[chosen])]"
        )
    },
)
LOSS = "losses.append(step(images[chosen], labels[chosen]))"
mistakes.change(
    "more steps than batches",
    "Each call of step moves the network: call it once for each batch, and keep the loss that it returns.",
    {LOSS: f"step(images[chosen], labels[chosen])\n{LOSS}"},
    {LOSS: f"{LOSS}\nstep(images[chosen], labels[chosen])"},
    {"losses = []": "losses = []\nstep(images, labels)"},
    {"losses = []": "losses = []\nstep(images[order[:batch]], labels[order[:batch]])"},
    {
        "losses = []": "losses = []\nfirst = step(images[order[:batch]], labels[order[:batch]])",
        "return losses": "return [first, *losses[1:]]",
    },
)
LATER = "range(0, len(order), batch)"
BACKWARDS = "range(0, len(order), batch)[::-1]"
mistakes.change(
    "the batches from the last to the first",
    "Each step moves the network, so their order counts: begin with the images that stand first in order.",
    {LATER: BACKWARDS},
    {LATER: BACKWARDS, "return losses": "return losses[::-1]"},
)
mistakes.change(
    "the smaller last batch trained first",
    "Each step moves the network, so their order counts: the images that are left come last.",
    {LATER: "sorted(range(0, len(order), batch), key=lambda start: start + batch <= len(order))"},
    {
        LATER: "sorted(range(0, len(order), batch), key=lambda start: start + batch <= len(order))",
        "return losses": "return losses[1:] + losses[:1] if len(order) % batch else losses",
    },
)
mistakes.change(
    "an empty batch at the end",
    "If the batches come out even, nothing is left for one more: stop where order ends.",
    {LATER: "range(0, len(order) // batch * batch + 1, batch)"},
)
mistakes.change(
    "only the last batch",
    "step stands below the loop: call it inside, once for each batch.",
    {LOSS: "pass", "return losses": "return [step(images[chosen], labels[chosen])]"},
)
mistakes.change(
    "only the first number of each batch used",
    "order has a number for each image: take the images with the numbers order[start : start + batch].",
    {"images[chosen]": "images[order[start] :][:batch]", "labels[chosen]": "labels[order[start] :][:batch]"},
)
mistakes.change(
    "every so manyth image in one batch",
    "A batch has images that stand next to each other in order: order[start : start + batch].",
    {CHOSEN: "chosen = order[start // batch :: -(-len(order) // batch)]"},
)
mistakes.change(
    "labels first, then images",
    "step takes the images first.",
    {"step(images[chosen], labels[chosen])": "step(labels[chosen], images[chosen])"},
)
mistakes.change(
    "one number for all losses",
    "Return the losses of all steps, a list.",
    {"return losses": "return sum(losses) / len(losses)"},
    {"return losses": "return sum(losses)"},
)
mistakes.change(
    "the mean of all losses so far",
    "Each loss stands for itself: append what step returned.",
    {"return losses": "return [sum(losses[: n + 1]) / (n + 1) for n in range(len(losses))]"},
)
mistakes.change(
    "losses divided by the size of the batch",
    "step returns a mean already: append what it returned.",
    {
        "losses.append(step(images[chosen], labels[chosen]))": (
            "losses.append(step(images[chosen], labels[chosen]) / batch)"
        )
    },
    {
        "losses.append(step(images[chosen], labels[chosen]))": (
            "losses.append(step(images[chosen], labels[chosen]) / len(chosen))"
        )
    },
)
mistakes.change(
    "losses multiplied by the size of the batch",
    "Append what step returned, the mean loss of its batch.",
    {
        "losses.append(step(images[chosen], labels[chosen]))": (
            "losses.append(step(images[chosen], labels[chosen]) * batch)"
        )
    },
    {
        "losses.append(step(images[chosen], labels[chosen]))": (
            "losses.append(step(images[chosen], labels[chosen]) * len(chosen))"
        )
    },
)
mistakes.change(
    "only the last loss", "Return the losses of all steps.", {"return losses": "return losses[-1]"}
)
mistakes.change(
    "losses added up",
    "Each loss stands for itself: append what step returned.",
    {"return losses": "return np.cumsum(losses).tolist()"},
)
mistakes.change(
    "the losses last to first",
    "The first step's loss comes first.",
    {"return losses": "return losses[::-1]"},
)

exercise = Exercise(
    name="one_epoch",
    arguments=("step", "images", "labels", "order", "batch"),
    parts=("losses",),
    data=("losses",),
    axes={"losses": ("batch",)},
    aspects=(aspect("full batches", 2, "whole"), aspect("a smaller last one", 2, "rest")),
    reference=one_epoch,
    cases=cases,
    program=one_epoch,
    mistakes=tuple(mistakes),
)
