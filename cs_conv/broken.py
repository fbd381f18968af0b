"""Small trainings with a planted fault, to be recognised by their curves.

Each of them trains a small network on 400 clothes of 14x14 pixels for 20 epochs, which takes about a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from cs_conv import im2col
from cs_conv.cores import one_core
from cs_conv.data import fashion_mnist
from cs_conv.data.dataset import Dataset
from cs_conv.geometry import Array
from cs_conv.layers import Conv, FullyConnected, MaxPool, ReLU, softmax_loss
from cs_conv.network import Network
from cs_conv.training import SGD

FAULTS: dict[str, str] = {
    "rate x 30": "the rate is 30 times as large as it should be",
    "rate / 1000": "the rate is 1,000 times smaller than it should be",
    "zero weights": "all weights and biases begin at 0",
    "shuffled labels": "the images have each other's labels",
    "sorted images": "every epoch goes through the classes one after the other",
    "no db": "the gradients of all biases are 0",
    "dx not turned": "dx of every convolution is computed with filters that are not turned",
}
"""The faults by name. The curves of the last one do not give it away; `line_up` has the others."""

HUNTED = tuple(FAULTS)[:-1]
IMAGES, BATCH, EPOCHS, RATE = 400, 40, 20, 0.03


@dataclass
class Run:
    """The curves of one training.

    losses: one a step, of the batch. train, test: the part of the images that is classified rightly after
    each epoch, 0 to 1. weights, biases: how far they are from where they began after each epoch, as the root
    of the mean square over all of them.
    """

    losses: list[float] = field(default_factory=list)
    train: list[float] = field(default_factory=list)
    test: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    biases: list[float] = field(default_factory=list)


def train_with(fault: str = "", seed: int = 0) -> Run:
    """Train with a fault of `FAULTS`, or with none; ValueError with their names if it is neither."""
    if fault and fault not in FAULTS:
        raise ValueError(f"there is no fault {fault!r}; the faults are {', '.join(map(repr, FAULTS))}")
    rng = np.random.default_rng(seed)
    data = _few_clothes(rng)
    if fault == "shuffled labels":
        rng.shuffle(data.train_labels)
    network = _network(data, seed, fault)
    rate = RATE * {"rate x 30": 30.0, "rate / 1000": 0.001}.get(fault, 1.0)
    optimiser, start = SGD(network, rate), _copies(network)
    run = Run()
    with one_core(), np.errstate(all="ignore"):
        for _ in range(EPOCHS):
            order = rng.permutation(IMAGES)
            if fault == "sorted images":
                order = np.argsort(data.train_labels, kind="stable")
            for chosen in order.reshape(-1, BATCH):
                scores = network.forward(data.train_images[chosen])
                loss, dscores = softmax_loss(scores, data.train_labels[chosen])
                network.backward_parameters(dscores)
                if fault == "no db":
                    _forget_db(network)
                optimiser.step()
                run.losses.append(loss)
            run.train.append(network.accuracy(data.train_images, data.train_labels))
            run.test.append(network.accuracy(data.test_images, data.test_labels))
            moved = {name: now - start[name] for name, now in _copies(network).items()}
            run.weights.append(_size(moved["w"]))
            run.biases.append(_size(moved["b"]))
    return run


def culprits(seed: int = 3) -> dict[str, str]:
    """Return the faults of `HUNTED` by the letters A to F, in an order that depends on the seed."""
    order = np.random.default_rng(seed).permutation(HUNTED)
    return {letter: str(fault) for letter, fault in zip("ABCDEF", order, strict=True)}


def line_up(seed: int = 3) -> Iterator[tuple[str, Run]]:
    """Yield each letter of `culprits` with its training."""
    for letter, fault in culprits(seed).items():
        yield letter, train_with(fault, seed)


def unturned_dx(dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0) -> Array:
    """Return a wrong dx, of a convolution whose filters are turned: (N, C, H, W)."""
    turned = np.ascontiguousarray(w[:, :, ::-1, ::-1])
    dx: Array = im2col.conv_backward(dout, x, turned, stride=stride, pad=pad)[0]
    return dx


def _unturned_backward(
    dout: Array, x: Array, w: Array, stride: int = 1, pad: int = 0
) -> tuple[Array, Array, Array]:
    _, dw, db = im2col.conv_backward(dout, x, w, stride=stride, pad=pad)
    return unturned_dx(dout, x, w, stride, pad), dw, db


def _few_clothes(rng: np.random.Generator) -> Dataset:
    """400 clothes to train with and 500 to test with, every second pixel of them."""
    whole = fashion_mnist()
    train = rng.choice(len(whole.train_images), IMAGES, replace=False)
    test = rng.choice(len(whole.test_images), 500, replace=False)
    return Dataset(
        whole.train_images[train][:, :, ::2, ::2],
        whole.train_labels[train],
        whole.test_images[test][:, :, ::2, ::2],
        whole.test_labels[test],
        whole.classes,
    )


def _network(data: Dataset, seed: int, fault: str) -> Network:
    kernels: Any = None
    if fault == "dx not turned":
        kernels = SimpleNamespace(conv_forward=im2col.conv_forward, conv_backward=_unturned_backward)
    layers = [Conv(8, 5, pad=2, kernels=kernels), ReLU(), MaxPool(2, 2), Conv(16, 3, kernels=kernels), ReLU()]
    network = Network([*layers, FullyConnected(len(data.classes))], data.shape, seed)
    if fault == "zero weights":
        for layer in network.layers:
            for parameter in layer.parameters.values():
                parameter[...] = 0
    return network


def _forget_db(network: Network) -> None:
    for layer in network.layers:
        if "b" in layer.gradients:
            layer.gradients["b"] = np.zeros_like(layer.gradients["b"])


def _copies(network: Network) -> dict[str, Array]:
    """All weights and all biases, each as one long array."""
    return {
        name: np.concatenate([p[name].ravel() for layer in network.layers if (p := layer.parameters)])
        for name in ("w", "b")
    }


def _size(array: Array) -> float:
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))
