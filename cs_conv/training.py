"""Training: gradient descent on the parameters of a network, one batch of images at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cs_conv.cores import one_core
from cs_conv.data.dataset import Dataset
from cs_conv.geometry import Array
from cs_conv.layers import every_layer, in_training, softmax_loss
from cs_conv.network import Network
from cs_conv.pictures.progress import progress


class SGD:
    """Stochastic gradient descent with momentum: the velocity keeps a part of all earlier gradients.

    rate: how far a gradient of 1 moves a parameter. momentum: the part of its velocity that it keeps, 0 to 1.
    Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
    """

    def __init__(self, network: Network, rate: float = 0.01, momentum: float = 0.9) -> None:
        self.network, self.rate, self.momentum = network, rate, momentum
        self._velocity = _zeros_like_parameters(network)

    def step(self) -> None:
        """Move every parameter along its velocity, in place."""
        for parameter, gradient, (v,) in _together(self.network, self._velocity):
            v *= self.momentum
            v -= self.rate * gradient
            parameter += v


class Adam:
    """Steps of about equal size for every parameter: the mean gradient divided by its root mean square.

    rate: the size of a step. beta1, beta2: the part of the mean, and of the mean square, that is kept at each
    step, 0 to 1. eps: added to the root, so that nothing is divided by 0.
    Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
    """

    def __init__(
        self,
        network: Network,
        rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> None:
        self.network, self.rate, self.beta1, self.beta2, self.eps = network, rate, beta1, beta2, eps
        self._mean = _zeros_like_parameters(network)
        self._square = _zeros_like_parameters(network)
        self._steps = 0

    def step(self) -> None:
        """Move every parameter by about `rate`, in place."""
        self._steps += 1
        # Both averages start at zero; these divisions make up for it.
        mean_scale = 1 / (1 - self.beta1**self._steps)
        square_scale = 1 / (1 - self.beta2**self._steps)
        for parameter, gradient, (m, s) in _together(self.network, self._mean, self._square):
            m += (1 - self.beta1) * (gradient - m)
            s += (1 - self.beta2) * (gradient * gradient - s)
            parameter -= (self.rate * mean_scale) * m / (np.sqrt(square_scale * s) + self.eps)


Optimiser = SGD | Adam


@dataclass(frozen=True)
class Epoch:
    """The results of one pass over the training images."""

    number: int
    losses: list[float]  # one a batch, in nats
    test_accuracy: float  # 0 to 1
    seconds: float  # of training; the test is not counted

    def __str__(self) -> str:
        loss = sum(self.losses) / len(self.losses)
        accuracy = f"test accuracy {self.test_accuracy:.1%}"
        return f"epoch {self.number}: loss {loss:.3f}, {accuracy}, {self.seconds:.1f} s"


def train(
    network: Network, optimiser: Optimiser, data: Dataset, epochs: int, batch: int = 50, seed: int = 0
) -> Iterator[Epoch]:
    """Train, and yield an Epoch after each pass over the training images, in an order drawn from `seed`.

    The loop over this decides what to show, and may stop at any time: network and optimiser keep what was
    learned, and another loop goes on from there (with another seed for another order). batch: how many images
    for each step; the last batch of an epoch may be smaller. ValueError if it is less than 1. Matrix products
    run on one core (`cs_conv.cores`), and between epochs on as many as before.
    """
    if batch < 1:
        raise ValueError(f"a batch holds at least 1 image, not {batch}")
    for number in range(1, epochs + 1):
        # The order of an epoch depends on its number alone, so that a resumed training could repeat it.
        order = np.random.default_rng((seed, number)).permutation(len(data.train_images))
        with one_core():
            began = time.perf_counter()
            losses = _one_epoch(network, optimiser, data, order, batch, f"epoch {number} of {epochs}")
            seconds = time.perf_counter() - began
            accuracy = network.accuracy(data.test_images, data.test_labels)
        yield Epoch(number, losses, accuracy, seconds)


def step(network: Network, optimiser: Optimiser, images: Array, labels: Array) -> float:
    """Take one step on a batch of images (N, C, H, W) with labels (N,).

    Returns the loss of the batch before the step, in nats.
    """
    with in_training(network.layers):
        scores = network.forward(images)
    loss, dscores = softmax_loss(scores, labels)
    network.backward_parameters(dscores)
    optimiser.step()
    return loss


def _one_epoch(
    network: Network, optimiser: Optimiser, data: Dataset, order: Array, batch: int, title: str
) -> list[float]:
    """Take one step for each batch of images, in this order, and return the losses."""
    losses: list[float] = []
    starts = range(0, len(order), batch)
    with progress(title, len(starts)) as tell:
        for start in starts:
            chosen = order[start : start + batch]
            losses.append(step(network, optimiser, data.train_images[chosen], data.train_labels[chosen]))
            tell(losses[-1])
    return losses


def _zeros_like_parameters(network: Network) -> list[Array]:
    return [np.zeros_like(p) for layer in every_layer(network.layers) for p in layer.parameters.values()]


def _together(network: Network, *states: list[Array]) -> Iterator[tuple[Array, Array, tuple[Array, ...]]]:
    """Yield every parameter with its gradient and its arrays from each state."""
    pairs = (
        (parameter, layer.gradients[name])
        for layer in every_layer(network.layers)
        for name, parameter in layer.parameters.items()
    )
    for (parameter, gradient), state in zip(pairs, zip(*states, strict=True), strict=True):
        yield parameter, gradient, state
