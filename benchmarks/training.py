"""How long an epoch of small networks takes, beside the same networks in PyTorch, if it is installed.

    python -m benchmarks.training [--network NAME] [--images N] [--epochs N] [--markdown FILE] [--json FILE]

Both start from the same weights and see the same batches of clothes in the same order, in turns of some
batches. Times are CPU time, on one thread. A ratio is that of one turn, so that what else the machine does at
the time concerns both.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks import machine
from benchmarks.measure import quartiles
from benchmarks.output import add_options, put_out
from benchmarks.tables import Row, Table
from cs_conv import zoo
from cs_conv.data import Dataset, fashion_mnist
from cs_conv.geometry import Array
from cs_conv.layers import (
    BatchNorm,
    Conv,
    FullyConnected,
    GlobalAveragePool,
    Layer,
    MaxPool,
    ReLU,
    Subsample,
    Sum,
)
from cs_conv.network import Network
from cs_conv.training import Adam, step

BATCH, RATE = 50, 1e-3
TURN = 10  # batches
SIDE = 32  # pixels: LeNet's images; the others see the 28x28 of the data


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    machine.keep_to(1)
    machine.keep_memory()
    rows = [row for name in given.network or NETWORKS for row in _measured(name, given.images, given.epochs)]
    put_out(_table(rows), rows, given)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--network", action="append", choices=list(NETWORKS), help="only this one; may be repeated"
    )
    parser.add_argument(
        "--images", type=int, default=10_000, help="in an epoch; default: 10,000, all there are"
    )
    parser.add_argument("--epochs", type=int, default=1)
    add_options(parser)
    given = parser.parse_args(arguments)
    if min(given.images, given.epochs) < 1:
        parser.error(f"--images {given.images} --epochs {given.epochs}: at least one of each is needed")
    return given


def _resnet() -> list[Layer]:
    """ResNet of CIFAR-10's kind with one block of 16, of 32 and of 64 filters (He et al., section 4.2)."""
    layers: list[Layer] = [Conv(16, 3, pad=1, bias=False), BatchNorm(), ReLU()]
    for K, stride in ((16, 1), (32, 2), (64, 2)):
        pad = 1 if stride == 1 else ((1, 0), (1, 0))
        body = [Conv(K, 3, stride, pad, bias=False), BatchNorm(), ReLU()]
        body += [Conv(K, 3, pad=1, bias=False), BatchNorm()]
        around = [Subsample(stride), Conv(K, 1, bias=False), BatchNorm()] if stride > 1 else []
        layers += [Sum(body, around), ReLU()]
    return [*layers, GlobalAveragePool(), FullyConnected(10)]


def _vgg() -> list[Layer]:
    """Two 3x3 convolutions of 16, of 32 and of 64 filters, with 2x2 poolings between, and two full layers."""
    blocks: list[list[Layer]] = [[Conv(K, 3, pad=1), ReLU(), Conv(K, 3, pad=1), ReLU()] for K in (16, 32, 64)]
    pooled = [*blocks[0], MaxPool(2, 2), *blocks[1], MaxPool(2, 2), *blocks[2]]
    return [*pooled, FullyConnected(128), ReLU(), FullyConnected(10)]


NETWORKS = {"LeNet-5": zoo.lenet, "small ResNet": _resnet, "small VGG": _vgg}


def _data(name: str, images: int) -> Dataset:
    """So many clothes to train with, and at most so many to test with; with a black margin for LeNet."""
    data = fashion_mnist()
    margin = (SIDE - data.shape[1]) // 2 if name == "LeNet-5" else 0
    sides = ((0, 0), (0, 0), (margin, margin), (margin, margin))
    return replace(
        data,
        train_images=np.pad(data.train_images[:images], sides),
        train_labels=data.train_labels[:images],
        test_images=np.pad(data.test_images[:images], sides),
        test_labels=data.test_labels[:images],
    )


def _measured(name: str, images: int, epochs: int) -> list[Row]:
    """A row for each contestant: seconds of each turn, losses, and the accuracy at the end."""
    data = _data(name, images)
    network = Network(NETWORKS[name](), data.shape)
    there = importlib.util.find_spec("torch") is not None
    contestants = [_Ours(network, data), *([_Theirs(network, data)] if there else [])]
    rows = [
        {"network": name, "variant": one.name, "images": len(data.train_images), "epochs": epochs,
         "parameters": network.size, "seconds": [], "losses": []} for one in contestants
    ]  # fmt: skip
    for epoch in range(epochs):
        order = np.random.default_rng(epoch).permutation(len(data.train_images))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        for first in range(0, len(batches), TURN):
            for one, row in zip(contestants, rows, strict=True):
                began = time.process_time()
                row["losses"] += [one.step(batch) for batch in batches[first : first + TURN]]
                row["seconds"].append(time.process_time() - began)
    for one, row in zip(contestants, rows, strict=True):
        row["accuracy"] = one.accuracy()
    return rows


class _Ours:
    name = "cs_conv"

    def __init__(self, network: Network, data: Dataset) -> None:
        self.network, self.data, self.optimiser = network, data, Adam(network, RATE)

    def step(self, chosen: Array) -> float:
        images, labels = self.data.train_images[chosen], self.data.train_labels[chosen]
        return step(self.network, self.optimiser, images, labels)

    def accuracy(self) -> float:
        return self.network.accuracy(self.data.test_images, self.data.test_labels)


class _Theirs:
    name = "PyTorch"

    def __init__(self, network: Network, data: Dataset) -> None:
        import torch

        from benchmarks.in_pytorch import in_pytorch

        torch.set_num_threads(1)
        self.torch, self.module, self.data = torch, in_pytorch(network), data
        self.images = torch.from_numpy(data.train_images)
        self.labels = torch.from_numpy(data.train_labels)
        self.optimiser = torch.optim.Adam(self.module.parameters(), lr=RATE)
        self.loss = torch.nn.CrossEntropyLoss()

    def step(self, chosen: Array) -> float:
        self.module.train()
        self.optimiser.zero_grad()
        loss = self.loss(self.module(self.images[chosen]), self.labels[chosen])
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def accuracy(self) -> float:
        self.module.eval()
        with self.torch.no_grad():
            scores = self.module(self.torch.from_numpy(self.data.test_images))
        return (scores.argmax(dim=1).numpy() == self.data.test_labels).mean().item()


def _table(rows: list[Row]) -> Table:
    """A line for each contestant in a network."""
    head = ["network", "variant", "ratio", "its quartiles", "s an epoch", "images a second", "test accuracy"]
    table = Table("Training, CPU time on one thread", head, words=2)
    for row in rows:
        basis = next((r for r in rows if r["network"] == row["network"] and r["variant"] == "PyTorch"), None)
        ratio = spread = ""
        if basis and basis is not row:
            ratios = [a / b for a, b in zip(row["seconds"], basis["seconds"], strict=True)]
            low, high = quartiles(ratios)
            ratio, spread = f"{statistics.median(ratios):.2f}", f"{low:.2f} to {high:.2f}"
        seconds = sum(row["seconds"]) / row["epochs"]
        speed = f"{row['images'] / seconds:,.0f}"
        first = row["network"] if row["variant"] == "cs_conv" else ""
        table.rows.append(
            [first, row["variant"], ratio, spread, f"{seconds:.2f}", speed, f"{row['accuracy']:.1%}"]
        )
    return table


if __name__ == "__main__":
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":  # BLAS reads that only as it loads: start again
        command = [sys.executable, "-m", "benchmarks.training", *sys.argv[1:]]
        os.execve(sys.executable, command, machine.environment(1))
    main()
