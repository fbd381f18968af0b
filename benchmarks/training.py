"""How fast a small network learns, beside the same network in PyTorch where that is installed.

    python -m benchmarks.training [--epochs 3] [--threads 1] [--json FILE]

Both start from the same weights and see the same batches in the same order, turn by turn: one epoch ours, one
epoch theirs. The time is that of training alone; the accuracy is on the 2,000 test images.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from datetime import date
from pathlib import Path
from typing import Any

BATCH, RATE = 50, 2e-3


def main() -> None:
    arguments = _arguments()
    _limit_threads(arguments.threads)
    from rich.console import Console
    from rich.table import Table

    contestants = [_Ours(), *([_Theirs(arguments.threads)] if _has_torch() else [])]
    rows = []
    for number in range(1, arguments.epochs + 1):
        for contestant in contestants:
            rows.append({"variant": contestant.name, "epoch": number, **contestant.epoch(number)})
    table = Table(
        title=f"{platform.machine()}, {arguments.threads} thread(s), {date.today()}", title_justify="left"
    )
    for heading in ("variant", "epochs a second", "seconds an epoch", "test accuracy, epoch by epoch"):
        table.add_column(heading)
    for contestant in contestants:
        own = [row for row in rows if row["variant"] == contestant.name]
        seconds = statistics.median(row["seconds"] for row in own)
        accuracies = ", ".join(f"{row['test_accuracy']:.1%}" for row in own)
        table.add_row(contestant.name, f"{1 / seconds:.2f}", f"{seconds:.2f}", accuracies)
    Console(width=100).print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _limit_threads(count: int) -> None:
    """Start again with BLAS told how many threads to use: it reads that only as it loads."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != str(count):
        environment = os.environ | {"OPENBLAS_NUM_THREADS": str(count), "OMP_NUM_THREADS": str(count)}
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.training", *sys.argv[1:]], environment)


def _has_torch() -> bool:
    from importlib.util import find_spec

    if find_spec("torch") is None:
        print("PyTorch is not installed: ours alone")
        return False
    return True


def _network() -> Any:
    from cs_conv.data import fashion_mnist
    from cs_conv.layers import Conv, FullyConnected, MaxPool, ReLU
    from cs_conv.network import Network

    data = fashion_mnist()
    layers = [Conv(8, 3, pad=1), ReLU(), MaxPool(2, 2), Conv(16, 3, pad=1), ReLU(), MaxPool(2, 2)]
    return Network([*layers, FullyConnected(64), ReLU(), FullyConnected(10)], data.shape), data


class _Ours:
    name = "cs_conv"

    def __init__(self) -> None:
        from cs_conv.training import Adam

        self.network, self.data = _network()
        self.optimiser = Adam(self.network, RATE)

    def epoch(self, number: int) -> dict[str, float]:
        from cs_conv.training import train

        (epoch,) = train(self.network, self.optimiser, self.data, epochs=1, batch=BATCH, seed=number)
        return {"seconds": epoch.seconds, "test_accuracy": epoch.test_accuracy}


class _Theirs:
    name = "PyTorch"

    def __init__(self, threads: int) -> None:
        import torch
        from torch import nn

        torch.set_num_threads(threads)
        network, data = _network()
        self.torch = torch
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10)),
        )
        with torch.no_grad():
            for layer, ours in zip(self.layers, network_layers(network), strict=True):
                for key, name in (("w", "weight"), ("b", "bias")) if ours else ():
                    value = torch.from_numpy(ours[key])
                    getattr(layer, name).copy_(value.T if value.ndim == 2 else value)
        self.images, self.labels = torch.from_numpy(data.train_images), torch.from_numpy(data.train_labels)
        self.test_images = torch.from_numpy(data.test_images)
        self.test_labels = torch.from_numpy(data.test_labels)
        self.optimiser = torch.optim.Adam(self.layers.parameters(), lr=RATE)
        self.loss = nn.CrossEntropyLoss()

    def epoch(self, number: int) -> dict[str, float]:
        import time

        import numpy as np

        order = np.random.default_rng((number, 1)).permutation(
            len(self.images)
        )  # as cs_conv.training draws it
        began = time.perf_counter()
        for start in range(0, len(order), BATCH):
            chosen = self.torch.from_numpy(order[start : start + BATCH])
            self.optimiser.zero_grad()
            self.loss(self.layers(self.images[chosen]), self.labels[chosen]).backward()
            self.optimiser.step()
        seconds = time.perf_counter() - began
        with self.torch.no_grad():
            right = self.layers(self.test_images).argmax(dim=1) == self.test_labels
        return {"seconds": seconds, "test_accuracy": right.double().mean().item()}


def network_layers(network: Any) -> list[dict[str, Any]]:
    """Return the parameters layer by layer, with an empty place for PyTorch's Flatten."""
    parameters = [layer.parameters for layer in network.layers]
    return [*parameters[:6], {}, *parameters[6:]]


if __name__ == "__main__":
    main()
