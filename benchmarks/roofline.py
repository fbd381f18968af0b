"""The roofline: what each variant reaches on each workload, under the two limits of the machine.

Source: Williams, Waterman and Patterson, "Roofline: an insightful visual performance model for multicore
architectures", 2009.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

Row = dict[str, Any]

# Okabe and Ito's colours, which the colour-blind can tell apart; shapes say the same again. Side by side in
# this order, in a column for each workload.
_LOOKS = {
    "PyTorch": ("#0072B2", "s"),
    "PyTorch channels last": ("#56B4E9", "v"),
    "im2col": ("#D55E00", "o"),
    "winograd": ("#CC79A7", "D"),
    "ONNX Runtime": ("#E69F00", "P"),
    "JAX": ("#009E73", "^"),
}
_OTHERS = ("#666666", "x")
_BESIDE = 0.11  # of a column: from one variant's points to the next one's


def draw(rows: list[Row], file: Path) -> None:
    """Write the picture of the rows of one dtype and number of threads: forward left, backward right."""
    figure, axes = plt.subplots(1, 2, figsize=(15, 7.5), sharey=True, layout="constrained")
    for side, way in zip(axes, ("forward", "backward"), strict=True):
        _panel(side, [row for row in rows if row["operation"].endswith(way)])
        side.set_title(way)
        side.set_xlabel("workload, and its operations for each byte that must be moved")
    axes[0].set_ylabel("operations reached, 10⁹ a second")
    handles: dict[str, Any] = {}
    for side in axes:
        for handle, name in zip(*side.get_legend_handles_labels(), strict=True):
            handles.setdefault(name, handle)
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=min(len(handles), 9))
    row = rows[0]
    threads = "one thread" if row["threads"] == 1 else f"{row['threads']} threads"
    figure.suptitle(f"Under the roofline: {row['dtype']}, {threads}. {row['machine']}, {row['date']}")
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=110)
    plt.close(figure)


def _panel(side: Axes, rows: list[Row]) -> None:
    """A column for each workload, in the order of what limits it: from copying to computing."""
    side.set_yscale("log")
    if not rows:
        return
    gemm, copy = rows[0]["gemm_limit"] / 1e9, rows[0]["copy_limit"] / 1e9
    intensity = {row["workload"]: row["operations"] / row["bytes_moved"] for row in rows}
    works = sorted(intensity, key=lambda name: intensity[name])
    roof = [min(gemm, copy * intensity[name]) for name in works]
    edges = np.arange(len(works) + 1) - 0.5
    side.stairs(roof, edges, baseline=None, color="black", linewidth=1.8, zorder=2)
    copied = sum(height < gemm for height in roof)  # so many are limited by copying
    if copied:
        side.text(-0.4, roof[copied - 1] * 1.3, f"limited by copying, {copy:.1f} GB/s", va="bottom")
    if copied < len(works):
        side.text(edges[copied], gemm * 1.15, f"limited by computing, {gemm:.0f} GFLOP/s", va="bottom")
    side.set_xticks(range(len(works)), [f"{name}   {intensity[name]:.3g}" for name in works], rotation=90)
    side.set_xlim(-0.6, len(works) - 0.4)
    reached = {id(row): row["operations"] / row["median_s"] / 1e9 for row in rows}
    names = sorted({row["variant"] for row in rows}, key=lambda name: [*_LOOKS, name].index(name))
    for number, variant in enumerate(names):
        some = [row for row in rows if row["variant"] == variant]
        colour, marker = _LOOKS.get(variant, _OTHERS)
        label = variant if variant in _LOOKS else "others"
        edge: dict[str, Any] = {} if marker == "x" else {"edgecolor": "white", "linewidth": 0.5}
        beside = _BESIDE * (min(number, len(_LOOKS)) - len(_LOOKS) / 2)
        side.scatter(
            [works.index(row["workload"]) + beside for row in some], [reached[id(row)] for row in some],
            color=colour, marker=marker, s=46, zorder=3, label=label, **edge,
        )  # fmt: skip
    side.set_ylim(min(reached.values()) / 1.7, max(gemm, *reached.values()) * 1.8)
    side.grid(axis="y", color="#e5e5e5")
    for edge_at in edges:
        side.axvline(edge_at, color="#eeeeee", linewidth=0.8, zorder=0)
    side.set_axisbelow(True)
