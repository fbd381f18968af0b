"""filter_bank(image, filters, conv): K filters applied to one image, each answer as large as the image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv import naive


def conv_forward(x, w, b, stride=1, pad=0):
    """The convolution that answers are given: as forgiving about dtypes as a student's own."""
    return naive.conv_forward(*(np.asarray(a, np.float64) for a in (x, w, b)), stride, pad)


def reference(image, filters, conv):
    K, F, _ = filters.shape
    H, W = image.shape
    P = (F - 1) // 2
    padded = np.pad(image, P)
    out = np.zeros((K, H, W), image.dtype)
    for k in range(K):
        for i in range(H):
            for j in range(W):
                out[k, i, j] = np.sum(padded[i : i + F, j : j + F] * filters[k])
    return out


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, image, filters, draw=integers):
        return Case(tag, about, (draw(rng, *image), draw(rng, *filters), conv_forward))

    yield case("values", "one 3x3 filter", (3, 3), (1, 3, 3))
    yield case("values", "an image wider than high", (2, 3), (1, 3, 3))
    yield case("values", "two filters", (3, 2), (2, 3, 3))
    yield case("values", "three filters, real numbers", (5, 4), (3, 3, 3), reals)
    yield case("sizes", "a 1x1 filter needs no padding", (2, 3), (1, 1, 1))
    yield case("sizes", "two 5x5 filters", (3, 4), (2, 5, 5))
    yield case("sizes", "four 1x1 filters", (3, 2), (4, 1, 1))
    yield case("sizes", "as many filters as rows, real numbers", (3, 5), (3, 5, 5), reals)
    yield case("sizes", "a 7x7 filter, real numbers", (6, 8), (2, 7, 7), reals)
    image, filters = reals(rng, 5, 6), reals(rng, 3, 3, 3)
    yield Case("edges", "float32", (image.astype(np.float32), filters.astype(np.float32), conv_forward))
    yield Case(
        "sizes", "arrays that are not contiguous", (scattered(image), scattered(filters), conv_forward)
    )


def filter_bank(image, filters, conv):
    """Return the answers of K filters, each as large as the image, (K, H, W).

    image: (H, W). filters: (K, F, F), F odd. conv: a function with the signature of conv_forward.
    """
    K, F, _ = filters.shape
    out = conv(image[None, None], filters[:, None], np.zeros(K), stride=1, pad=(F - 1) // 2)  # (1, K, H, W)
    return out[0]


mistakes = Catalogue(filter_bank)

mistakes.change(
    "no padding",
    "Without padding each answer is F - 1 smaller than the image: look for the P that keeps its size.",
    {"pad=(F - 1) // 2": "pad=0"},
)
mistakes.change(
    "padded by 1, whatever the filter",
    "One ring of zeros is right for F = 3 only; P depends on F.",
    {"pad=(F - 1) // 2": "pad=1"},
)
mistakes.change(
    "padded by F - 1 on each side",
    "F - 1 zeros are needed in all: half of them on each side of the image.",
    {"pad=(F - 1) // 2": "pad=F - 1"},
)
mistakes.change(
    "padded by half of F, rounded up",
    "For F = 3, P = 1 is enough: the centre of the filter can stand on the first pixel.",
    {"pad=(F - 1) // 2": "pad=(F + 1) // 2"},
)
mistakes.change(
    "padded by F on each side",
    "With P = F the filter can lie completely outside the image; less is enough.",
    {"pad=(F - 1) // 2": "pad=F"},
)
mistakes.change(
    "padding worked out from the number of filters",
    "filters is (K, F, F): the padding depends on F, how large a filter is, not on K, how many there are.",
    {"pad=(F - 1) // 2": "pad=(K - 1) // 2"},
)
mistakes.change(
    "padded too much, then cut at the end",
    "There is too much padding on all sides, so the corner that you keep begins outside the image. With "
    "the padding that keeps the size, nothing has to be cut off.",
    {
        "pad=(F - 1) // 2": "pad=F - 1",
        "return out[0]": "return out[0, :, : image.shape[0], : image.shape[1]]",
    },
)
mistakes.change(
    "padded at the bottom and on the right only",
    "The sizes are right, but each answer is shifted: put half of the zeros on each side.",
    {
        "out = conv": "image = np.pad(image, ((0, F - 1), (0, F - 1)))\nout = conv",
        "pad=(F - 1) // 2": "pad=0",
    },
)
for mode, what in (("edge", "copies of the border"), ("reflect", "a reflection of the image")):
    mistakes.change(
        f"padded with {what}",
        "The convolution of this course pads with zeros: use its `pad`.",
        {
            "out = conv": f'image = np.pad(image, (F - 1) // 2, mode="{mode}")\nout = conv',
            "pad=(F - 1) // 2": "pad=0",
        },
    )
mistakes.change(
    "the axis of images is still there",
    "conv gives (N, K, H, W), here with N = 1; return the answers of that one image.",
    {"return out[0]": "return out"},
)
mistakes.change(
    "only the answer of the first filter",
    "Return all K answers, (K, H, W): index the images, not the filters.",
    {"return out[0]": "return out[0, 0]"},
)
mistakes.change(
    "answers of all filters summed",
    "K filters give K answers: these are K filters of one channel, (K, 1, F, F), not one of K channels.",
    {"return out[0]": "return out.sum(axis=1)"},
)
mistakes.change(
    "every filter gives the result of the first",
    "Use filters[k] for answer k.",
    {"return out[0]": "return out[0, [0] * K]"},
)


@mistakes.mistake(
    "each filter applied to the answer before it",
    "All K filters see the same image: keep it, and give each answer a name of its own.",
)
def _(image, filters, conv):
    out = []
    for f in filters:
        image = filter_bank(image, f[None], conv)[0]
        out.append(image)
    return np.array(out)


mistakes.change(
    "filters at the end",
    "Filters come first here: (K, H, W), as in the rest of the course.",
    {"return out[0]": "return out[0].transpose(1, 2, 0)"},
)
mistakes.change(
    "rows and columns of the image swapped",
    "The image is (H, W), rows first; add two axes and leave their order.",
    {"image[None, None]": "image.T[None, None]"},
)
mistakes.change(
    "rows and columns of the filters swapped",
    "filters[k] goes in as it is, rows first.",
    {"filters[:, None]": "filters.transpose(0, 2, 1)[:, None]"},
)
mistakes.change(
    "the filters are flipped",
    "A ConvNet does not flip its filters: pass them on as they are (cross-correlation).",
    {"filters[:, None]": "filters[:, None, ::-1, ::-1]"},
)
mistakes.change(
    "a bias of one", "Filters of a bank have no bias: b is K zeros.", {"np.zeros(K)": "np.ones(K)"}
)
mistakes.change(
    "filters divided by their size",
    "Apply the filters as given; some of them are means already.",
    {"filters[:, None]": "filters[:, None] / F**2"},
)
mistakes.change(
    "negative answers cut off",
    "An edge may be darker or brighter: keep the sign, the picture shows it.",
    {"return out[0]": "return np.maximum(out[0], 0)"},
)
mistakes.change(
    "signs dropped",
    "Return the answers with their sign: it tells dark-to-bright from bright-to-dark.",
    {"return out[0]": "return np.abs(out[0])"},
)
mistakes.change(
    "answers clipped to 0..1",
    "Answers may be negative or above 1; clip them only to show them.",
    {"return out[0]": "return np.clip(out[0], 0, 1)"},
)
mistakes.change(
    "answers stretched to 0..1",
    "Return the convolution's own numbers; scale them only to show them.",
    {"return out[0]": "return (out[0] - out.min()) / (np.ptp(out) or 1)"},
)
mistakes.change(
    "answers cut to whole numbers",
    "Answers are real numbers: no whole-number dtype can hold them.",
    {"return out[0]": "return out[0].astype(int)"},
)


exercise = Exercise(
    name="filter_bank",
    arguments=("image", "filters", "conv"),
    parts=("out",),
    axes={"out": ("filter k", "row i", "column j")},
    aspects=(
        aspect("shape", 1, "values", only_shape=True),
        aspect("values", 3, "values"),
        aspect("other sizes", 2, "sizes", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=filter_bank,
    mistakes=tuple(mistakes),
)
