"""Pictures of a convolution: the window, the filter on it, the products, and the output they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cs_conv.pictures.grid import (
    draw_grid,
    frame,
    name_axes,
    number,
    shade_padding,
    subplots,
)
from cs_conv.pictures.palette import BRIGHTNESS, FRAME, GREEN, SECOND, SIGNED, THIRD

Array = NDArray[np.float64]

HEADING = 0.6
"""Inches above the grids for the sum."""


class Demo(NamedTuple):
    """A convolution small enough to follow by hand, with stride 2 and one ring of zeros."""

    x: Array  # (C, H, W) = (3, 5, 5)
    w: Array  # (K, C, FH, FW) = (2, 3, 3, 3)
    b: Array  # (K,) = (2,)
    out: Array  # (K, OH, OW) = (2, 3, 3)
    stride: int = 2
    pad: int = 1


def demo() -> Demo:
    """Return the worked example of the Stanford course CS231n: 3 channels, 2 filters, stride 2, pad 1."""
    x = _volume(
        "20210 21020 21100 00220 01020",
        "11020 12010 22211 21220 00120",
        "01012 02102 12200 10021 10200",
    )
    w0 = _volume("-01 -0- --1", "010 000 -11", "001 000 1--")
    w1 = _volume("111 110 10-", "-00 00- -1-", "-00 -01 01-")
    out = [[[1, 1, -5], [6, 2, -4], [2, 4, -3]], [[-2, -3, 3], [7, -7, 2], [0, 2, 0]]]
    return Demo(x, np.stack([w0, w1]), np.array([1.0, 0.0]), np.array(out, dtype=np.float64))


def _volume(*channels: str) -> Array:
    """Channels written as rows of digits, "-" for -1."""
    digits = [[[-1 if d == "-" else int(d) for d in row] for row in rows.split()] for rows in channels]
    return np.array(digits, dtype=np.float64)


def show_step(
    x: Array, w: Array, b: Array, out: Array, k: int, i: int, j: int, stride: int = 1, pad: int = 0
) -> None:
    """Draw how out[k, i, j] is computed: a row for each channel, from the window to the sum of its products.

    x: (C, H, W). w: (K, C, FH, FW). b: (K,). out: (K, OH, OW), shown up to (k, i, j).
    """
    _, C, FH, FW = w.shape
    padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad)))
    top, left = i * stride, j * stride
    products = padded[:, top : top + FH, left : left + FW] * w[k]  # (C, FH, FW)
    widths = [padded.shape[2], FW, FW, out.shape[2]]
    height = 0.32 * C * (padded.shape[1] + 1.6) + HEADING  # inches
    figure, axes = subplots(
        C, 4, figsize=(0.34 * (sum(widths) + 7), height), width_ratios=widths, squeeze=False
    )
    limit = float(np.abs(padded).max())
    for c in range(C):
        channel, weights, product, _ = axes[c]
        draw_grid(channel, padded[c], title=f"x[{c}], padded" if pad else f"x[{c}]", limit=limit)
        shade_padding(channel, padded.shape[1:], pad)
        frame(channel, top, left, FH, FW)
        draw_grid(weights, w[k, c], title=f"w[{k}, {c}]", limit=1.5)
        draw_grid(product, products[c], title=f"products: {number(products[c].sum())}", limit=limit)
        name_axes(channel, "row", "column")
        name_axes(weights, "row p", "column q")
    _draw_outputs(axes[:, 3], out, (k, i, j))
    terms = " + ".join(_bracketed(v) for v in [*products.sum(axis=(1, 2)), b[k]])
    figure.suptitle(
        f"out[{k}, {i}, {j}] = {terms} = {number(products.sum() + b[k])}    (the last term is the bias)"
    )
    figure.subplots_adjust(
        left=0.04, right=0.99, bottom=0.04, top=1 - HEADING / height, wspace=0.2, hspace=0.3
    )


def _bracketed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _draw_outputs(column: Iterable[Axes], out: Array, place: tuple[int, int, int]) -> None:
    """Draw the filters' outputs below each other, as far as they are computed; spare Axes stay empty."""
    k, i, j = place
    order = np.arange(out.size).reshape(out.shape)
    for f, ax in enumerate(column):
        if f >= len(out):
            ax.axis("off")
            continue
        known = order[f] <= order[k, i, j]
        draw_grid(ax, out[f], title=f"out[{f}]", limit=float(np.abs(out).max()), known=known)
        name_axes(ax, "row i", "column j")
        if f == k:
            frame(ax, i, j)


def show_windows(
    size: tuple[int, int], window: tuple[int, int], stride: int, places: Sequence[tuple[int, int]]
) -> None:
    """Draw the windows of the outputs `places` (at most 4 pairs i, j) in an image of `size` pixels."""
    _, ax = subplots(figsize=(0.42 * size[1] + 1.2, 0.42 * size[0] + 1.2))
    draw_grid(ax, np.zeros(size), axes=("row", "column"), index=True, numbers=False)
    for number_, ((i, j), color) in enumerate(zip(places, (FRAME, SECOND, THIRD, GREEN), strict=False)):
        frame(ax, i * stride, j * stride, *window, color, dashed=number_ % 2 == 1)
        ax.text(
            j * stride - 0.35,
            i * stride + 0.05,
            f"({i}, {j})",
            color=color,
            fontsize=9,
            weight="bold",
            va="center",
        )


def show_photograph(image: Array, title: str = "", ax: Axes | None = None) -> None:
    """Draw an image (H, W) or (H, W, 3) with values from 0 (black) to 1 (white)."""
    ax = subplots(figsize=(4.5, 3.6))[1] if ax is None else ax
    ax.imshow(image, **BRIGHTNESS)
    _pixels(ax, title)


def show_answer(answer: Array, title: str = "", ax: Axes | None = None, limit: float | None = None) -> None:
    """Draw a filter's output (H, W), which may be negative: white is 0, orange below, purple above."""
    ax = subplots(figsize=(4.5, 3.6))[1] if ax is None else ax
    limit = limit or float(np.quantile(np.abs(answer), 0.995)) or 1.0
    drawn = ax.imshow(answer, cmap=SIGNED, vmin=-limit, vmax=limit)
    bar = ax.figure.colorbar(drawn, ax=ax, fraction=0.036, pad=0.03)
    bar.ax.tick_params(labelsize=7)
    _pixels(ax, title)


def show_filter(image: Array, weights: Array, answer: Array, title: str = "") -> None:
    """Draw an image, a filter and its answer side by side. image, answer: (H, W). weights: (F, F)."""
    figure, (left, middle, right) = subplots(1, 3, figsize=(11, 3.4), width_ratios=[4, 2.2, 4])
    show_photograph(image, "the image", left)
    draw_grid(middle, weights, title=title or "the filter", fontsize=9 if len(weights) < 6 else 7)
    _show_as_it_is(answer, weights, "its answer", right)
    figure.tight_layout()


def show_bank(image: Array, filters: Array, answers: Array, titles: Sequence[str]) -> None:
    """Draw each filter above its answer. filters: (K, F, F). answers: (K, H, W)."""
    K = len(filters)
    figure, axes = subplots(2, K + 1, figsize=(2.75 * (K + 1), 4.6), height_ratios=[1, 2], squeeze=False)
    axes[0, 0].axis("off")
    show_photograph(image, "the image", axes[1, 0])
    for k in range(K):
        draw_grid(axes[0, k + 1], filters[k], title=titles[k], fontsize=7)
        _show_as_it_is(answers[k], filters[k], "", axes[1, k + 1])
    figure.tight_layout()


def _show_as_it_is(answer: Array, weights: Array, title: str, ax: Axes) -> None:
    """Draw a filter's output; as an image if the weights sum to 1, since they keep the brightness."""
    if abs(weights.sum() - 1) < 0.01:
        show_photograph(answer, title, ax)
    else:
        show_answer(answer, title, ax)


def _pixels(ax: Axes, title: str) -> None:
    ax.set_xlabel("column (pixels)", fontsize=8)
    ax.set_ylabel("row (pixels)", fontsize=8)
    ax.tick_params(labelsize=7)
    if title:
        ax.set_title(title, fontsize=10)
