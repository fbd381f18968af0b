"""Pictures of gradients: which outputs an input feeds, and how gradients come back the same way.

A convolution along a line is a table with a row for each output, a column for each input, and a weight in
each cell where the two are connected. Forward reads it by rows; backward reads it by columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cs_conv.pictures.grid import (
    CELL,
    draw_grid,
    frame,
    name_axes,
    number,
    row_of_grids,
    shade,
    shade_padding,
    subplots,
)
from cs_conv.pictures.palette import GREY, PALE_BLUE, PALE_YELLOW, PALES, SECOND


def show_table(
    filter_size: int,
    outputs: int,
    stride: int = 1,
    *,
    row: int | None = None,
    column: int | None = None,
    weight: int | None = None,
    dout: Sequence[float] | None = None,
) -> None:
    """Draw a convolution along a line as a table: outputs down, inputs across, weights where they meet.

    Frames one row (an output), one column (an input) or all places of one weight. `dout` (outputs,) is
    written beside the rows.
    """
    inputs = (outputs - 1) * stride + filter_size
    figure, ax = subplots(figsize=(CELL * 1.3 * (inputs + 4), CELL * 1.3 * (outputs + 1.5)))
    del figure
    _empty_cells(ax, outputs, inputs)
    for i in range(outputs):
        for p in range(filter_size):
            _named_cell(ax, i, i * stride + p, f"w[{p}]", PALES[p % len(PALES)])
            if weight == p:
                frame(ax, i, i * stride + p)
    if row is not None:
        frame(ax, row, row * stride, width=filter_size)
    if column is not None:
        frame(ax, 0, column, height=outputs)
    names = [f"out[{i}]" for i in range(outputs)]
    if dout is not None:
        names = [f"dout[{i}] = {number(float(d))}" for i, d in enumerate(dout)]
    ax.set_yticks(range(outputs), names, fontsize=10)
    ax.set_xticks(range(inputs), [f"x[{w}]" for w in range(inputs)], fontsize=10)
    ax.tick_params(length=0, labeltop=True, labelbottom=False)


def show_feeds(
    image: tuple[int, int],
    filter_size: tuple[int, int],
    pixel: tuple[int, int],
    stride: int = 1,
    pad: int = 0,
) -> None:
    """Draw which outputs a pixel feeds, and through which weight.

    image: (H, W). filter_size: (FH, FW). pixel: (row, column) of the image.
    """
    (H, W), (FH, FW) = image, filter_size
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    _, (left, right) = subplots(
        1, 2, figsize=(CELL * 1.5 * (W + OW + 2 * pad + 3), CELL * 1.5 * (max(H + 2 * pad, OH) + 1)),
        gridspec_kw={"width_ratios": [W + 2 * pad, OW]},
    )  # fmt: skip
    _empty_cells(left, H + 2 * pad, W + 2 * pad)
    shade_padding(left, (H + 2 * pad, W + 2 * pad), pad)
    h, w = pixel[0] + pad, pixel[1] + pad
    _named_cell(left, h, w, "x", PALE_YELLOW)
    frame(left, h, w)
    left.set_title(f"the image: pixel ({pixel[0]}, {pixel[1]})", fontsize=10)
    name_axes(left, "row", "column")
    _empty_cells(right, OH, OW)
    fed = 0
    for i in range(OH):
        for j in range(OW):
            p, q = h - i * stride, w - j * stride
            if 0 <= p < FH and 0 <= q < FW:
                _named_cell(right, i, j, f"w[{p},{q}]", PALE_BLUE)
                frame(right, i, j)
                fed += 1
    right.set_title(f"the outputs that it feeds: {fed} of {OH * OW}", fontsize=10)
    name_axes(right, "row i", "column j")


def show_arrival(
    dout: Any, w: Any, dx: Any, step: int, stride: int = 1, pad: int = 0, limit: float | None = None
) -> None:
    """Draw one step of the way back: the output that sends, what it sends, and dx so far.

    dout: (OH, OW). w: (FH, FW). dx: (H, W), what has arrived after outputs 0 to `step`, counted row by row;
    bold where this output has just added something. `limit` keeps the colours the same from step to step.
    """
    dout, w, dx = np.asarray(dout), np.asarray(w), np.asarray(dx)
    (H, W), (FH, FW) = dx.shape, w.shape
    i, j = divmod(step, dout.shape[1])
    sent = dout[i, j] * w
    _, axes = row_of_grids(
        [dout, sent, np.pad(dx.astype(float), pad, constant_values=np.nan)],
        [
            "dout",
            f"dout[{i},{j}] = {number(float(dout[i, j]))} times w",
            f"dx after {step + 1} of {dout.size} outputs",
        ],
        limit=limit or float(np.abs(dx).max() or 1),
        cell=1.25 * CELL,
    )
    frame(axes[0], i, j, color=SECOND)
    frame(axes[1], 0, 0, FH, FW, SECOND)
    frame(axes[2], i * stride, j * stride, FH, FW, SECOND)
    shade_padding(axes[2], (H + 2 * pad, W + 2 * pad), pad)
    names = [("row i", "column j"), ("row p", "column q"), ("row", "column")]
    for ax, (row, column) in zip(axes, names, strict=True):
        name_axes(ax, row, column)
    for words in axes[2].texts:
        p, q = (int(place) for place in np.subtract(words.get_position()[::-1], (i * stride, j * stride)))
        if 0 <= p < FH and 0 <= q < FW and sent[p, q]:
            words.set_fontweight("bold")


def show_dilated(dout: Any, stride: int, filter_size: tuple[int, int]) -> None:
    """Draw dout beside itself with stride - 1 zeros between its values and a rim of filter size - 1 around.

    dout: (OH, OW). The rim is hatched; the frame is the first place of the filter that slides over it.
    """
    dout, (FH, FW) = np.asarray(dout, dtype=float), filter_size
    OH, OW = dout.shape
    inner = ((OH - 1) * stride + 1, (OW - 1) * stride + 1)
    spread = np.zeros((inner[0] + 2 * (FH - 1), inner[1] + 2 * (FW - 1)))
    spread[FH - 1 :: stride, FW - 1 :: stride][:OH, :OW] = dout
    _, axes = row_of_grids([dout, spread], ["dout", "with zeros between and around"], same_colors=True)
    for h in range(spread.shape[0]):
        for w in range(spread.shape[1]):
            if not (FH - 1 <= h < FH - 1 + inner[0] and FW - 1 <= w < FW - 1 + inner[1]):
                shade(axes[1], h, w)
    frame(axes[1], 0, 0, FH, FW)
    for ax in axes:
        name_axes(ax, "row", "column")


def show_comparison(numeric: Any, yours: Any, name: str) -> None:
    """Draw a measured gradient, yours, and their difference, all (rows, columns), in one colour scale."""
    numeric, yours = np.atleast_2d(numeric), np.atleast_2d(yours)
    row_of_grids(
        [numeric, yours, yours - numeric],
        [f"{name}, measured", f"{name}, yours", "difference"],
        same_colors=True,
        cell=1.25 * CELL,
        axes=("row", "column"),
    )


def _empty_cells(ax: Axes, rows: int, columns: int) -> None:
    draw_grid(ax, np.zeros((rows, columns)), numbers=False)


def _named_cell(ax: Axes, i: int, j: int, text: str, color: str) -> None:
    ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=color, edgecolor=GREY, linewidth=0.6))
    ax.text(j, i, text, ha="center", va="center", fontsize=9)
