"""An exam: what a network says of images that it is not trained with, and which of its ReLUs never fire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cs_conv.data.dataset import Dataset
from cs_conv.geometry import Array
from cs_conv.layers import Layer, every_layer, softmax_loss
from cs_conv.live.engine.plan import WatchedReLU

IMAGES = 500
"""The held-out images of an exam, if it does not take too long."""

FEWEST = 20
"""An exam that takes too long ends after this many."""


class Exam:
    """Held-out images go through a network, a chunk at a time; afterwards the attributes are its results.

    loss: in nats. said, sure: (n,), the class with the largest score of each image, and its probability.
    right: (n,), whether it is the image's label. fired: for each ReLU, (units,), whether it was ever above 0;
    a channel of a volume is one unit. positive: for each ReLU, the share of its values above 0.
    """

    def __init__(self) -> None:
        self.loss = float("nan")
        self.said: Array = np.empty(0, int)
        self.sure: Array = np.empty(0)
        self.right: Array = np.empty(0, bool)
        self.fired: dict[Layer, Any] = {}
        self.positive: dict[Layer, float] = {}

    def take(self, layers: list[Layer], data: Dataset, chunk: int, late: Any) -> Iterator[None]:
        """Go through the images; stops after each layer. late(): whether it has taken long enough."""
        losses, said, sure = [], [], []
        done = 0
        while done < min(IMAGES, len(data.test_images)) and not (done >= FEWEST and late()):
            x = data.test_images[done : done + chunk]
            labels = data.test_labels[done : done + chunk]
            for layer in layers:
                x = layer.forward(x)
                self._watch(layer, len(labels))
                yield
            scores = x.reshape(len(x), -1)
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            probabilities = powers / powers.sum(axis=1, keepdims=True)
            losses.append(softmax_loss(scores, labels)[0] * len(labels))
            said.append(scores.argmax(axis=1))
            sure.append(probabilities.max(axis=1))
            done += len(labels)
        self.loss = sum(losses) / done
        self.said, self.sure = np.concatenate(said), np.concatenate(sure)
        self.right = self.said == data.test_labels[:done]
        self.positive = {layer: share / done for layer, share in self.positive.items()}

    def _watch(self, layer: Layer, images: int) -> None:
        for relu in every_layer([layer]):
            if isinstance(relu, WatchedReLU):
                above = relu.last > 0
                units = above.any(axis=(0, *range(2, above.ndim)))
                self.fired[relu] = units | self.fired.get(relu, np.False_)
                self.positive[relu] = self.positive.get(relu, 0.0) + images * float(above.mean())

    def dead(self, layer: Layer) -> float:
        """The share of the units of this layer's ReLUs that never fired; NaN without a ReLU."""
        return self._mean([1 - self.fired[r].mean() for r in every_layer([layer]) if r in self.fired])

    def active(self, layer: Layer) -> float:
        """The share of the values of this layer's ReLUs above 0; NaN without a ReLU."""
        return self._mean([self.positive[r] for r in every_layer([layer]) if r in self.positive])

    @staticmethod
    def _mean(shares: list[float]) -> float:
        return float(np.mean(shares)) if shares else float("nan")
