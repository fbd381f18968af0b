"""conv_direct(x, w, b, stride=1, pad=0): a convolution with one thread an output."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.naive import conv_forward as reference
from cs_conv.threads import launch

from .thread_place import thread_place


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, x, w, draw=integers, **options):
        return Case(tag, about, (draw(rng, *x), draw(rng, *w), draw(rng, w[0])), options)

    yield case("values", "one image, one 2x2 filter", (1, 1, 3, 3), (1, 1, 2, 2))
    yield case("values", "two channels", (1, 2, 3, 3), (1, 2, 2, 2))
    yield case("values", "two filters", (1, 1, 3, 3), (2, 1, 2, 2))
    yield case("values", "two images", (2, 1, 3, 3), (1, 1, 2, 2))
    yield case("values", "a rectangular image and filter", (2, 3, 4, 6), (2, 3, 3, 2))
    yield case("values", "1x1 filters", (2, 2, 3, 4), (3, 2, 1, 1))
    yield case("layer", "stride 2", (1, 1, 5, 5), (1, 1, 3, 3), stride=2)
    yield case("layer", "pad 1", (1, 1, 2, 3), (1, 1, 3, 3), pad=1)
    yield case("layer", "stride 2, pad 1", (2, 2, 5, 7), (2, 2, 3, 3), stride=2, pad=1)
    yield case("layer", "pad 2, real numbers", (1, 2, 3, 2), (2, 2, 3, 4), reals, pad=2)
    yield case("layer", "stride 3 and pad 2, a 1x1 filter", (1, 1, 3, 3), (1, 1, 1, 1), stride=3, pad=2)
    yield case("layer", "a high filter, stride 2, pad 3", (2, 1, 3, 2), (1, 1, 5, 2), stride=2, pad=3)
    yield case("layer", "one column, stride 4", (1, 2, 9, 1), (3, 2, 1, 1), reals, stride=4)
    yield case("grid", "exactly one block: 32 outputs", (1, 1, 4, 8), (1, 1, 1, 1))
    yield case("grid", "one output more than a block", (1, 1, 3, 11), (1, 1, 1, 1))
    yield case("grid", "one output less than a block", (1, 1, 1, 31), (1, 1, 1, 1))
    yield case("grid", "exactly three blocks: 96 outputs", (3, 1, 4, 4), (2, 1, 1, 1))
    yield case("grid", "several blocks, the last one not full", (2, 1, 4, 6), (2, 1, 2, 2), reals)
    x, w, b = reals(rng, 2, 2, 4, 3), reals(rng, 3, 2, 2, 2), reals(rng, 3)
    yield Case("edges", "float32", tuple(a.astype(np.float32) for a in (x, w, b)))
    yield Case("edges", "arrays that are not contiguous", (scattered(x), scattered(w), scattered(b)))


def conv_direct(x, w, b, stride=1, pad=0):
    """Return out (N, K, OH, OW), computed by one thread an output."""
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    out = np.full((N, K, OH, OW), np.nan, x.dtype)

    def kernel(block, thread):
        t = block * 32 + thread
        if t >= out.size:
            return
        n, k, i, j = thread_place(t, K, OH, OW)
        total = b[k]
        for c in range(C):
            for fh in range(FH):
                for fw in range(FW):
                    row, column = i * stride - pad + fh, j * stride - pad + fw
                    if 0 <= row < H and 0 <= column < W:
                        total += x[n, c, row, column] * w[k, c, fh, fw]
        out[n, k, i, j] = total

    launch(kernel, -(-out.size // 32), 32)
    return out


mistakes = Catalogue(conv_direct)

CORNER = "i * stride - pad + fh, j * stride - pad + fw"
INSIDE = "0 <= row < H and 0 <= column < W"

mistakes.change(
    "no check for the last output",
    "Blocks are full even where outputs are not: threads beyond the last output must return before they "
    "touch anything. A GPU gives no error here; it writes into somebody else's memory.",
    {"if t >= out.size:\n    return": ""},
)
mistakes.change(
    "one block too few",
    "Whole blocks leave a rest. Round up, so that the last outputs get threads, too.",
    {"-(-out.size // 32)": "out.size // 32"},
)
mistakes.change(
    "only the first block",
    "`thread` counts from 0 in every block. The number in the whole grid needs the block, too.",
    {"block * 32 + thread": "thread"},
)
mistakes.change(
    "block and thread in each other's place",
    "A block has 32 threads side by side: those of block 0 have the numbers 0 to 31, then block 1 begins.",
    {"block * 32 + thread": "thread * 32 + block"},
)
mistakes.change(
    "padding taken off before the stride",
    "The stride moves the window over the padded image. The padding is taken off once, after that.",
    {CORNER: "(i - pad) * stride + fh, (j - pad) * stride + fw"},
)
mistakes.change(
    "blocks overlap",
    "Block 1 begins where block 0 ends: 32 numbers later, not one.",
    {"block * 32 + thread": "block + thread"},
)
mistakes.change(
    "pixels outside the image read",
    "On the padding there is no pixel. In Python a negative index counts from the other end; on a GPU it "
    "reads whatever lies before the image. Ask first whether the row and the column are inside.",
    {INSIDE: "row < H and column < W"},
)
mistakes.change(
    "beyond the last row or column read",
    "A window can reach beyond the image below and on the right, too. Look at how you ask what is inside: "
    "do you ask about the row and about the column? Row H - 1 is the last one inside.",
    {INSIDE: "0 <= row < H"},
    {INSIDE: "0 <= row <= H and 0 <= column < W"},
    {INSIDE: "0 <= row <= H and 0 <= column <= W"},
)
mistakes.change(
    "inside means larger than 0",
    "Row 0 and column 0 are part of the image: inside is 0 <= row and row < H.",
    {INSIDE: "0 < row < H and 0 < column < W"},
)
mistakes.change(
    "padding not taken off",
    "Output (0, 0) looks at row -pad: the window begins at i * stride - pad.",
    {CORNER: "i * stride + fh, j * stride + fw"},
)
mistakes.change(
    "padding added",
    "The padding lies before the image, so it is taken off: row i * stride - pad.",
    {CORNER: "i * stride + pad + fh, j * stride + pad + fw"},
)
mistakes.change(
    "stride forgotten",
    "Neighbouring outputs look at windows that are `stride` pixels apart.",
    {CORNER: "i - pad + fh, j - pad + fw"},
)
mistakes.change(
    "n and k swapped",
    "All filters of image 0 come before image 1 in memory.",
    {
        "n, k, i, j = thread_place(t, K, OH, OW)": "k, n, i, j = thread_place(t, N, OH, OW)",
        "out[n, k, i, j]": "out.flat[t]",
    },
)
mistakes.change(
    "i and j swapped",
    "j changes fastest: it is the remainder by OW.",
    {
        "n, k, i, j = thread_place(t, K, OH, OW)": "n, k, j, i = thread_place(t, K, OW, OH)",
        "out[n, k, i, j]": "out.flat[t]",
    },
)
mistakes.change(
    "the filter turned by 180 degrees",
    "Tap (fh, fw) of the filter meets the pixel that lies fh down and fw across: nothing is flipped here.",
    {"w[k, c, fh, fw]": "w[k, c, FH - 1 - fh, FW - 1 - fw]"},
)
mistakes.change(
    "only the first channel", "A filter reaches through all C channels.", {"range(C)": "range(1)"}
)
mistakes.change(
    "bias forgotten",
    "Each output starts from, or ends with, the bias of its filter.",
    {"total = b[k]": "total = 0"},
)
mistakes.change("the first bias for all", "Filter k has the bias b[k].", {"b[k]": "b[0]"})


exercise = Exercise(
    name="conv_direct",
    arguments=("x", "w", "b"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("values", 4, "values"),
        aspect("stride and padding", 4, "layer"),
        aspect("the whole grid", 2, "grid", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=conv_direct,
    mistakes=tuple(mistakes),
)
