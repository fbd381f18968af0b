"""Pictures of speed: operations a second under a machine's two limits, and time against size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from cs_conv.pictures.grid import subplots
from cs_conv.pictures.palette import BLACK, BLUE, CURVES

MARKS = ("o", "s", "^", "D", "v", "P")

Point = tuple[float, float, float]
"""Operations, bytes, seconds."""


def show_roofline(
    points: Mapping[str, Point],
    peak: float,
    bandwidth: float,
    span: tuple[float, float] | None = None,
    lowest: float | None = None,
) -> None:
    """Draw how fast each way computes, under the two limits of the machine.

    points: for each name its operations, the bytes that it must move at least, and the seconds that it took.
    peak: operations a second. bandwidth: bytes a second. span, lowest: the operations per byte, and the
    lowest operations a second, that the axes show. Default: what fits the points. With them, pictures can be
    compared. Source: Williams, Waterman and Patterson, "Roofline", 2009.
    """
    _, ax = subplots(figsize=(8, 4.6))
    places = {name: (flops / moved, flops / seconds) for name, (flops, moved, seconds) in points.items()}
    _draw_roof(ax, span or _span([x for x, _ in places.values()], peak / bandwidth), peak, bandwidth)
    lowest = lowest or min([y for _, y in places.values()], default=peak / 1e3)
    ax.set_ylim(lowest / 3e9, 3 * peak / 1e9)
    heights = _apart([y / 1e9 for _, y in places.values()], (9 * peak / lowest) ** 0.055)
    for (name, (x, y)), height, color, mark in zip(
        places.items(), heights, _cycle(CURVES), _cycle(MARKS), strict=False
    ):
        ax.plot(x, y / 1e9, mark, color=color, markersize=9, markeredgecolor="white", zorder=4)
        share = 100 * y / min(peak, bandwidth * x)
        words = f"{name}: {_short(y / 1e9)} Gflop/s, {_short(share)}% of the limit"
        paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5}
        ax.text(1.35 * x, height, words, va="center", fontsize=9, color=color, bbox=paper)
    ax.set_xlabel("operations for each byte that has to be moved")
    ax.set_ylabel("Gflop/s (10⁹ operations a second)")


def _span(places: Sequence[float], ridge: float) -> tuple[float, float]:
    """Return the axis's ends: both sides of the ridge, with room for words to the right of each point."""
    return min([ridge / 20, *(x / 3 for x in places)]), 700 * max([ridge, *places])


def _draw_roof(ax: Axes, span: tuple[float, float], peak: float, bandwidth: float) -> None:
    """Draw the two limits: moving bytes on the left, computing on the right."""
    ridge, (left, right) = peak / bandwidth, span
    x = np.geomspace(left, right, 200)
    roof = np.minimum(peak, bandwidth * x) / 1e9
    ax.loglog(x, roof, color=BLACK, linewidth=2)
    ax.fill_between(x, roof, 1e6, color="0.92")
    ax.text(1.5 * ridge, 1.35 * peak / 1e9, f"matrix product: {_short(peak / 1e9)} Gflop/s", fontsize=9)
    ax.text(
        ridge / 2,
        0.72 * peak / 1e9,
        f"copying: {_short(bandwidth / 1e9)} GB/s",
        fontsize=9,
        ha="right",
    )
    ax.set_xlim(left, right)


def show_curves(x: Sequence[float], curves: Mapping[str, Sequence[float]], xlabel: str, ylabel: str) -> None:
    """Draw curves over the same x, both axes logarithmic; each is named at its right end."""
    _, ax = subplots(figsize=(7.5, 4))
    for (name, y), color, mark in zip(curves.items(), _cycle(CURVES), _cycle(MARKS), strict=False):
        ax.loglog(x, y, marker=mark, color=color)
        ax.annotate(f"  {name}", (x[-1], y[-1]), va="center", fontsize=9, color=color)
    ax.set_xlim(min(x) / 1.3, max(x) * (max(x) / min(x)) ** 0.35)
    ax.set_xticks(list(x), [f"{v:,}" for v in x], fontsize=8)
    ax.minorticks_off()
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.grid(alpha=0.3)


def show_bars(values: Mapping[str, float], xlabel: str, log: bool = False) -> None:
    """Draw a bar for each name, with its number beside it."""
    _, ax = subplots(figsize=(7.5, 0.5 + 0.5 * len(values)))
    names = list(values)
    ax.barh(names, [values[name] for name in names], color=BLUE, height=0.6, log=log)
    for place, name in enumerate(names):
        ax.annotate(
            f" {_short(values[name])}",
            (values[name], place),
            va="center",
            fontsize=9,
        )
    ax.invert_yaxis()
    ax.margins(x=0.15)
    ax.set_xlabel(xlabel)


def _apart(heights: Sequence[float], factor: float) -> list[float]:
    """Return heights for labels, from the lowest up, each at least `factor` times the one below."""
    placed: dict[int, float] = {}
    last = 0.0
    for number in sorted(range(len(heights)), key=lambda n: heights[n]):
        placed[number] = last = max(heights[number], factor * last)
    return [placed[number] for number in range(len(heights))]


def _cycle(things: Sequence[str]) -> list[str]:
    return list(things) * 10


def _short(value: float) -> str:
    """Return a number as text with two significant digits."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"
