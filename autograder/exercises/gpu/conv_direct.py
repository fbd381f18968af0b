"""conv_direct(x, w, b, stride=1, pad=0): a convolution with one thread an output."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.naive import conv_forward
from cs_conv.threads import launch


def reference(x, w, b, stride=1, pad=0):
    return conv_forward(x, w, b, stride, pad)


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


def with_threads(
    x,
    w,
    b,
    stride=1,
    pad=0,
    threads=32,
    blocks=lambda count, threads: -(-count // threads),
    number=lambda block, thread, threads: block * threads + thread,
    checked=True,
    place=lambda t, N, K, OH, OW: (t // (K * OH * OW), t // (OH * OW) % K, t // OW % OH, t % OW),
    corner=lambda i, j, stride, pad: (i * stride - pad, j * stride - pad),
    inside=lambda row, column, H, W: 0 <= row < H and 0 <= column < W,
    tap=lambda fh, fw, FH, FW: (fh, fw),
    channels=lambda C: range(C),
    begin=lambda b, k: b[k],
    write=lambda out, t, total: out.__setitem__(t, total),
):
    """A right answer, every step of which can be exchanged for a wrong one."""
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    out = np.full(N * K * OH * OW, np.nan)  # as it is handed out: nobody writes, and NaN is left
    pixels, weights = x.tolist(), w.tolist()  # lists are read faster

    def kernel(block, thread):
        t = number(block, thread, threads)
        if checked and t >= out.size:
            return
        n, k, i, j = place(t, N, K, OH, OW)
        top, left = corner(i, j, stride, pad)
        total = begin(b, k)
        for c in channels(C):
            for fh in range(FH):
                for fw in range(FW):
                    if inside(top + fh, left + fw, H, W):
                        p, q = tap(fh, fw, FH, FW)
                        total += pixels[n][c][top + fh][left + fw] * weights[k][c][p][q]
        write(out, t, total)

    launch(kernel, blocks(out.size, threads), threads)
    return out.reshape(N, K, OH, OW)


mistakes = Catalogue()


def mistake(name, advice, **changes):
    @mistakes.mistake(name, advice)
    def _(x, w, b, stride=1, pad=0):
        return with_threads(x, w, b, stride, pad, **changes)


mistake(
    "no check for the last output",
    "Blocks are full even where outputs are not: threads beyond the last output must return before they "
    "touch anything. A GPU gives no error here; it writes into somebody else's memory.",
    checked=False,
)
mistake(
    "one block too few",
    "Whole blocks leave a rest. Round up, so that the last outputs get threads, too.",
    blocks=lambda count, threads: count // threads,
)
mistake(
    "only the first block",
    "`thread` counts from 0 in every block. The number in the whole grid needs the block, too.",
    number=lambda block, thread, threads: thread,
)
mistake(
    "block and thread in each other's place",
    "A block has 32 threads side by side: those of block 0 have the numbers 0 to 31, then block 1 begins.",
    number=lambda block, thread, threads: thread * threads + block,
)
mistake(
    "padding taken off before the stride",
    "The stride moves the window over the padded image. The padding is taken off once, after that.",
    corner=lambda i, j, stride, pad: ((i - pad) * stride, (j - pad) * stride),
)
mistake(
    "blocks overlap",
    "Block 1 begins where block 0 ends: `threads` numbers later, not one.",
    number=lambda block, thread, threads: block + thread,
)
mistake(
    "pixels outside the image read",
    "On the padding there is no pixel. In Python a negative index counts from the other end; on a GPU it "
    "reads whatever lies before the image. Ask first whether the row and the column are inside.",
    inside=lambda row, column, H, W: row < H and column < W,
)
mistake(
    "beyond the last row or column read",
    "A window can stand out below and on the right, too. Look at your question of what is inside: does it "
    "ask about row and column, both? Row H - 1 is the last that is inside.",
    inside=lambda row, column, H, W: 0 <= row < H,
)
mistakes.also("beyond the last row or column read")(
    partial(with_threads, inside=lambda row, column, H, W: 0 <= row <= H and 0 <= column < W)
)
mistakes.also("beyond the last row or column read")(
    partial(with_threads, inside=lambda row, column, H, W: 0 <= row <= H and 0 <= column <= W)
)
mistake(
    "inside means larger than 0",
    "Row 0 and column 0 are part of the image: inside is 0 <= row and row < H.",
    inside=lambda row, column, H, W: 0 < row < H and 0 < column < W,
)
mistake(
    "padding not taken off",
    "Output (0, 0) looks at row -pad: the window begins at i * stride - pad.",
    corner=lambda i, j, stride, pad: (i * stride, j * stride),
)
mistake(
    "padding added",
    "The padding lies before the image, so rows are smaller by it: i * stride - pad.",
    corner=lambda i, j, stride, pad: (i * stride + pad, j * stride + pad),
)
mistake(
    "stride forgotten",
    "Neighbouring outputs look at windows that are `stride` pixels apart.",
    corner=lambda i, j, stride, pad: (i - pad, j - pad),
)
mistake(
    "n and k swapped",
    "All filters of image 0 come before image 1 in memory.",
    place=lambda t, N, K, OH, OW: (t // (OH * OW) % N, t // (N * OH * OW), t // OW % OH, t % OW),
)
mistake(
    "i and j swapped",
    "j changes fastest: it is the remainder by OW.",
    place=lambda t, N, K, OH, OW: (t // (K * OH * OW), t // (OH * OW) % K, t % OH, t // OH % OW),
)
mistake(
    "the filter turned by 180 degrees",
    "Tap (fh, fw) of the filter meets the pixel that lies fh down and fw across: nothing is flipped here.",
    tap=lambda fh, fw, FH, FW: (FH - 1 - fh, FW - 1 - fw),
)
mistake("only the first channel", "A filter reaches through all C channels.", channels=lambda C: range(1))
mistake(
    "bias forgotten", "Each output starts from, or ends with, the bias of its filter.", begin=lambda b, k: 0
)
mistake("the first bias for all", "Filter k has the bias b[k].", begin=lambda b, k: b[0])


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
    mistakes=tuple(mistakes),
)
