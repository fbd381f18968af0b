"""The roofline: what each variant reaches on each workload, under the two limits of the machine.

Source: Williams, Waterman and Patterson, "Roofline: an insightful visual performance model for multicore
architectures", 2009. Theirs has operations a byte as its axis; many of our workloads have almost the same, so
each has a column instead, in that order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from benchmarks.tables import Row
from cs_conv.pictures.palette import BLACK, BLUE, GREEN, INK, LIGHT, LIGHTEST, ORANGE, PURPLE, SKY, VERMILION

# Shapes say the same as colours. Side by side in this order, in a column for each workload.
_LOOKS = {
    "im2col": (VERMILION, "o"),
    "winograd": (PURPLE, "D"),
    "PyTorch": (BLUE, "s"),
    "PyTorch channels last": (SKY, "v"),
    "ONNX Runtime": (ORANGE, "P"),
    "JAX": (GREEN, "^"),
    "mygrad": (INK, "x"),
    "numpy-ml": (INK, "+"),
    "SciPy": (INK, "1"),
}
_ANOTHER = (BLACK, "*")
_WIDTH = 0.8  # of a column, for all variants


def draw(rows: list[Row], file: Path) -> None:
    """Write the picture of the rows of one dtype and number of threads: forward above, backward below."""
    figure, sides = plt.subplots(2, 1, figsize=(13, 9.5), sharex=True, sharey=True, layout="constrained")
    works = _in_order(rows)
    variants = sorted({row["variant"] for row in rows}, key=lambda name: [*_LOOKS, name].index(name))
    for side, way in zip(sides, ("forward", "backward"), strict=True):
        _panel(side, [row for row in rows if row["operation"].endswith(way)], works, variants)
        side.set_title(way, loc="left", fontweight="bold")
        side.set_ylabel("operations reached, 10⁹ a second")
    reached = [_reached(row) for row in rows]
    gemm = rows[0]["gemm_limit"] / 1e9
    sides[0].set_ylim(min(reached) / 3, max(gemm, *reached) * 2)
    sides[1].set_xticks(range(len(works)), works, rotation=40, ha="right", rotation_mode="anchor")
    named = {name: handle for side in sides for handle, name in zip(*side.get_legend_handles_labels())}  # noqa: B905
    figure.legend(named.values(), named, loc="outside lower center", ncols=len(named), frameon=False)
    row = rows[0]
    threads = "one thread" if row["threads"] == 1 else f"{row['threads']} threads"
    figure.suptitle(
        f"Under the roofline: {row['dtype']}, {threads}\n{row['machine']}, {row['date']}", fontsize="medium"
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=100)
    plt.close(figure)


def _in_order(rows: list[Row]) -> list[str]:
    """The workloads, from what copying limits to what computing limits."""
    intensity = {row["workload"]: _intensity(row) for row in reversed(rows)}  # the forward pass comes first
    return sorted(intensity, key=lambda name: intensity[name])


def _intensity(row: Row) -> float:
    """Operations for each byte that must be moved."""
    return float(row["operations"] / row["bytes_moved"])


def _reached(row: Row) -> float:
    """10^9 operations a second."""
    return float(row["operations"] / row["median_s"] / 1e9)


def _panel(side: Axes, rows: list[Row], works: list[str], variants: list[str]) -> None:
    """One direction: the roof over each column, and in it a point for each variant."""
    side.set_yscale("log")
    side.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    side.set_xlim(-0.5, len(works) - 0.5)
    side.grid(axis="y", color=LIGHT)
    side.set_axisbelow(True)
    _roof(side, rows, works)
    beside = np.linspace(-_WIDTH / 2, _WIDTH / 2, len(variants) + 2)[1:-1]
    for variant, at in zip(variants, beside, strict=True):
        some = [row for row in rows if row["variant"] == variant]
        colour, marker = _LOOKS.get(variant, _ANOTHER)
        edge: dict[str, Any] = {} if marker in "x+1" else {"edgecolor": "white", "linewidth": 0.5}
        places = [works.index(row["workload"]) + at for row in some]
        heights = [_reached(row) for row in some]
        above = 5 - at  # where points meet, ours are seen
        side.scatter(places, heights, color=colour, marker=marker, s=44, zorder=above, label=variant, **edge)


def _roof(side: Axes, rows: list[Row], works: list[str]) -> None:
    """The lower of the two limits over each column, and the operations a byte that make it so."""
    if not rows:
        return
    gemm, copy = rows[0]["gemm_limit"] / 1e9, rows[0]["copy_limit"] / 1e9
    intensity = {row["workload"]: _intensity(row) for row in rows}
    edges = np.arange(len(works) + 1) - 0.5
    roof = [min(gemm, copy * intensity.get(name, np.nan)) for name in works]
    side.stairs(roof, edges, baseline=None, color=BLACK, linewidth=1.8, zorder=2)
    for column, name in enumerate(works):
        if column % 2:
            side.axvspan(edges[column], edges[column + 1], color=LIGHTEST, zorder=0)
        if name in intensity:
            digits = 2 if intensity[name] < 1 else 0
            place = {"transform": side.get_xaxis_transform(), "ha": "center"}
            side.text(column, 0.02, f"{intensity[name]:.{digits}f}", color=INK, fontsize=8, **place)
    words = f"the roof: computing {gemm:.0f} GFLOP/s, copying {copy:.1f} GB/s; below: operations a byte"
    side.set_title(words, loc="right", fontsize="medium", color=INK)
