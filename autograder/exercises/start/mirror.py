"""mirror(x): an image as a mirror shows it. The notebook has the answer."""

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import distinct, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect


def mirror(x):
    """Return the image x as a mirror shows it, its last column first, (H, W)."""
    return x[:, ::-1]


def reference(x):
    out = x.copy()
    H, W = x.shape
    for i in range(H):
        for j in range(W):
            out[i, j] = x[i, W - 1 - j]
    return out


def cases(rng):
    yield Case("values", "one column", (distinct(rng, 3, 1),))
    yield Case("values", "one row", (distinct(rng, 1, 3),))
    yield Case("values", "a 2x3 image", (distinct(rng, 2, 3),))
    yield Case("values", "an image higher than wide", (distinct(rng, 4, 3),))
    yield Case("values", "real numbers, 5x6", (reals(rng, 5, 6),))
    yield Case("values", "float32", (reals(rng, 3, 4).astype("float32"),))
    yield Case("values", "an array that is not contiguous", (scattered(distinct(rng, 3, 4)),))


OVERWRITTEN = "for j in range(x.shape[1]):\n    out[:, j] = out[:, -1 - j]"

mistakes = Catalogue(mirror)
mistakes.change("upside down", "A mirror leaves each row where it is.", {"x[:, ::-1]": "x[::-1]"})
mistakes.change("turned by half a turn", "A mirror leaves each row where it is.", {":, ::-1": "::-1, ::-1"})
mistakes.change("turned by a quarter", "The result is as high as the image.", {"x[:, ::-1]": "x[:, ::-1].T"})
mistakes.change("rows and columns swapped", "Only the order of the columns changes.", {"x[:, ::-1]": "x.T"})
mistakes.change("the image as it was", "Its last column comes first.", {"x[:, ::-1]": "x"})
mistakes.change("the last column left out", "It comes first.", {"::-1": "-2::-1"})
mistakes.change("the first column left out", "It comes last.", {"::-1": ":0:-1"})
mistakes.change(
    "all but the first column mirrored",
    "Column j goes to column W - 1 - j, and column 0 to W - 1.",
    {"return x[:, ::-1]": "W = x.shape[1]\nreturn x[:, [-j % W for j in range(W)]]"},
)
mistakes.change(
    "columns read after they were overwritten",
    "Half of the columns are lost before they are read: keep the old image while you write the new one.",
    {"return x[:, ::-1]": f"out = x.copy()\n{OVERWRITTEN}\nreturn out"},
)

exercise = Exercise(
    name="mirror",
    arguments=("x",),
    parts=("out",),
    axes={"out": ("row i", "column j")},
    aspects=(aspect("values", 1, "values"),),
    reference=reference,
    cases=cases,
    mistakes=tuple(mistakes),
    program=mirror,
)
