"""Pictures of measured slopes: lines through two points of a curve, and the error against the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes

from cs_conv.pictures.grid import subplots
from cs_conv.pictures.palette import BLACK, BLUE, GREEN, GREY, INK, LIGHT, PURPLE, VERMILION

MARKS = ("o", "s", "^", "D", "v", "P")


def show_secants(
    f: Callable[[np.ndarray], np.ndarray], x: float, h: float, slope: float | None = None
) -> None:
    """Draw the curve of f with the line from x to x + h on the left, and from x - h to x + h on the right.

    slope: that of the curve at x, drawn as a dashed line; none if the curve has a kink there.
    """
    _, axes = subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
    along = np.linspace(x - 1.5 * h, x + 1.5 * h, 201)
    for ax, left, words in ((axes[0], x, "to one side"), (axes[1], x - h, "to both sides")):
        ax.plot(along, f(along), color=BLACK, label="f")
        here = f(np.array([left, x + h]))
        measured = (here[1] - here[0]) / (x + h - left)
        if slope is not None:
            ax.plot(
                along, f(np.array([x])) + slope * (along - x), "--", color=GREY, label=f"true: {slope:.4g}"
            )
        ax.plot([left, x + h], here, "o-", color=VERMILION, label=f"measured: {measured:.4g}")
        ax.axvline(x, color=LIGHT, zorder=0)
        ax.set_xlabel("x")
        ax.set_title(words, fontsize=10)
        ax.legend(title="slope", fontsize=9)
    axes[0].set_ylabel("f(x)")


def show_errors(
    h: np.ndarray, errors: Mapping[str, np.ndarray], chosen: Mapping[str, float] | None = None
) -> None:
    """Draw the relative error of a numeric gradient against its step h, a curve for each name.

    errors: for each name one error for each step. chosen: for each name a step to mark.
    """
    _, ax = subplots(figsize=(8, 4), layout="constrained")
    for (name, values), color, mark in zip(
        errors.items(), (BLUE, VERMILION, GREEN, PURPLE), MARKS, strict=False
    ):
        shown = np.where(values > 0, values, np.nan)  # an error of 0 has no place on this axis
        ax.loglog(h, shown, color=color, marker=mark, markersize=4, label=name)
        if chosen and name in chosen:
            ax.axvline(chosen[name], color=color, linestyle="--")
            _words_at(ax, chosen[name], f" h = {chosen[name]:.1e}", color)
    ax.set_xlabel("step h")
    ax.set_ylabel("relative error of the gradient")
    ax.grid(color=LIGHT)
    ax.legend(fontsize=9)


def _words_at(ax: Axes, x: float, words: str, color: str) -> None:
    ax.text(x, 0.02, words, transform=ax.get_xaxis_transform(), color=color, fontsize=9)


def show_calls(calls: Mapping[str, int]) -> None:
    """Draw how many forward calls each way of checking takes, on a scale of powers of ten."""
    _, ax = subplots(figsize=(8, 0.5 + 0.45 * len(calls)), layout="constrained")
    names = list(calls)[::-1]
    ax.barh(names, [calls[name] - 0.5 for name in names], color=BLUE, left=0.5)
    for place, name in enumerate(names):
        ax.text(calls[name], place, f" {calls[name]:,}", va="center", color=INK)
    ax.set_xscale("log")
    ax.set_xlim(0.5, 4 * max(calls.values()))
    ax.set_xlabel("calls of forward")
