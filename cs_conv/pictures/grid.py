"""Draws arrays as grids: numbers, a colour for each, and frames around the cells that matter.

Signed values get a diverging colour map centred at 0 (orange below, white at 0, purple above), which
colour-blind people can read, too. One call draws one matrix into one Axes; `row_of_grids` makes a figure of
several.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cs_conv.pictures.palette import BLACK, FRAME, GREY, LIGHTEST, SIGNED

PALE = 1.7
"""How much wider the colour scale is than the values: numbers must stay readable on the strongest cell."""

CELL = 0.42
"""The side of one cell in inches, where a function chooses the size of a figure."""


_OWN: ContextVar[list[Figure] | None] = ContextVar("_OWN", default=None)


@contextmanager
def own_figures() -> Iterator[list[Figure]]:
    """In the `with` block, this thread draws into figures that pyplot does not know; yields their list."""
    figures: list[Figure] = []
    before = _OWN.set(figures)
    try:
        yield figures
    finally:
        _OWN.reset(before)


def new_figure(**options: Any) -> Figure:
    """Return a new figure, which a notebook shows by itself; `options` are those of `plt.figure`."""
    own = _OWN.get()
    if own is None:
        return plt.figure(**options)
    own.append(Figure(**options))
    return own[-1]


def subplots(
    *shape: int, figsize: tuple[float, float], layout: Any = None, **options: Any
) -> tuple[Figure, Any]:
    """Return a new figure, its size in inches, and its Axes; arguments are those of `plt.subplots`."""
    figure = new_figure(figsize=figsize, layout=layout)
    return figure, figure.subplots(*shape, **options)


def draw_grid(
    ax: Axes,
    values: Any,
    *,
    title: str = "",
    limit: float | None = None,
    numbers: bool | None = None,
    known: Any = None,
    axes: tuple[str, str] | None = None,
    index: bool = False,
    fontsize: float = 9,
) -> None:
    """Draw a matrix of shape (rows, columns) into `ax`, row 0 on top, cell (i, j) centred at x = j, y = i.

    `limit` is the absolute value of the strongest colour (default: the largest in `values`); give several
    grids the same one to make their colours comparable. `numbers` writes the values (default: up to 400
    cells). Cells that are False in `known` (rows, columns) or NaN stay empty. `axes` names the rows and
    columns; `index` writes their indices. ValueError if `values` is not a matrix.
    """
    matrix = np.asarray(values, dtype=float)
    if matrix.ndim != 2:
        raise ValueError(f"a grid shows a matrix, but this array has {matrix.ndim} axes: {matrix.shape}")
    shown = np.isfinite(matrix) if known is None else np.asarray(known, bool) & np.isfinite(matrix)
    top = _limit(matrix[shown]) if limit is None else limit
    image = np.ma.masked_array(matrix, ~shown)
    ax.imshow(image, cmap=_with_empty_cells(), vmin=-PALE * top, vmax=PALE * top, aspect="equal")
    _lines(ax, *matrix.shape)
    if numbers if numbers is not None else matrix.size <= 400:
        for i, j in np.argwhere(shown):
            words = ax.text(j, i, number(matrix[i, j]), ha="center", va="center", fontsize=fontsize)
            words.set_in_layout(False)  # measuring every number would double the time of a picture
    _labels(ax, matrix.shape, axes, index, fontsize)
    if title:
        ax.set_title(title, fontsize=fontsize + 1)


def frame(
    ax: Axes,
    row: float,
    column: float,
    height: float = 1,
    width: float = 1,
    color: str = FRAME,
    *,
    dashed: bool = False,
    linewidth: float = 2.5,
) -> None:
    """Frame the cells of a grid from (row, column), `height` cells down and `width` cells to the right."""
    ax.add_patch(
        Rectangle(
            (column - 0.5, row - 0.5),
            width,
            height,
            fill=False,
            edgecolor=color,
            linewidth=linewidth,
            linestyle="--" if dashed else "-",
            clip_on=False,
            zorder=3,
        )
    )


def shade(ax: Axes, row: float, column: float, height: float = 1, width: float = 1) -> None:
    """Hatch cells of a grid lightly, for example padding."""
    ax.add_patch(
        Rectangle(
            (column - 0.5, row - 0.5),
            width,
            height,
            facecolor="none",
            edgecolor=BLACK + "22",
            hatch="////",
            linewidth=0,
            zorder=1.5,
        )
    )


def shade_padding(ax: Axes, shape: Sequence[int], pad: int) -> None:
    """Hatch the rim of a grid of `shape` (rows, columns), `pad` cells wide."""
    if pad:
        height, width = shape
        shade(ax, 0, 0, pad, width)
        shade(ax, height - pad, 0, pad, width)
        shade(ax, pad, 0, height - 2 * pad, pad)
        shade(ax, pad, width - pad, height - 2 * pad, pad)


def row_of_grids(
    arrays: Sequence[Any],
    titles: Sequence[str] = (),
    *,
    same_colors: bool = False,
    cell: float = CELL,
    **options: Any,
) -> tuple[Figure, list[Axes]]:
    """Draw several matrices side by side, with cells of equal size; return the figure and its Axes.

    `same_colors` gives all grids one colour scale; `options` go to `draw_grid`.
    """
    matrices = [np.atleast_2d(np.asarray(a, dtype=float)) for a in arrays]
    if same_colors:
        options["limit"] = max(_limit(m[np.isfinite(m)]) for m in matrices)
    widths = [m.shape[1] for m in matrices]
    height = max(m.shape[0] for m in matrices)
    gap = 1.2
    size = (cell * (sum(widths) + gap * (len(widths) + 1)), cell * (height + 2.2))
    figure, axes = subplots(
        1, len(matrices), figsize=size, squeeze=False, gridspec_kw={"width_ratios": widths, "wspace": 0.25}
    )
    for i, (ax, matrix) in enumerate(zip(axes[0], matrices, strict=True)):
        draw_grid(ax, matrix, title=titles[i] if i < len(titles) else "", **options)
    return figure, list(axes[0])


def show_grids(arrays: Sequence[Any], titles: Sequence[str] = (), **options: Any) -> None:
    """Draw several matrices side by side: `row_of_grids` for the last line of a notebook's cell."""
    row_of_grids(arrays, titles, **options)


def name_axes(ax: Axes, row: str, column: str, fontsize: float = 8) -> None:
    """Write beside a grid what its rows and its columns count."""
    ax.set_ylabel(row, fontsize=fontsize)
    ax.set_xlabel(column, fontsize=fontsize)


def number(value: float) -> str:
    """Return a value as a short text: integers without a point, others with two digits."""
    if value == int(value) and abs(value) < 1e5:
        return str(int(value))
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.3g}"


def _limit(values: np.ndarray) -> float:
    """Return the largest absolute value, or 1 if there is none."""
    return float(np.abs(values).max(initial=0.0)) or 1.0


def _with_empty_cells() -> Colormap:
    return SIGNED.with_extremes(bad=LIGHTEST)


def _lines(ax: Axes, rows: int, columns: int) -> None:
    """Draw thin lines between the cells, without an Axes' frame; as one collection, since ticks are slow."""
    across = [((-0.5, i - 0.5), (columns - 0.5, i - 0.5)) for i in range(rows + 1)]
    down = [((j - 0.5, -0.5), (j - 0.5, rows - 0.5)) for j in range(columns + 1)]
    ax.add_collection(LineCollection(across + down, colors=GREY, linewidths=0.6))
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _labels(
    ax: Axes, shape: tuple[int, ...], axes: tuple[str, str] | None, index: bool, fontsize: float
) -> None:
    ax.set_yticks(range(shape[0]) if index else [])
    ax.set_xticks(range(shape[1]) if index else [])
    ax.tick_params(labelsize=fontsize - 2, top=False, bottom=False, labeltop=index, labelbottom=False)
    if axes is not None:
        name_axes(ax, *axes, fontsize=fontsize)
