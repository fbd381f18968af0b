"""conv_parameters(C, F, K, OH, OW): what a layer learns, with and without sharing."""

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect


def conv_parameters(C, F, K, OH, OW):
    """Return how many parameters a layer of K filters (C, F, F) has: shared by all places, and not shared."""
    shared = K * (C * F * F + 1)
    return shared, OH * OW * shared


def cases(rng):
    yield Case("layers", "one 1x1 filter, one channel, two places", (1, 1, 1, 1, 2))
    yield Case("layers", "one 3x3 filter on one channel", (1, 3, 1, 2, 2))
    yield Case("layers", "three channels", (3, 2, 1, 2, 3))
    yield Case("layers", "two filters", (1, 2, 2, 3, 2))
    yield Case("layers", "more filters than channels", (3, 5, 8, 4, 6))
    yield Case("layers", "one place", (4, 3, 5, 1, 1))
    for C, F, K, OH, OW in rng.integers((2, 2, 2, 2, 2), (12, 8, 20, 30, 30), (4, 5)).tolist():
        yield Case("layers", "a layer drawn at random", (C, F, K, OH, OW))


mistakes = Catalogue(conv_parameters)
ONE, UNSHARED = "C * F * F + 1", "OH * OW * shared"
mistakes.change("the bias forgotten", "Each filter has a bias, too.", {ONE: "C * F * F"})
mistakes.change(
    "one bias for the whole layer",
    "Each of the K filters has a bias of its own: check your brackets.",
    {f"({ONE})": ONE},
)
mistakes.change(
    "a bias for each channel",
    "The channels are added up before the bias, which comes once for each filter.",
    {ONE: "C * (F * F + 1)"},
)
mistakes.change(
    "the channels forgotten",
    "A filter is as deep as its input, and has weights for each channel.",
    {ONE: "F * F + 1"},
)
mistakes.change("F not squared", "A filter has F rows and F columns.", {ONE: "C * F + 1"})
mistakes.change(
    "F twice in place of F squared",
    "A filter has F rows of F weights in each channel.",
    {ONE: "C * 2 * F + 1"},
)
mistakes.change("the filters added", "Each of K filters has as many.", {"K * (": "K + ("})
mistakes.change("one filter only", "There are K filters.", {"K * (": "("})
mistakes.change(
    "K in place of C",
    "A filter is as deep as its input. How many filters there are is another matter.",
    {ONE: "K * F * F + 1"},
)
mistakes.change(
    "every place has its filter in both counts",
    "With sharing, all places use the same K filters, however many places there are.",
    {"return shared,": "return OH * OW * shared,"},
)
mistakes.change(
    "no place has a filter of its own in either count",
    "Without sharing, each neuron has weights of its own: first count the neurons.",
    {UNSHARED: "shared"},
)
mistakes.change(
    "the two counts are swapped",
    "The shared count comes first: it is the smaller one.",
    {"return shared, OH * OW * shared": "return OH * OW * shared, shared"},
    whole=True,
)
mistakes.change(
    "the biases shared where the weights are not",
    "Without sharing, each neuron has its own bias, too.",
    {UNSHARED: "OH * OW * (shared - K) + K"},
)
mistakes.change(
    "one neuron a place",
    "At each place of the output there is a whole depth column of neurons.",
    {UNSHARED: "OH * OW * (C * F * F + 1)"},
)
mistakes.change(
    "the filters counted twice",
    "The K filters are in the shared count already.",
    {UNSHARED: "OH * OW * K * shared"},
)
mistakes.change(
    "one direction only",
    "The output has OH rows and OW columns of places.",
    {UNSHARED: "OH * shared"},
    {UNSHARED: "OW * shared"},
)
mistakes.change(
    "rows and columns of places added",
    "There are OH rows with OW places each.",
    {UNSHARED: "(OH + OW) * shared"},
)

exercise = Exercise(
    name="conv_parameters",
    arguments=("C", "F", "K", "OH", "OW"),
    parts=("shared", "unshared"),
    aspects=(
        aspect("shared", 2, "layers", parts=["shared"]),
        aspect("unshared", 2, "layers", parts=["unshared"]),
    ),
    reference=conv_parameters,
    cases=cases,
    mistakes=tuple(mistakes),
    program=conv_parameters,
)
