"""Pictures of pooling: which window becomes which number, where its maximum was, where gradients go."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cs_conv.pictures.grid import (
    frame,
    name_axes,
    number,
    row_of_grids,
    subplots,
)
from cs_conv.pictures.palette import BRIGHTNESS, FRAME, SECOND, SIGNED, WINDOWS
from cs_conv.pictures.windows import windows_of

Array = NDArray[np.float64]
Size = tuple[int, int]


def show_shrinking(image: Array, times: int = 3) -> None:
    """Draw an image (H, W), values 0 to 1, and the result of 2x2 max pooling at stride 2, several times.

    All pictures have the same scale: a pixel on the right is as large as one on the left.
    """
    pictures = [image]
    for _ in range(times):
        pictures.append(windows_of(pictures[-1], (2, 2), 2).max(axis=(2, 3)))
    widths = [max(p.shape[1], 32) for p in pictures]
    _, axes = subplots(
        1, len(pictures), figsize=(11, 4.6), gridspec_kw={"width_ratios": widths, "wspace": 0.12}
    )
    H = len(image)
    for ax, picture, width in zip(axes, pictures, widths, strict=True):
        ax.imshow(picture, **BRIGHTNESS)
        ax.set_xlim(-0.5, width - 0.5)
        ax.set_ylim(H - 0.5, -0.5)
        ax.set_anchor("N")
        ax.axis("off")
        ax.set_title(f"{picture.shape[0]} x {picture.shape[1]}", fontsize=10)


def show_windows(x: Array, size: Size, stride: int) -> None:
    """Draw x (H, W) with every window framed and its maximum marked, and the output of max pooling.

    The output and the switches stand beside it; each of their cells has the colour of its window.
    """
    views = windows_of(x, size, stride)
    flat = views.reshape(*views.shape[:2], -1)
    switches = flat.argmax(axis=2)
    _, (left, *others) = row_of_grids(
        [x, flat.max(axis=2), switches],
        ["x", "out", "switches"],
        same_colors=True,
        index=True,
        cell=0.5,
    )
    name_axes(left, "row", "column")
    for ax in others:
        name_axes(ax, "row i", "column j")
    others[1].images[0].set_alpha(0.0)  # places have no sign and no size: no colour
    for i, j, color in _outputs(views.shape[0], views.shape[1]):
        _frame_window(left, i, j, size, stride, color)
        p, q = divmod(int(switches[i, j]), size[1])
        _mark(left, i * stride + p, j * stride + q, color)
        for ax in others:
            frame(ax, i, j, color=color, linewidth=2)


def show_routing(x: Array, dout: Array, size: Size, stride: int) -> None:
    """Draw the way back of max pooling on x (H, W): each value of dout (OH, OW) goes to its window's maximum.

    A pixel that is the maximum of several windows gets the sum; the cell shows it.
    """
    views = windows_of(x, size, stride)
    switches = views.reshape(*views.shape[:2], -1).argmax(axis=2)
    dx = np.zeros_like(x)
    for i, j in np.ndindex(*dout.shape):
        p, q = divmod(int(switches[i, j]), size[1])
        dx[i * stride + p, j * stride + q] += dout[i, j]
    _, (values, gradients, result) = row_of_grids(
        [x, dout, dx],
        ["x, forward", "dout: what arrives", "dx: where it goes"],
        index=True,
        cell=0.5,
        limit=float(max(np.abs(dout).max(), np.abs(dx).max())),
    )
    values.images[0].set_alpha(0.0)
    for ax in (values, result):
        name_axes(ax, "row", "column")
    name_axes(gradients, "row i", "column j")
    for i, j, color in _outputs(*dout.shape):
        p, q = divmod(int(switches[i, j]), size[1])
        _frame_window(values, i, j, size, stride, color)
        _mark(values, i * stride + p, j * stride + q, color)
        frame(gradients, i, j, color=color, linewidth=2)
        _mark(result, i * stride + p, j * stride + q, color)


def show_kinds(image: Array, size: Size, stride: int) -> None:
    """Draw an image (H, W), values 0 to 1, under max, average and L2 pooling, all at the same size.

    The L2 norm grows with the window, so it is drawn divided by the square root of the window's size.
    """
    views = windows_of(image, size, stride)
    kinds = {
        f"the image, {image.shape[0]} x {image.shape[1]}": image,
        "maximum": views.max(axis=(2, 3)),
        "average": views.mean(axis=(2, 3)),
        f"L2 norm / {number(np.sqrt(size[0] * size[1]))}": np.sqrt((views**2).mean(axis=(2, 3))),
    }
    _, axes = subplots(1, len(kinds), figsize=(11, 2.6), gridspec_kw={"wspace": 0.06})
    for ax, (title, picture) in zip(axes, kinds.items(), strict=True):
        ax.imshow(picture, **BRIGHTNESS)
        ax.axis("off")
        ax.set_title(title, fontsize=10)


def show_switches(image: Array, switches: NDArray[np.integer], dx: Array, size: Size, stride: int) -> None:
    """Draw the switches (OH, OW) as dots on an image (H, W), and the gradient dx (H, W) that they route back.

    The more windows chose a pixel, the larger is its dot. The first window is framed.
    """
    chosen = np.zeros(image.shape, int)
    for (i, j), k in np.ndenumerate(switches):
        chosen[i * stride + int(k) // size[1], j * stride + int(k) % size[1]] += 1
    rows, columns = np.nonzero(chosen)
    figure, (left, right) = subplots(1, 2, figsize=(11, 4.4), gridspec_kw={"wspace": 0.08})
    left.imshow(image, **BRIGHTNESS)
    left.scatter(columns, rows, s=7 * chosen[rows, columns], color=SECOND, linewidths=0)
    left.set_title(f"{switches.size} windows choose {len(rows)} of {image.size} pixels", fontsize=10)
    top = float(np.abs(dx).max()) or 1.0
    colors = right.imshow(dx, cmap=SIGNED, vmin=-top, vmax=top)
    right.set_title("dx: the gradient arrives there and nowhere else", fontsize=10)
    for ax in (left, right):
        frame(ax, 0, 0, *size, color=FRAME if ax is right else "white", linewidth=1.5)
        ax.set_xlabel("column", fontsize=9)
        ax.tick_params(labelsize=8)
        ax.locator_params(integer=True)
    left.set_ylabel("row", fontsize=9)
    figure.colorbar(colors, ax=[left, right], shrink=0.8, pad=0.02, label="gradient")


def _outputs(OH: int, OW: int) -> Iterator[tuple[int, int, str]]:
    for place, (i, j) in enumerate(np.ndindex(OH, OW)):
        yield i, j, WINDOWS[place % len(WINDOWS)]


def _frame_window(ax: Axes, i: int, j: int, size: Size, stride: int, color: str) -> None:
    """Frame one window, drawn in a little so that the frames of neighbours both show."""
    inset = 0.05 + 0.05 * ((i + j) % 2) + 0.03 * (i % 2)
    frame(
        ax,
        i * stride + inset,
        j * stride + inset,
        size[0] - 2 * inset,
        size[1] - 2 * inset,
        color,
        linewidth=2,
    )


def _mark(ax: Axes, row: int, column: int, color: str) -> None:
    """Draw a ring around a cell's number; a cell that is marked again gets a second, larger ring."""
    rings = sum(np.array_equal(c.get_offsets(), [[column, row]]) for c in ax.collections)
    size = (14 + 6 * rings) ** 2  # in square points
    ax.scatter(column, row, s=size, facecolors="none", edgecolors=color, linewidths=1.6, zorder=4)
