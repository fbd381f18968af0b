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

# Okabe and Ito's colours, which the colour-blind can tell apart; shapes say the same again.
_LOOKS = {
    "im2col": ("#D55E00", "o"),
    "winograd": ("#CC79A7", "D"),
    "PyTorch": ("#0072B2", "s"),
    "PyTorch channels last": ("#56B4E9", "v"),
    "JAX": ("#009E73", "^"),
    "ONNX Runtime": ("#E69F00", "P"),
}
_OTHERS = ("#666666", "x")
_GAP = 0.055  # of the axis: neighbours closer than this are moved apart, or their points would overlap


def draw(rows: list[Row], file: Path) -> None:
    """Write the picture of the rows of one dtype and number of threads: forward left, backward right."""
    figure, axes = plt.subplots(1, 2, figsize=(15, 7.2), sharey=True, layout="constrained")
    for side, way in zip(axes, ("forward", "backward"), strict=True):
        _panel(side, [row for row in rows if row["operation"].endswith(way)])
        side.set_title(way)
        side.set_xlabel("operations for each byte that must be moved")
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
    side.set(xscale="log", yscale="log")
    if not rows:
        return
    gemm, copy = rows[0]["gemm_limit"] / 1e9, rows[0]["copy_limit"] / 1e9
    intensity = {row["workload"]: row["operations"] / row["bytes_moved"] for row in rows}
    x = np.geomspace(min(intensity.values()) / 2.5, max(intensity.values()) * 2.5, 400)
    side.plot(x, np.minimum(gemm, copy * x), color="black", linewidth=1.8, zorder=2)
    side.text(x[-1], gemm * 1.25, f"matrix product: {gemm:.0f} GFLOP/s", ha="right", va="bottom")
    side.text(
        x[0] * 1.5, copy * x[0] * 1.8, f"copying: {copy:.1f} GB/s",
        rotation=np.degrees(np.arctan(copy)), rotation_mode="anchor", transform_rotates_text=True,
    )  # fmt: skip
    places = _apart(intensity, np.log(x[-1] / x[0]) * _GAP)
    reached = {id(row): row["operations"] / row["median_s"] / 1e9 for row in rows}
    for workload, place in places.items():
        column = [reached[id(row)] for row in rows if row["workload"] == workload]
        roof = min(gemm, copy * intensity[workload])
        side.plot([place, place], [min(column), max(*column, roof)], color="#bbbbbb", linewidth=0.8, zorder=1)
        side.annotate(
            workload, (place, min(column)), xytext=(0, -7), textcoords="offset points", rotation=90,
            ha="center", va="top", fontsize=9,
        )  # fmt: skip
    for variant in dict.fromkeys(row["variant"] for row in rows):
        some = [row for row in rows if row["variant"] == variant]
        colour, marker = _LOOKS.get(variant, _OTHERS)
        name = variant if variant in _LOOKS else "others"
        edge = {} if marker == "x" else {"edgecolor": "white", "linewidth": 0.6}
        side.scatter(
            [places[row["workload"]] for row in some], [reached[id(row)] for row in some],
            color=colour, marker=marker, s=62, zorder=3, label=name, **edge,
        )  # fmt: skip
    lowest = min(reached.values())
    side.set_ylim(lowest / 8, gemm * 2)
    side.grid(which="major", color="#eeeeee")
    side.set_axisbelow(True)


def _apart(intensity: dict[str, float], gap: float) -> dict[str, float]:
    """Where to draw each workload: at its intensity, or a little to the right of its neighbour."""
    places, last = {}, -np.inf
    for workload in sorted(intensity, key=lambda name: intensity[name]):
        last = max(float(np.log(intensity[workload])), last + gap)
        places[workload] = float(np.exp(last))
    return places
