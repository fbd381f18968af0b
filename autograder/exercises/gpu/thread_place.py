"""thread_place(t, K, OH, OW): which output (n, k, i, j) belongs to thread t."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect


def reference(t, K, OH, OW):
    """Count: walk through the outputs in the order of memory until t of them have passed."""
    n = k = i = j = 0
    for _ in range(t):
        j += 1
        if j == OW:
            j, i = 0, i + 1
        if i == OH:
            i, k = 0, k + 1
        if k == K:
            k, n = 0, n + 1
    return n, k, i, j


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(about, t, K, OH, OW):
        return Case("place", about, (t, K, OH, OW))

    K, OH, OW = (int(v) for v in rng.permutation([2, 3, 4]))
    image = K * OH * OW
    yield case("the first thread", 0, K, OH, OW)
    yield case("the second thread", 1, K, OH, OW)
    yield case("the last of a row", OW - 1, K, OH, OW)
    yield case("the first of the second row", OW, K, OH, OW)
    yield case("the first of the second filter", OH * OW, K, OH, OW)
    yield case("the last of the first image", image - 1, K, OH, OW)
    yield case("the first of the second image", image, K, OH, OW)
    yield case("one filter", 2 * OH * OW + OW + 1, 1, OH, OW)
    yield case("one column", K * OH + 1, K, OH, 1)
    yield case("a square output", 2 * K * 9 + 9 + 5, K, 3, 3)
    for _ in range(6):
        yield case("somewhere", int(rng.integers(image, 5 * image)), K, OH, OW)


def thread_place(t, K, OH, OW):
    """Return n, k, i, j: the output of thread t."""
    return t // (K * OH * OW), t // (OH * OW) % K, t // OW % OH, t % OW


mistakes = Catalogue(thread_place)

mistakes.change(
    "i changes fastest",
    "Neighbouring threads should have neighbouring j: a row of the output lies in memory as one piece. "
    "Yours go down a column.",
    {"t // OW % OH, t % OW": "t % OH, t // OH % OW"},
)
mistakes.change(
    "k changes fastest",
    "In memory the filters are far apart: j is fastest, then i, then k, then n.",
    {"t // (OH * OW) % K, t // OW % OH, t % OW": "t % K, t // (OW * K) % OH, t // K % OW"},
)
mistakes.change(
    "OH and OW swapped",
    "A row has OW outputs, not OH: divide by OW to leave the row.",
    {"t // OW % OH, t % OW": "t // OH % OW, t % OH"},
)
mistakes.change(
    "divided by one size, multiplied by the others",
    "`t // K * OH * OW` goes from left to right: it divides by K alone. Put the product in brackets.",
    {"(K * OH * OW)": "K * OH * OW", "(OH * OW)": "OH * OW"},
)
mistakes.change(
    "n and k swapped",
    "All filters of image 0 come before image 1: n is the slowest.",
    {"t // (K * OH * OW), t // (OH * OW) % K": "t // (OH * OW) % K, t // (K * OH * OW)"},
    whole=True,
)
mistakes.change(
    "returned in the order j, i, k, n",
    "The numbers are right; return them as n, k, i, j.",
    {
        "t // (K * OH * OW), t // (OH * OW) % K, t // OW % OH, t % OW": (
            "t % OW, t // OW % OH, t // (OH * OW) % K, t // (K * OH * OW)"
        ),
    },
    whole=True,
)
mistakes.change(
    "i and j returned in each other's place",
    "The row i of an output comes before its column j: return n, k, i, j.",
    {"t // OW % OH, t % OW": "t % OW, t // OW % OH"},
    whole=True,
)
mistakes.change(
    "i not cut at OH",
    "Your i counts the rows of all filters. Take whole filters, OH rows each, away: the rest is the row.",
    {"t // OW % OH": "t // OW"},
)
mistakes.change(
    "k not cut at K",
    "k counts the filters of all images: use the remainder by K.",
    {"t // (OH * OW) % K": "t // (OH * OW)"},
)
mistakes.change(
    "n without K",
    "An image has K * OH * OW outputs: you begin a new one after OH * OW.",
    {"t // (K * OH * OW)": "t // (OH * OW)"},
)
mistakes.change(
    "division with decimals",
    "Use whole division, //: a thread does not stand between two outputs.",
    {
        "t // (K * OH * OW), t // (OH * OW) % K, t // OW": "t / (K * OH * OW), t / (OH * OW) % K, t / OW",
    },
)
mistakes.change(
    "remainder where the quotient belongs",
    "t % OW is the place in the row; t // OW says how many rows came before.",
    {"t // OW % OH": "t % OH"},
)
mistakes.change(
    "quotient where the remainder belongs",
    "j is what is left when whole rows are taken away: a remainder.",
    {"t % OW": "t // OW"},
)
mistakes.change(
    "counted from one",
    "Thread 0 has the first output: no 1 has to be added or taken away.",
    {"return t": "t += 1\nreturn t"},
)
mistakes.change(
    "one image only",
    "There is a batch of images: n is not always 0.",
    {"t // (K * OH * OW)": "0"},
)


exercise = Exercise(
    name="thread_place",
    arguments=("t", "K", "OH", "OW"),
    parts=("n", "k", "i", "j"),
    axes={"n": (), "k": (), "i": (), "j": ()},
    aspects=(aspect("place", 4),),
    reference=reference,
    cases=cases,
    program=thread_place,
    mistakes=tuple(mistakes),
)
