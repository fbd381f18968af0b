"""output_size(W, F, S=1, P=0): how many places a window has on a row of pixels."""

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect


def output_size(W, F, S=1, P=0):
    """Return how many places a window of F pixels has on W pixels, at stride S, with pad P at each end."""
    room = W + 2 * P - F
    if room < 0 or room % S:
        raise ValueError(f"{F} pixels at stride {S} do not fit {W} pixels with pad {P}")
    return room // S + 1


def cases(rng):
    yield Case("sizes", "the window moves pixel by pixel", (5, 3, 1, 0))
    yield Case("sizes", "stride 2", (7, 3, 2, 0))
    yield Case("sizes", "pad 1", (5, 3, 1, 1))
    yield Case("sizes", "stride 2 and pad 1", (5, 3, 2, 1))
    yield Case("sizes", "the window covers the row", (4, 4, 3, 0))
    for places, F, S, P in rng.integers((10, 4, 2, 1), (60, 12, 5, 4), (4, 4)).tolist():
        yield Case("sizes", "sizes drawn at random", ((places - 1) * S + F - 2 * P, F, S, P))
    yield Case("errors", "one pixel is left over", (4, 3, 2, 0), rounded=(3, 3, 2, 0))
    yield Case("errors", "large sizes, one pixel is left over", (224, 11, 4, 0), rounded=(223, 11, 4, 0))
    yield Case("errors", "the window is longer than the row", (1, 5, 2, 1), error=())


mistakes = Catalogue(output_size)
mistakes.change("the first place not counted", "Each step leads to one more place.", {" + 1": ""})
mistakes.change("padding at one end only", "P pixels are added at both ends.", {"2 * P": "P"})
mistakes.change("padding left out", "The window moves over the padding, too.", {"W + 2 * P": "W"})
mistakes.change("stride ignored", "The window moves S pixels at a time.", {"room // S": "room"})
mistakes.change("1 added too early", "Divide first, then add 1.", {"room // S + 1": "(room + 1) // S"})
mistakes.change("only the padding divided", "Divide the sum: use brackets.", {"room //": "W - F + 2 * P //"})
mistakes.change("a window longer than the row", "If F > W + 2P, raise a ValueError.", {"room < 0 or ": ""})
never = {"room < 0 or room % S": "False"}
mistakes.change("no error raised", "If pixels are left over, raise a ValueError.", never, never | {"//": "/"})

exercise = Exercise(
    name="output_size",
    arguments=("W", "F", "S", "P"),
    parts=("places",),
    aspects=(aspect("sizes", 2, "sizes"), aspect("errors", 2, "errors")),
    reference=output_size,
    cases=cases,
    mistakes=tuple(mistakes),
    program=output_size,
    unfit="error",
)
