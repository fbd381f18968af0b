"""fault_of(run): what is wrong with each training of the line-up, read from its curves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.broken import HUNTED, culprits


def reference(run):
    """The trainings are the same for everybody, so this does not depend on the seed of a check."""
    return culprits()[run]


def cases(rng: np.random.Generator) -> Iterator[Case]:
    for letter in culprits():
        yield Case(letter, f"training {letter}", (letter,))


def fault_of(run):
    """Return the name of what is wrong with a training of the line-up.

    run: a letter, "A" to "F".
    """
    return {
        "A": "zero weights",
        "B": "no db",
        "C": "sorted images",
        "D": "rate / 1000",
        "E": "shuffled labels",
        "F": "rate x 30",
    }[run]


mistakes = Catalogue(fault_of)


def swapped(one: str, other: str, advice: str) -> None:
    """Two faults in each other's place."""
    way = {f'"{one}"': f'"{other}"', f'"{other}"': f'"{one}"'}
    mistakes.change(f"{one} and {other} in each other's place", advice, way)


swapped(
    "rate / 1000",
    "zero weights",
    "In both, the loss hardly falls. Look at how far the weights have moved: a little, or not at all.",
)
swapped(
    "rate x 30",
    "rate / 1000",
    "A rate that is too large throws the weights far away; with one that is too small they hardly move.",
)
swapped(
    "rate x 30",
    "zero weights",
    "Both end at a loss near 2.3. Look at the first steps, and at how far the weights have moved.",
)
swapped(
    "rate x 30",
    "sorted images",
    "Both losses jump. One of them jumps in every epoch, as often as the class changes.",
)
swapped(
    "rate x 30",
    "shuffled labels",
    "Look at the training images: one of these networks learns them by heart, the other learns nothing.",
)
swapped(
    "shuffled labels",
    "sorted images",
    "With labels that mean nothing, a network can still learn its training images by heart. Look at both "
    "accuracies.",
)
swapped(
    "shuffled labels",
    "rate / 1000",
    "Both losses fall slowly. Look at how far the weights have moved.",
)
swapped(
    "shuffled labels",
    "zero weights",
    "A network whose weights never move cannot learn its training images by heart.",
)
swapped(
    "no db",
    "zero weights",
    "In both, something has not moved from its start: look whether it is the weights or the biases.",
)
swapped(
    "no db",
    "shuffled labels",
    "A fault in the biases leaves the loss nearly as it should be; labels that mean nothing do not.",
)
swapped(
    "no db",
    "sorted images",
    "A fault in the biases leaves the loss nearly as it should be; sorted images make it jump.",
)
swapped(
    "rate / 1000",
    "sorted images",
    "One of these losses jumps up and down in every epoch; the other creeps.",
)
mistakes.mistake(
    "the table returned whole",
    "Return the name for the letter that was asked for: put [run] behind the dict.",
)(lambda run: {letter: fault_of(letter) for letter in "ABCDEF"})
mistakes.mistake("the letter returned", 'Return the name of a fault, such as "no db".')(lambda run: run)
mistakes.change(
    "names in upper case",
    "Write the names as they stand in the list.",
    {"}[run]": "}[run].upper()"},
)

exercise = Exercise(
    name="fault_of",
    arguments=("run",),
    parts=("fault",),
    data=("fault",),
    aspects=(
        aspect("A and B", 2, "A", "B"),
        aspect("C and D", 2, "C", "D"),
        aspect("E and F", 2, "E", "F"),
    ),
    reference=reference,
    cases=cases,
    program=fault_of,
    mistakes=tuple(mistakes),
    choices=HUNTED,
)
