"""The curves of a training: the loss and the share of right answers, as some hundred points to draw."""

from __future__ import annotations

from array import array

import numpy as np

from cs_conv.geometry import Array

POINTS = 160
"""The most points of a curve."""

MARKS = 12
"""The most changes that are remembered on the curve."""


class History:
    """Losses and shares of right answers of all steps, the exams between them, and what was changed."""

    def __init__(self) -> None:
        self._losses, self._right = array("d"), array("d")
        self._exams: list[tuple[int, float, float]] = []
        self.marks: list[tuple[int, str]] = []

    @property
    def steps(self) -> int:
        """How many steps have been taken."""
        return len(self._losses)

    def step(self, loss: float, right: float) -> None:
        """Note a step: its loss in nats, and the share of its images that were right, 0 to 1."""
        self._losses.append(loss)
        self._right.append(right)

    def exam(self, loss: float, right: float) -> None:
        """Note what images that are held out gave."""
        self._exams.append((self.steps, loss, right))

    def mark(self, what: str) -> None:
        """Note a change."""
        self.marks = [*self.marks, (self.steps, what)][-MARKS:]

    def curves(self) -> dict[str, Array]:
        """The points to draw.

        at, loss, right: (n,), steps, and the means of the steps around them. tested: (m, 3), the step, the
        loss and the share of right answers of each exam.
        """
        bins = min(self.steps, POINTS)
        edges = np.linspace(0, self.steps, bins + 1).astype(int)
        widths = np.diff(edges)
        exams = np.array(self._exams, float).reshape(-1, 3)
        return {
            "at": (edges[:-1] + edges[1:] + 1) / 2,
            "loss": _means(self._losses, edges, widths),
            "right": _means(self._right, edges, widths),
            "tested": exams[np.linspace(0, len(exams) - 1, min(len(exams), POINTS)).astype(int)],
        }


def _means(values: array[float], edges: Array, widths: Array) -> Array:
    if not len(widths):
        return np.empty(0)
    sums: Array = np.add.reduceat(np.array(values), edges[:-1])
    return sums / widths
