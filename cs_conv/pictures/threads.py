"""Pictures of a GPU's threads: which output is whose, and which tiles a block fetches."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cs_conv.pictures.grid import subplots
from cs_conv.pictures.palette import GREY, PALE_RED, PALES, VERMILION


def show_owners(OH: int, OW: int, threads: int) -> None:
    """Draw the outputs of one filter, each with the number of its thread and the colour of its block."""
    figure, axes = subplots(figsize=(0.75 * OW + 2.6, 0.62 * OH + 0.9), layout="constrained")
    for t in range(OH * OW):
        i, j = divmod(t, OW)
        colour = PALES[t // threads % len(PALES)]
        axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=colour, edgecolor="white", linewidth=2))
        axes.text(j, i, str(t), ha="center", va="center", fontsize=11)
    blocks = -(-OH * OW // threads)
    for block in range(blocks):
        last = min((block + 1) * threads, OH * OW) - 1
        idle = (block + 1) * threads - 1 - last
        label = f"block {block}" + (f" ({idle} without work)" if idle else "")
        axes.scatter([], [], s=90, marker="s", color=PALES[block % len(PALES)], label=label)
    axes.set(xlim=(-0.5, OW - 0.5), ylim=(OH - 0.5, -0.5), xlabel="column j", ylabel="row i")
    axes.set(xticks=range(OW), yticks=range(OH), aspect="equal")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)


def show_tiles(M: int, D: int, N: int, tile: int, block: tuple[int, int], step: int) -> None:
    """Draw a (M, D) times b (D, N): the tiles that a block fetches in this step, and its outputs."""
    figure, sides = subplots(1, 3, figsize=(10, 4.6), width_ratios=[D, N, N], layout="constrained")
    row, column, depth = block[0] * tile, block[1] * tile, step * tile
    _matrix(sides[0], "a", M, D, tile, [(row, 0, tile, D, PALE_RED)], (row, depth))
    _matrix(sides[1], "b", D, N, tile, [(0, column, D, tile, PALE_RED)], (depth, column))
    _matrix(sides[2], "out", M, N, tile, [], (row, column))


def _matrix(
    side: Axes,
    name: str,
    rows: int,
    columns: int,
    tile: int,
    bands: list[tuple[int, int, int, int, str]],
    here: tuple[int, int],
) -> None:
    for top, left, height, width, colour in bands:
        side.add_patch(Rectangle((left, top), width, height, facecolor=colour))
    side.add_patch(Rectangle((here[1], here[0]), tile, tile, facecolor=VERMILION, alpha=0.75))
    for at in range(rows + 1):
        side.axhline(at, color=GREY, linewidth=1.6 if at % tile == 0 else 0.4)
    for at in range(columns + 1):
        side.axvline(at, color=GREY, linewidth=1.6 if at % tile == 0 else 0.4)
    side.set(xlim=(0, columns), ylim=(rows, 0), aspect="equal", title=f"{name}: {rows}x{columns}")
    side.set(xticks=np.arange(0, columns + 1, tile), yticks=np.arange(0, rows + 1, tile))
    side.set(xlabel="column", ylabel="row")
