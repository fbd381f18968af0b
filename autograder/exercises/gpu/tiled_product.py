"""tiled_product(a, b): a matrix product by blocks of 4x4 threads that share what they fetch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.threads import launch


def reference(a, b):
    (M, D), N = a.shape, b.shape[1]
    out = np.zeros((M, N))
    for m in range(M):
        for n in range(N):
            for d in range(D):
                out[m, n] += float(a[m, d]) * float(b[d, n])
    return out


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(tag, about, M, D, N, draw=integers):
        return Case(tag, about, (draw(rng, M, D), draw(rng, D, N)))

    yield case("one", "one tile", 4, 4, 4)
    yield case("one", "one tile, real numbers", 4, 4, 4, reals)
    yield case("several", "two steps: 4x8 times 8x4", 4, 8, 4)
    yield case("several", "two blocks across", 4, 4, 8)
    yield case("several", "two blocks down", 8, 4, 4)
    yield case("several", "2x3 blocks, two steps", 8, 8, 12, reals)
    yield case("several", "three steps, real numbers", 8, 12, 4, reals)
    yield case("ragged", "a single number", 1, 1, 1)
    yield case("ragged", "5x4 times 4x4: one row too many", 5, 4, 4)
    yield case("ragged", "4x4 times 4x6: two columns too many", 4, 4, 6)
    yield case("ragged", "4x5 times 5x4: the second step is not full", 4, 5, 4)
    yield case("ragged", "nothing fits: 6x7 times 7x5", 6, 7, 5, reals)
    yield case("ragged", "a column times a row", 5, 1, 6, reals)
    a, b = reals(rng, 6, 5), reals(rng, 5, 7)
    yield Case("edges", "float32", (a.astype(np.float32), b.astype(np.float32)))
    yield Case("edges", "arrays that are not contiguous", (scattered(a), scattered(b)))


def tiled_product(a, b):
    """Return a times b, (M, N), computed by blocks of 4x4 threads through shared memory."""
    (M, D), N = a.shape, b.shape[1]
    out = np.full((M, N), np.nan)

    def kernel(block, thread, a_tile, b_tile):
        y, x = thread
        row, column = block[0] * 4 + y, block[1] * 4 + x
        total = 0.0
        for d in range(0, D, 4):
            a_tile[y, x] = a[row, d + x] if row < M and d + x < D else 0
            b_tile[y, x] = b[d + y, column] if d + y < D and column < N else 0
            yield
            for s in range(4):
                total += a_tile[y, s] * b_tile[s, x]
            yield
        if row < M and column < N:
            out[row, column] = total

    launch(kernel, (-(-M // 4), -(-N // 4)), (4, 4), a_tile=(4, 4), b_tile=(4, 4))
    return out


mistakes = Catalogue(tiled_product)

FROM_A = "a[row, d + x] if row < M and d + x < D else 0"
FROM_B = "b[d + y, column] if d + y < D and column < N else 0"

mistakes.change(
    "no barrier after loading",
    "A thread multiplies numbers that others have not fetched yet: nobody may start before the whole tile "
    "is there.",
    {"column < N else 0\nyield": "column < N else 0"},
)
mistakes.change(
    "no barrier after use",
    "A quick thread fetches the next tile while others still multiply the last one. One step looks right; "
    "two do not. Wait before the tile is overwritten.",
    {"* b_tile[s, x]\nyield": "* b_tile[s, x]"},
)
mistakes.change(
    "threads beyond the edge leave before the barrier",
    "They have no output, but they fetch for the others, and the others wait for them: only the writing at "
    "the end may be left out.",
    {"total = 0.0": "total = 0.0\nif row >= M or column >= N:\n    return"},
)
mistakes.change(
    "beyond the edge nothing is fetched",
    "What a tile held before, or the NaN it began with, is then multiplied. Beyond the edge of a matrix "
    "write 0 into the tile: it adds nothing.",
    {"d + x < D else 0": "d + x < D else a_tile[y, x]", "column < N else 0": "column < N else b_tile[y, x]"},
)
mistakes.change(
    "beyond the edge stands 1",
    "What adds nothing to a sum of products is 0, not 1.",
    {"d + x < D else 0": "d + x < D else 1", "column < N else 0": "column < N else 1"},
)
mistakes.change(
    "fetched without asking for the edge",
    "Matrices need not be a multiple of the tile: ask whether row and column exist before you read them.",
    {FROM_A: "a[row, d + x]", FROM_B: "b[d + y, column]"},
)
mistakes.change(
    "a fetched without asking for the edge",
    "You ask before you read b. The rows and columns of a need not be a multiple of the tile either.",
    {FROM_A: "a[row, d + x]"},
)
mistakes.change(
    "b fetched without asking for the edge",
    "You ask before you read a. The rows and columns of b need not be a multiple of the tile either.",
    {FROM_B: "b[d + y, column]"},
)
mistakes.change(
    "written without asking for the edge",
    "The last blocks reach beyond the result: only threads with an output may write.",
    {"if row < M and column < N:": "if True:"},
)
mistakes.change(
    "the last step left out",
    "The depth need not be a multiple of the tile either: round the number of steps up.",
    {"range(0, D, 4)": "range(0, D // 4 * 4, 4)"},
)
mistakes.change(
    "one step only",
    "A tile is only 4 deep: the block has to walk along the whole depth, step by step.",
    {"range(0, D, 4)": "range(0, 4, 4)"},
)
mistakes.change(
    "the last blocks left out",
    "Whole tiles leave a rest of rows and columns: round the number of blocks up.",
    {"(-(-M // 4), -(-N // 4))": "(M // 4, N // 4)"},
)
mistakes.change(
    "the sum starts again with every tile",
    "Each tile adds its part to the same output: set the sum to 0 once, before the loop over the steps.",
    {"for s in range(4)": "total = 0.0\nfor s in range(4)"},
)
mistakes.change(
    "always the first tile of a",
    "With every step the tile of a moves along its row: the depth belongs in the column of a.",
    {FROM_A: "a[row, x] if row < M and x < D else 0"},
)
mistakes.change(
    "always the first tile of b",
    "With every step the tile of b moves down its column: the depth belongs in the row of b.",
    {FROM_B: "b[y, column] if y < D and column < N else 0"},
)
mistakes.change(
    "the tile of b fetched for the wrong columns",
    "The columns of b are those of the result, block[1] * 4 + x; yours come from the thread alone.",
    {FROM_B: "b[d + y, x] if d + y < D and x < N else 0"},
)
mistakes.change(
    "the tile of a fetched for the wrong rows",
    "The rows of a are those of the result, block[0] * 4 + y; yours come from the thread alone.",
    {FROM_A: "a[y, d + x] if y < M and d + x < D else 0"},
)
mistakes.change(
    "the tile of b turned over",
    "Entry [y, x] of the tile holds row y and column x of b's part: in the sum b_tile[s, x] goes down a "
    "column.",
    {"b_tile[s, x]": "b_tile[x, s]"},
)
mistakes.change(
    "number by number, not row by column",
    "A thread needs its row of the tile of a and its column of the tile of b: s runs along both.",
    {"for s in range(4):\n    total += a_tile[y, s] * b_tile[s, x]": "total += a_tile[y, x] * b_tile[y, x]"},
)


exercise = Exercise(
    name="tiled_product",
    arguments=("a", "b"),
    parts=("out",),
    axes={"out": ("row m", "column n")},
    aspects=(
        aspect("one tile", 3, "one"),
        aspect("several tiles", 4, "several"),
        aspect("ragged edges", 3, "ragged", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=tiled_product,
    mistakes=tuple(mistakes),
)
