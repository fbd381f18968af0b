"""tiled_product(a, b): a matrix product by blocks of 4x4 threads that share what they fetch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.draw import integers, reals, scattered
from autograder.checks.exercise import Case, Exercise, aspect
from cs_conv.threads import launch

TILE = 4


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


def with_tiles(
    a,
    b,
    blocks=lambda size: -(-size // TILE),
    steps=lambda depth: -(-depth // TILE),
    after_loading=True,
    after_use=True,
    leave_early=False,
    load_a=lambda row, column, y, x, d: (row, d + x),
    load_b=lambda row, column, y, x, d: (d + y, column),
    outside=0.0,
    asked="ab",
    write_asked=True,
    fresh=lambda total: total,
    times=lambda a_tile, b_tile, y, x, s: a_tile[y, s] * b_tile[s, x],
    target=lambda row, column: (row, column),
):
    """A right answer, every step of which can be exchanged for a wrong one."""
    (M, D), N = a.shape, b.shape[1]
    out = np.full((M, N), np.nan)  # as it is handed out
    matrices = {"a": a, "b": b}

    def fetch(name, place, before):
        matrix = matrices[name]
        inside = all(p < size for p, size in zip(place, matrix.shape, strict=True))
        if inside or name not in asked:
            return matrix[place]
        return before if outside is None else outside

    def kernel(block, thread, a_tile, b_tile):
        y, x = thread
        row, column = block[0] * TILE + y, block[1] * TILE + x
        if leave_early and (row >= M or column >= N):
            return
        total = 0.0
        for step in range(steps(D)):
            a_tile[y, x] = fetch("a", load_a(row, column, y, x, step * TILE), a_tile[y, x])
            b_tile[y, x] = fetch("b", load_b(row, column, y, x, step * TILE), b_tile[y, x])
            if after_loading:
                yield
            total = fresh(total)
            for s in range(TILE):
                total += times(a_tile, b_tile, y, x, s)
            if after_use:
                yield
        if not write_asked or (row < M and column < N):
            out[target(row, column)] = total

    launch(kernel, (blocks(M), blocks(N)), (TILE, TILE), a_tile=(TILE, TILE), b_tile=(TILE, TILE))
    return out


mistakes = Catalogue()


def mistake(name, advice, **changes):
    @mistakes.mistake(name, advice)
    def _(a, b):
        return with_tiles(a, b, **changes)


mistake(
    "no barrier after loading",
    "A thread multiplies numbers that others have not fetched yet: nobody may start before the whole tile "
    "is there.",
    after_loading=False,
)
mistake(
    "no barrier after use",
    "A quick thread fetches the next tile while others still multiply the last one. One step looks right; "
    "two do not. Wait before the tile is overwritten.",
    after_use=False,
)
mistake(
    "threads beyond the edge leave before the barrier",
    "They have no output, but they fetch for the others, and the others wait for them: only the writing at "
    "the end may be left out.",
    leave_early=True,
)
mistake(
    "beyond the edge nothing is fetched",
    "What a tile held before, or the NaN it began with, is then multiplied. Beyond the edge of a matrix "
    "write 0 into the tile: it adds nothing.",
    outside=None,
)
mistake("beyond the edge stands 1", "What adds nothing to a sum of products is 0, not 1.", outside=1.0)
mistake(
    "fetched without asking for the edge",
    "Matrices need not be a multiple of the tile: ask whether row and column exist before you read them.",
    asked="",
)
mistake(
    "a fetched without asking for the edge",
    "You ask before you read b. The rows and columns of a need not be a multiple of the tile either.",
    asked="b",
)
mistake(
    "b fetched without asking for the edge",
    "You ask before you read a. The rows and columns of b need not be a multiple of the tile either.",
    asked="a",
)
mistake(
    "written without asking for the edge",
    "The last blocks stand out over the result: only threads with an output may write.",
    write_asked=False,
)
mistake(
    "the last step left out",
    "The depth need not be a multiple of the tile either: round the number of steps up.",
    steps=lambda depth: depth // TILE,
)
mistake(
    "one step only",
    "A tile is only 4 deep: the block has to walk along the whole depth, step by step.",
    steps=lambda depth: 1,
)
mistake(
    "the last blocks left out",
    "Whole tiles leave a rest of rows and columns: round the number of blocks up.",
    blocks=lambda size: size // TILE,
)
mistake(
    "the sum starts again with every tile",
    "Each tile adds its part to the same output: set the sum to 0 once, before the loop over the steps.",
    fresh=lambda total: 0.0,
)
mistake(
    "always the first tile of a",
    "With every step the tile of a moves along its row: the depth belongs in the column of a.",
    load_a=lambda row, column, y, x, d: (row, x),
)
mistake(
    "always the first tile of b",
    "With every step the tile of b moves down its column: the depth belongs in the row of b.",
    load_b=lambda row, column, y, x, d: (y, column),
)
mistake(
    "the tile of b fetched for the wrong columns",
    "The columns of b are those of the result, block[1] * TILE + x; yours come from the thread alone.",
    load_b=lambda row, column, y, x, d: (d + y, x),
)
mistake(
    "the tile of a fetched for the wrong rows",
    "The rows of a are those of the result, block[0] * TILE + y; yours come from the thread alone.",
    load_a=lambda row, column, y, x, d: (y, d + x),
)
mistake(
    "the tile of b turned over",
    "Entry [y, x] of the tile holds row y and column x of b's part: in the sum b_tile[s, x] goes down a "
    "column.",
    times=lambda a_tile, b_tile, y, x, s: a_tile[y, s] * b_tile[x, s],
)
mistake(
    "number by number, not row by column",
    "A thread needs its row of the tile of a and its column of the tile of b: s runs along both.",
    times=lambda a_tile, b_tile, y, x, s: a_tile[y, x] * b_tile[y, x] if s == 0 else 0.0,
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
    mistakes=tuple(mistakes),
)
