"""Pictures of volumes: channels as cards, windows on a row of pixels, and a layer drawn to scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import NDArray

from cs_conv.pictures.grid import number, subplots
from cs_conv.pictures.palette import (
    BLACK,
    BRIGHTNESS,
    GREY,
    INK,
    LIGHTEST,
    PALE_BLUE,
    PALE_YELLOW,
    VERMILION,
    WINDOWS,
)

Array = NDArray[np.float64]


def show_channels(x: Array, titles: Sequence[str], place: tuple[int, int]) -> None:
    """Draw the channels of a volume (C, H, W), from 0 to 1, as cards one behind the other.

    A line goes through all of them at `place`, a row and a column: the depth column. `titles` names the
    channels.
    """
    C, H, W = x.shape
    right, up = 0.55 * W, 0.32 * H  # from one card to the next
    _, ax = subplots(figsize=(8, 8 * (H + C * up) / (W + C * right)))
    i, j = place
    for c in reversed(range(C)):
        left, top = c * right, -c * up
        ax.imshow(x[c], **BRIGHTNESS, extent=(left, left + W, top + H, top), zorder=2 * (C - c))
        edge = Rectangle((left, top), W, H, fill=False, edgecolor=BLACK, linewidth=1, zorder=2 * (C - c))
        ax.add_patch(edge)
        ax.text(left + W, top + H + 2, f"x[{c}]: {titles[c]}", ha="right", va="top", fontsize=9, zorder=20)
        ax.plot(left + j, top + i, "o", color=VERMILION, markersize=7, markeredgecolor="white", zorder=20)
    ends = np.array([-0.35, C - 0.1])
    ax.plot(ends * right + j, -ends * up + i, color=VERMILION, linewidth=1.5, zorder=19)
    label = (ends[1] * right + j + 4, -ends[1] * up + i)
    ax.text(*label, f"x[:, {i}, {j}]", color=VERMILION, fontsize=10, va="center", zorder=20)
    ax.set_xlim(-2, W + C * right)
    ax.set_ylim(H + 0.12 * H, -(C - 1) * up - 4)
    ax.axis("off")


def show_row(x: Array, w: Array, strides: Sequence[int], pad: int = 0) -> None:
    """Draw the outputs of one filter w (F,) above a row of pixels x (W,), once for each stride.

    Lines join each output to the pixels of its window. Outputs that do not fit are left out.
    """
    padded = np.pad(x, pad)
    figure, panels = subplots(1, len(strides), figsize=(4.6 * len(strides), 2.6), squeeze=False)
    for ax, stride in zip(panels[0], strides, strict=True):
        for t, value in enumerate(padded):
            inside = pad <= t < pad + len(x)
            _box(ax, t, 0, number(value), PALE_BLUE if inside else LIGHTEST, dashed=not inside)
        begins = range(0, len(padded) - len(w) + 1, stride)
        for n, begin in enumerate(begins):
            color = WINDOWS[n % len(WINDOWS)]
            centre = begin + (len(w) - 1) / 2
            for p in range(len(w)):
                ax.plot([begin + p, centre], [0.5, 1.9], color=color, linewidth=1.2)
            total = float(padded[begin : begin + len(w)] @ w)
            _box(ax, centre, 2.4, number(total), PALE_YELLOW)
        ax.set_title(f"stride {stride}: {len(begins)} outputs", fontsize=10)
        ax.set_xlim(-0.7, len(padded) - 0.3)
        ax.set_ylim(-0.7, 3.1)
        ax.set_aspect("equal")
        ax.axis("off")
    figure.tight_layout()


def _box(ax: Axes, x: float, y: float, words: str, fill: str, dashed: bool = False) -> None:
    """Draw a cell of side 1 around (x, y), with `words` in it."""
    style = "--" if dashed else "-"
    ax.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=fill, edgecolor=GREY, linestyle=style))
    ax.text(x, y, words, ha="center", va="center", fontsize=10)


class Box(NamedTuple):
    """A block of a volume: its first place and its extent, in pixels; depth counts channels."""

    row: float
    column: float
    height: float
    width: float
    depth: float


SLANT = 0.35
"""How far a column of pixels moves to the right, and up, in a picture to scale."""


def show_layer(size: int, C: int, F: int, stride: int, K: int, places: Sequence[tuple[int, int]]) -> None:
    """Draw a layer to scale: the input (C, size, size), the output of K filters FxF without padding.

    For each of `places`, a row and a column of the output, its depth column and its window are marked in one
    colour. Raises ValueError if the windows do not fit.
    """
    if (size - F) % stride or size < F:
        raise ValueError(f"windows of {F} pixels at stride {stride} do not fit {size} pixels")
    out = (size - F) // stride + 1
    gap = 60 + C + SLANT * size
    figure, ax = subplots(figsize=(9, 5))
    _draw_box(ax, 0, Box(0, 0, size, size, C), PALE_BLUE)
    low = (size - out) / 2  # both volumes have their middle at one height
    _draw_box(ax, gap, Box(low, 0, out, out, K), PALE_YELLOW)
    for n, (i, j) in enumerate(places):
        color = WINDOWS[n % len(WINDOWS)]
        window = Box(i * stride, j * stride, F, F, C)
        column = Box(low + i, j, 1, 1, K)
        _draw_box(ax, 0, window, color, marked=True)
        _draw_box(ax, gap, column, color, marked=True)
        begin, end = _corner(0, window, window.depth), _corner(gap, column, 0)
        ax.plot([begin[0], end[0]], [begin[1], end[1]], color=color, linewidth=1, linestyle=":")
    below = size + 8
    ax.text(0, below, f"input\n{size} x {size} x {C}", ha="left", va="top", fontsize=10)
    ax.text(gap, below, f"output\n{out} x {out} x {K}", ha="left", va="top", fontsize=10)
    ax.set_xlim(-8, gap + K + SLANT * out + 8)
    ax.set_ylim(size + 45, -SLANT * size - 8)
    ax.set_aspect("equal")
    ax.set_xlabel("depth goes to the right; all lengths in pixels or channels", fontsize=9, color=INK)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    figure.tight_layout()


def _corner(left: float, box: Box, depth: float) -> tuple[float, float]:
    """Where the first corner of a box lies in the picture, `depth` channels in."""
    return left + depth + SLANT * box.column, box.row - SLANT * box.column


def _draw_box(ax: Axes, left: float, box: Box, color: str, marked: bool = False) -> None:
    """Draw the three faces of a box that one sees: the front, the top and the side of the last channel."""
    x, y = _corner(left, box, 0)
    depth, slant, height = box.depth, SLANT * box.width, box.height
    front = [(x, y), (x + depth, y), (x + depth, y + height), (x, y + height)]
    top = [(x, y), (x + slant, y - slant), (x + slant + depth, y - slant), (x + depth, y)]
    side = [
        (x + depth, y),
        (x + depth + slant, y - slant),
        (x + depth + slant, y - slant + height),
        (x + depth, y + height),
    ]
    for face in (front, top, side):
        edge = color if marked else BLACK
        alpha = 0.9 if marked else 0.5
        ax.add_patch(Polygon(face, facecolor=color, edgecolor=edge, linewidth=0.8, alpha=alpha))
