"""Pictures of trainings: loss and accuracy, what the layers have learned, and the curves of a line-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from cs_conv.broken import Run
from cs_conv.pictures.grid import subplots
from cs_conv.pictures.palette import BLACK, BLUE, BRIGHTNESS, GREEN, GREY, LIGHT, SIGNED, VERMILION

LEAST = 1e-4
"""The bottom of the axis that says how far parameters have moved; what has not moved is drawn there."""


def show_training(losses: Sequence[float], accuracies: Sequence[float], limit: float | None = None) -> None:
    """Draw the loss of each step, with a mean over 20 of them, and the test accuracy after each epoch.

    losses: one a step. accuracies: one an epoch, 0 to 1. limit: an accuracy to reach, drawn as a line.
    """
    _, (left, right) = subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    steps = np.arange(1, len(losses) + 1)
    left.plot(steps, losses, color=GREY, linewidth=0.7, label="each step")
    width = min(20, len(losses))
    left.plot(
        steps[width - 1 :],
        np.convolve(losses, np.full(width, 1 / width), "valid"),
        color=BLUE,
        label=f"mean of {width}",
    )
    left.set(xlabel="step", ylabel="loss", ylim=(0, None))
    left.legend(fontsize=9)
    epochs = np.arange(1, len(accuracies) + 1)
    right.plot(epochs, accuracies, "o-", color=BLACK)
    if limit is not None:
        right.axhline(limit, color=VERMILION, linestyle="--", label=f"{limit:.0%}")
        right.legend(fontsize=9)
    right.set(xlabel="epoch", ylabel="test accuracy", xticks=epochs)
    for ax in (left, right):
        ax.grid(color=LIGHT)


def show_images(images: np.ndarray, titles: Sequence[str]) -> None:
    """Draw images (N, H, W) side by side, each with a title above it."""
    _, axes = subplots(
        1, len(images), figsize=(1.35 * len(images), 1.75), layout="constrained", squeeze=False
    )
    for ax, image, title in zip(axes[0], images, titles, strict=True):
        ax.imshow(image, **BRIGHTNESS)
        ax.set_title(title, fontsize=8)
        ax.set_axis_off()


def show_filters(w: np.ndarray) -> None:
    """Draw the first channel of each filter of w (K, C, FH, FW): orange below 0, purple above."""
    _, axes = subplots(1, len(w), figsize=(1.1 * len(w), 1.4), layout="constrained", squeeze=False)
    most = np.abs(w[:, 0]).max()
    for number, (ax, filter_) in enumerate(zip(axes[0], w[:, 0], strict=True)):
        ax.imshow(filter_, cmap=SIGNED, vmin=-most, vmax=most)
        ax.set_title(f"filter {number}", fontsize=8)
        ax.set_xticks([])
        ax.set_yticks([])


def show_runs(runs: Mapping[str, Run]) -> None:
    """Draw three pictures for each training, one below the other, with its name at the left.

    The loss of each step; the accuracy after each epoch; how far weights and biases have moved by then.
    """
    _, axes = subplots(
        len(runs), 3, figsize=(9.5, 1.65 * len(runs) + 0.4), sharex="col", layout="constrained", squeeze=False
    )
    for row, (name, run) in zip(axes, runs.items(), strict=True):
        _draw_losses(row[0], run)
        epochs = np.arange(1, len(run.train) + 1)
        row[1].plot(epochs, run.train, color=BLACK, label="training images")
        row[1].plot(epochs, run.test, "--", color=VERMILION, label="test images")
        row[1].set(ylim=(0, 1.02))
        for curve, style, color, label in (
            (run.weights, "-", BLUE, "weights"),
            (run.biases, ":", GREEN, "biases"),
        ):
            row[2].semilogy(epochs, np.maximum(curve, LEAST), style, color=color, linewidth=2, label=label)
        row[2].set(ylim=(LEAST * 0.8, 200), yticks=[1e-4, 1e-2, 1, 100])
        row[0].set_ylabel(name, rotation=0, fontsize=13, fontweight="bold", labelpad=22, va="center")
        for ax in row:
            ax.grid(color=LIGHT)
            ax.tick_params(labelsize=8)
    for ax, title in zip(axes[0], ("loss", "accuracy", "moved from the start"), strict=True):
        ax.set_title(title, fontsize=10)
    for ax, place in zip(axes[0, 1:], ("lower right", "upper right"), strict=True):
        ax.legend(fontsize=7, loc=place)
    for ax, words in zip(axes[-1], ("step", "epoch", "epoch"), strict=True):
        ax.set_xlabel(words)


def _draw_losses(ax: Axes, run: Run) -> None:
    ax.plot(np.arange(1, len(run.losses) + 1), run.losses, color=BLACK, linewidth=0.8)
    ax.set_ylim(0, 5)
    most = np.max(run.losses)  # nan if there is any, unlike max
    if not most <= 5:  # nan, too
        ax.text(0.98, 0.9, f"largest: {most:.0f}", transform=ax.transAxes, ha="right", va="top", fontsize=8)
