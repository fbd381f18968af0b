"""grouped_conv(x, w, b, groups, conv, stride=1, pad=0): each filter sees the channels of its group only."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv import naive


def conv_forward(x, w, b, stride=1, pad=0):
    """A convolution with the signature of your conv_forward: every filter sees all channels that it gets."""
    return naive.conv_forward(*(np.asarray(a, np.float64) for a in (x, w, b)), stride, pad)


def reference(x, w, b, groups, conv, stride=1, pad=0):
    return naive.conv_forward(x, w, b, stride, pad, groups=groups)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, w, groups, draw=integers, **options):
        args = (draw(rng, *x), draw(rng, *w), draw(rng, w[0]), groups, conv_forward)
        return Case(tag, about, args, options)

    yield case("values", "one group: the convolution that you know", (1, 2, 2, 2), (1, 2, 2, 2), 1)
    yield case("values", "two groups of one channel and one filter", (1, 2, 2, 2), (2, 1, 2, 2), 2)
    yield case("values", "two groups of one channel and two filters", (1, 2, 2, 2), (4, 1, 2, 2), 2)
    yield case("values", "two groups of two channels and one filter", (1, 4, 2, 2), (2, 2, 2, 2), 2)
    yield case("values", "three groups, two images", (2, 3, 2, 2), (3, 1, 1, 1), 3)
    yield case("values", "two groups of three channels and two filters", (2, 6, 3, 3), (4, 3, 2, 2), 2, reals)
    yield case(
        "values", "three groups of two channels and three filters", (1, 6, 3, 4), (9, 2, 3, 2), 3, reals
    )
    yield case("depthwise", "as many groups as channels", (1, 4, 3, 3), (4, 1, 2, 2), 4)
    yield case("depthwise", "two filters for each channel", (2, 3, 4, 3), (6, 1, 3, 2), 3, reals)
    yield case("options", "stride 2", (1, 2, 3, 3), (2, 1, 1, 1), 2, stride=2)
    yield case("options", "pad 1", (1, 2, 2, 2), (2, 1, 2, 2), 2, pad=1)
    yield case("options", "pad 2", (2, 2, 3, 3), (4, 1, 3, 3), 2, reals, pad=2)
    yield case("options", "stride 2 and pad 1", (2, 4, 5, 5), (6, 2, 3, 3), 2, reals, stride=2, pad=1)
    x, w, b = reals(rng, 2, 4, 3, 3), reals(rng, 4, 2, 2, 2), reals(rng, 4)
    single = tuple(a.astype(np.float32) for a in (x, w, b))
    yield Case("values", "float32", (*single, 2, conv_forward))
    yield Case("values", "arrays that are not contiguous", (scattered(x), scattered(w), b, 2, conv_forward))
    about = "3 filters cannot be shared out among 2 groups"
    args = (integers(rng, 1, 4, 2, 2), integers(rng, 3, 2, 2, 2), integers(rng, 3), 2, conv_forward)
    yield Case("errors", about, args, error=())
    about = "5 channels cannot be shared out among 2 groups"
    args = (integers(rng, 1, 5, 2, 2), integers(rng, 4, 2, 2, 2), integers(rng, 4), 2, conv_forward)
    yield Case("errors", about, args, error=())


def grouped_conv(x, w, b, groups, conv, stride=1, pad=0):
    """Return the outputs of all groups, one after the other, (N, K, OH, OW).

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). conv: a function with the signature of conv_forward.
    Raises ValueError if the channels or the filters cannot be shared out equally.
    """
    C, K = x.shape[1], len(w)
    if C % groups or K % groups:
        raise ValueError(f"{C} channels and {K} filters cannot be shared out among {groups} groups")
    seen, made = C // groups, K // groups
    parts = []
    for g in range(groups):
        mine = slice(g * made, (g + 1) * made)
        parts.append(conv(x[:, g * seen : (g + 1) * seen], w[mine], b[mine], stride, pad))
    return np.concatenate(parts, axis=1)


mistakes = Catalogue(grouped_conv)

mistakes.change(
    "every group sees the channels of the first",
    "Group g sees its own C / groups channels: they begin at g * C / groups.",
    {"x[:, g * seen : (g + 1) * seen]": "x[:, :seen]"},
)
mistakes.change(
    "channels dealt out like cards",
    "Group 0 takes the first C / groups channels, group 1 the next ones. You take every groups-th channel.",
    {"x[:, g * seen : (g + 1) * seen]": "x[:, g::groups]"},
)
mistakes.change(
    "filters dealt out like cards",
    "Group 0 has the first K / groups filters, group 1 the next ones. You take every groups-th filter.",
    {"mine = slice(g * made, (g + 1) * made)": "mine = slice(g, None, groups)"},
)
mistakes.change(
    "outputs dealt out like cards",
    "The outputs of group 0 come first, then those of group 1.",
    {"np.concatenate(parts, axis=1)": "np.stack(parts, axis=2).reshape(len(x), K, *parts[0].shape[2:])"},
)
mistakes.change(
    "outputs of the groups added up",
    "Groups do not meet: each makes channels of its own, which stand one after the other.",
    {"np.concatenate(parts, axis=1)": "sum(parts)"},
)
mistakes.change(
    "outputs of the groups joined along the images",
    "The axis of channels is axis 1: (N, K, OH, OW).",
    {"np.concatenate(parts, axis=1)": "np.concatenate(parts)"},
)
mistakes.change(
    "only the first group",
    "Loop over all groups; `return` stands after that loop.",
    {"range(groups)": "range(1)"},
)
mistakes.change(
    "only the last group",
    "Keep the outputs of every group: put them into a list, or into a place of their own.",
    {"np.concatenate(parts, axis=1)": "parts[-1]"},
)
mistakes.change(
    "every group uses the filters of the first",
    "Group g has its own K / groups filters: they begin at g * K / groups.",
    {"w[mine]": "w[:made]"},
)
mistakes.change(
    "biases of the first group for all",
    "The biases are shared out like the filters.",
    {"b[mine]": "b[:made]"},
)
mistakes.change(
    "bias left out",
    "Each filter has its bias: pass b[g's filters] on.",
    {"b[mine]": "0 * b[mine]"},
)
mistakes.change("stride left out", "Pass the stride on to conv.", {", stride, pad))": ", 1, pad))"})
mistakes.change("padding left out", "Pass `pad` on to conv.", {", stride, pad))": ", stride, 0))"})
mistakes.change("stride and padding left out", "Pass stride and pad on to conv.", {", stride, pad))": "))"})
mistakes.change(
    "stride and pad in each other's place",
    "conv takes the stride first, then pad; write stride=stride, pad=pad.",
    {", stride, pad))": ", pad, stride))"},
)
mistakes.change(
    "no error raised",
    "If groups does not divide the channels or the filters, raise a ValueError.",
    {"C % groups or K % groups": "False"},
)
mistakes.change(
    "only the channels asked for",
    "The filters must be shared out equally, too.",
    {"C % groups or K % groups": "C % groups"},
)
mistakes.change(
    "only the filters asked for",
    "The channels must be shared out equally, too.",
    {"C % groups or K % groups": "K % groups"},
)
mistakes.change(
    "groups in the opposite order",
    "The outputs of group 0 come first.",
    {"np.concatenate(parts, axis=1)": "np.concatenate(parts[::-1], axis=1)"},
)


exercise = Exercise(
    name="grouped_conv",
    arguments=("x", "w", "b", "groups", "conv"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("values", 2, "values"),
        aspect("depthwise", 1, "depthwise"),
        aspect("stride and padding", 1, "options"),
        aspect("errors", 1, "errors"),
    ),
    reference=reference,
    cases=cases,
    program=grouped_conv,
    mistakes=tuple(mistakes),
)
