"""corrected(claim): what is right in the place of a printed claim, counted with a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect

from .ledger import ledger
from .shared import alexnet, conv, vgg16

CLAIMS = {
    "A": ("a filter", "1x1x1x3", "11x11x1", "11x11x3"),
    "B": ("values", "15.09 million", "15.24 million", "24 million", "28.79 million"),
    "C": ("bytes", "15 MB", "61 MB", "93 MB", "122 MB"),
    "D": ("a volume", "6x6x256", "7x7x512", "13x13x256"),
    "E": ("three layers", "39 MB", "72 MB", "77 MB", "78 MB"),
    "F": ("computing", "the early layers", "the middle", "the late layers"),
    "G": ("parameters", "138 million", "186 million"),
}
"""What each claim is about, and the texts to choose from."""


def cases(rng: np.random.Generator) -> Iterator[Case]:
    for claim, (about, *_) in CLAIMS.items():
        yield Case(claim, f"claim {claim}, {about}", (claim,))


def reference(claim):
    """Counts what the claim is about. The claims are the same for everybody, whatever the seed of a check."""
    plan = [layer for layer in vgg16() if layer["kind"] != "relu"]  # ReLUs work in place
    rows = ledger(plan, (3, 224, 224))
    values, parameters = (sum(row[name] for row in rows) for name in ("values", "parameters"))
    famous = ledger(alexnet(), (3, 227, 227))
    if claim == "A":
        weights = famous[1]["parameters"] // 96 - 1  # without the bias
        side = round((weights / 3) ** 0.5)
        return f"{side}x{side}x3"
    if claim == "D":
        C, H, W = [row for row in famous if row["kind"] == "pool"][-1]["shape"]
        return f"{H}x{W}x{C}"
    if claim == "E":
        three = ledger([conv(64, 3, 1, 1)] * 3, (3, 224, 224))[1:]
        return f"{2 * 4 * sum(row['values'] for row in three) / 1e6:.0f} MB"
    if claim == "F":
        early, middle, late = thirds(rows)
        return max((early, "the early layers"), (middle, "the middle"), (late, "the late layers"))[1]
    return {
        "B": f"{values / 1e6:.2f} million",
        "C": f"{4 * values / 1e6:.0f} MB",
        "G": f"{parameters / 1e6:.0f} million",
    }[claim]


def thirds(rows):
    """The multiplications of VGG-16 in its first two blocks, in the next two, and in all that follows."""
    done, blocks = 0, [0]
    for row in rows:
        outputs = row["shape"][0]
        weights = row["parameters"] - outputs if row["parameters"] else 0
        done += weights * int(np.prod(row["shape"][1:]))
        blocks += [done] if row["kind"] == "pool" else []
    return [b - a for a, b in pairwise((0, blocks[2], blocks[4], done))]


def corrected(claim):
    """Return what is right: one of the texts that stand beside the claim.

    claim: a letter, "A" to "G".
    """
    return {
        "A": "11x11x3",
        "B": "15.24 million",
        "C": "61 MB",
        "D": "6x6x256",
        "E": "77 MB",
        "F": "the middle",
        "G": "138 million",
    }[claim]


mistakes = Catalogue(corrected)

PRINTED = {
    '"11x11x3"': '"1x1x1x3"',
    '"15.24 million"': '"24 million"',
    '"61 MB"': '"93 MB"',
    '"6x6x256"': '"7x7x512"',
    '"77 MB"': '"72 MB"',
    '"the middle"': '"the early layers"',
}
mistakes.change(
    "believed as printed",
    "Six of the seven claims are wrong: count each of them with your ledger.",
    PRINTED,
    *({right: printed} for right, printed in PRINTED.items()),
)
mistakes.change(
    "A: the channels left out",
    "A filter reaches through all channels of the image.",
    {'"11x11x3"': '"11x11x1"'},
)
mistakes.change("B: the image left out", "The image has values, too.", {'"15.24 million"': '"15.09 million"'})
mistakes.change(
    "B: ReLUs counted",
    "A ReLU that works in place has no values of its own: leave it out of the plan.",
    {'"15.24 million"': '"28.79 million"'},
)
mistakes.change("C: numbers taken for bytes", "A float32 number has 4 bytes.", {'"61 MB"': '"15 MB"'})
mistakes.change(
    "C: 8 bytes a number, or gradients",
    "A float32 number has 4 bytes, and a forward pass has no gradients.",
    {'"61 MB"': '"122 MB"'},
)
mistakes.change(
    "D: the volume before the last pooling",
    "A pooling stands between the last convolution and the fully connected layers.",
    {'"6x6x256"': '"13x13x256"'},
)
mistakes.change(
    "E: without the gradients", "Each value has a gradient: count it twice.", {'"77 MB"': '"39 MB"'}
)
mistakes.change(
    "E: the image counted as well", "The claim is about the three layers alone.", {'"77 MB"': '"78 MB"'}
)
mistakes.change(
    "F: where the filters are many",
    "The late layers have the most filters, but few places to put them: multiply weights by places.",
    {'"the middle"': '"the late layers"'},
)
mistakes.change(
    "G: the sum of the wrong lines",
    "Twelve of the lines that give this sum are wrong. Add up the parameters of your ledger.",
    {'"138 million"': '"186 million"'},
)
mistakes.mistake(
    "the table returned whole",
    "Return the text for the letter that was asked for: put [claim] behind the dict.",
)(lambda claim: {letter: corrected(letter) for letter in CLAIMS})
mistakes.mistake("the letter returned", 'Return one of the texts, such as "24 million".')(lambda claim: claim)

exercise = Exercise(
    name="corrected",
    arguments=("claim",),
    parts=("text",),
    data=("text",),
    aspects=tuple(aspect(about, 1, claim) for claim, (about, *_) in CLAIMS.items()),
    reference=reference,
    cases=cases,
    program=corrected,
    mistakes=tuple(mistakes),
    choices=tuple(text for _, *texts in CLAIMS.values() for text in texts),
)
