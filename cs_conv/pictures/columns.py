"""Pictures of im2col: which window becomes which column, how large the matrices are, what a row reads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from cs_conv.pictures.grid import (
    CELL,
    draw_grid,
    frame,
    name_axes,
    new_figure,
    shade_padding,
    subplots,
)
from cs_conv.pictures.palette import BRIGHTNESS, FRAME, SECOND, THIRD, WINDOWS
from cs_conv.pictures.windows import windows_of

Array = NDArray[np.float64]
Size = tuple[int, int]


def show_columns(
    x: Array,
    size: Size,
    stride: int = 1,
    pad: int = 0,
    columns: Sequence[int] = (0,),
    labels: bool = False,
    channels: bool = False,
) -> None:
    """Draw images beside the matrix of their windows, and frame the windows that `columns` numbers.

    x: (N, C, H, W), small enough to read. With `labels`, the rows of the matrix are marked with c, fh, fw and
    its columns with n, i, j. A window has the colour of its column. With
    `channels`, the rows of each channel are framed instead.
    """
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = windows_of(padded, size, stride)  # (N, C, OH, OW, FH, FW)
    N, C, OH, OW, FH, FW = windows.shape
    cols = windows.transpose(1, 4, 5, 0, 2, 3).reshape(C * FH * FW, N * OH * OW)
    images, matrix = _side_by_side(padded.shape, cols.shape)
    limit = float(np.abs(x).max())
    for n, c in np.ndindex(N, C):
        draw_grid(images[n][c], padded[n, c], title=_image_title(n, c, N, C), limit=limit)
        shade_padding(images[n][c], padded.shape[2:], pad)
        name_axes(images[n][c], "row", "column")
    draw_grid(matrix, cols, title=f"cols: {len(cols)} rows, {cols.shape[1]} columns", limit=limit)
    if labels:
        _label_lines(matrix, (C, FH, FW), (N, OH, OW))
    else:
        name_axes(matrix, "row r: a place in the window", "column m: a window")
    if channels:
        for c, color in zip(range(C), WINDOWS, strict=False):
            frame(matrix, c * FH * FW, 0, FH * FW, cols.shape[1], color)
            for n in range(N):
                frame(images[n][c], 0, 0, padded.shape[2], padded.shape[3], color)
    for position, m in enumerate(columns):
        n, i, j = (int(v) for v in np.unravel_index(m, (N, OH, OW)))
        color = WINDOWS[position % len(WINDOWS)]
        inset = 0.06 * position  # frames of windows that share a side stay apart
        frame(matrix, 0, m, len(cols), 1, color)
        for c in range(C):
            top, left = i * stride + inset, j * stride + inset
            frame(images[n][c], top, left, FH - 2 * inset, FW - 2 * inset, color)


def show_product(w_row: Array, cols: Array, k: int = 0, m: int = 0) -> None:
    """Draw w_row (K, R) times cols (R, M), the matrices side by side; row k and column m are framed.

    Their product, one number, is framed in the result.
    """
    product = w_row @ cols
    matrices = [w_row, cols, product]
    widths = [a.shape[1] for a in matrices]
    figure, axes = subplots(
        1,
        3,
        figsize=(CELL * (sum(widths) + 5), CELL * (len(cols) + 2)),
        gridspec_kw={"width_ratios": widths, "wspace": 0.2},
    )
    titles = ["w_row: a filter a row", "cols: a window a column", "w_row @ cols"]
    limit = max(float(np.abs(a).max()) for a in matrices)
    names = [("filter k", "row r of cols"), ("row r", "column m"), ("filter k", "column m")]
    for ax, matrix, title, lines in zip(axes, matrices, titles, names, strict=True):
        draw_grid(ax, matrix, title=title, limit=limit)
        name_axes(ax, *lines)
    frame(axes[0], k, 0, 1, widths[0], SECOND)
    frame(axes[1], 0, m, len(cols), 1, THIRD)
    frame(axes[2], k, m, 1, 1, FRAME)
    figure.subplots_adjust(left=0.03, right=0.99, bottom=0.08, top=0.88)


def show_sizes(K: int, rows: int, columns: int) -> None:
    """Draw the matrices of one layer as rectangles, true to scale: (K, rows) times (rows, columns)."""
    shapes = [(K, rows, "w_row"), (rows, columns, "cols"), (K, columns, "w_row @ cols")]
    gap = 0.12 * columns
    figure, ax = subplots(figsize=(11, 2.2))
    left = 0.0
    for (height, width, name), sign, color in zip(
        shapes, ("×", "=", ""), (SECOND, THIRD, FRAME), strict=True
    ):
        box = Rectangle((left, -height / 2), width, height, facecolor=color + "33", edgecolor=color)
        ax.add_patch(box)
        words = f"{name}\n{height} x {width}"
        ax.text(left + width / 2, rows / 2 + 0.02 * columns, words, ha="center", va="bottom", fontsize=10)
        ax.text(left + width + gap / 2, 0, sign, ha="center", va="center", fontsize=16)
        left += width + gap
    ax.set_xlim(-0.02 * columns, left - gap + 0.02 * columns)
    ax.set_ylim(-0.55 * rows, 1.1 * rows)
    ax.set_aspect("equal")
    ax.axis("off")
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02, top=0.98)


def show_scan(image: Array, size: Size, stride: int, column: int, row: int) -> None:
    """Show in an image (H, W), values 0 to 1, the pixels in one column and one row of its im2col matrix.

    A column holds a window: its pixels are bright, in an orange frame, and the rest is dimmed. A row holds
    one tap of all windows (blue). They share one pixel (black).
    """
    FH, FW = size
    windows = windows_of(image, size, stride)  # (OH, OW, FH, FW)
    OH, OW = windows.shape[:2]
    cols = windows.transpose(2, 3, 0, 1).reshape(FH * FW, OH * OW)
    (i, j), (fh, fw) = divmod(column, OW), divmod(row, FW)
    figure, (left, right) = subplots(1, 2, figsize=(10, 5.2), width_ratios=[2.3, 1])
    window = (slice(i * stride, i * stride + FH), slice(j * stride, j * stride + FW))
    _lit(left, image, window, "the image", ("row", "column"))
    _lit(
        right, cols, (slice(None), column), f"cols, {cols.shape[0]} x {cols.shape[1]}", ("row r", "column m")
    )
    read = np.stack(np.meshgrid(stride * np.arange(OW) + fw, stride * np.arange(OH) + fh), -1).reshape(-1, 2)
    left.scatter(*read.T, s=34, facecolor=THIRD, edgecolor="white", linewidth=0.8, zorder=2)
    frame(left, i * stride, j * stride, FH, FW, SECOND, linewidth=3)
    for color, width in (("white", 5.0), (FRAME, 2.5)):  # seen on dark pixels too
        frame(left, i * stride + fh, j * stride + fw, color=color, linewidth=width)
    frame(right, 0, column, len(cols), 1, SECOND, linewidth=1.5)
    frame(right, row, 0, 1, cols.shape[1], THIRD, linewidth=1.5)
    frame(right, row, column, color=FRAME, linewidth=1.5)
    figure.suptitle(
        f"column {column} is window (i, j) = ({i}, {j}); row {row} is the place ({fh}, {fw}) of every window",
        fontsize=11,
    )
    figure.subplots_adjust(left=0.06, right=0.98, bottom=0.1, top=0.87, wspace=0.12)


def _side_by_side(images: tuple[int, ...], matrix: tuple[int, ...]) -> tuple[list[list[Axes]], Axes]:
    """Make a figure with N x C Axes for images (N, C, H, W) on the left, and one for the matrix beside."""
    N, C, H, W = images
    width, height = C * (W + 0.8), N * (H + 1.2)
    figure = new_figure(
        figsize=(CELL * (width + matrix[1] + 3.5), CELL * (max(height, matrix[0] + 1.5) + 1)),
    )
    figure.set_layout_engine("constrained", wspace=0.06)
    halves = figure.add_gridspec(1, 2, width_ratios=[width, matrix[1] + 1.5])
    places = halves[0].subgridspec(N, C)
    grid = [[figure.add_subplot(places[n, c]) for c in range(C)] for n in range(N)]
    return grid, figure.add_subplot(halves[1])


def _image_title(n: int, c: int, N: int, C: int) -> str:
    if N == C == 1:
        return "the image"
    return f"image {n}, channel {c}" if N > 1 else f"channel {c}"


def _label_lines(ax: Axes, rows: tuple[int, ...], columns: tuple[int, ...]) -> None:
    """Mark every row with its c fh fw and every column with its n i j."""
    ax.set_yticks(range(int(np.prod(rows))), [" ".join(map(str, index)) for index in np.ndindex(*rows)])
    ax.set_xticks(
        range(int(np.prod(columns))), ["\n".join(map(str, index)) for index in np.ndindex(*columns)]
    )
    ax.tick_params(labelsize=9, labelbottom=True, labeltop=False)
    ax.set_ylabel("c fh fw", fontsize=10, family="monospace")
    ax.set_xlabel("n over i over j", fontsize=10)


def _lit(ax: Axes, values: Array, lit: tuple[slice, slice | int], title: str, names: tuple[str, str]) -> None:
    """Draw values from 0 to 1 in grey: the part `lit` as it is, the rest at half its brightness."""
    shown = values / 2
    shown[lit] = values[lit]
    ax.imshow(shown, **BRIGHTNESS)
    ax.set_title(title, fontsize=10)
    name_axes(ax, *names, fontsize=10)
