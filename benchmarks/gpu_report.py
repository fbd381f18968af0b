"""What was measured on a GPU: for the terminal, for docs/gpu.md, and as a picture. All read one record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.tables import Row, Table, groups_of
from cs_conv.pictures.palette import BLACK, BLUE, GREY, ORANGE, SKY

Record = dict[str, Any]

COMMAND = "pytest -m gpu && cs-conv bench --gpu --record"
COLUMNS = ("ms", "× PyTorch", "× limit", "GB/s", "of copy", "TFLOP/s", "transfers, ms")
_LOOKS = {
    "arrays": (GREY, "v"),
    "direct": (ORANGE, "s"),
    "columns": (SKY, "D"),
    "tiled": (BLUE, "o"),
    "tensor": (BLUE, "*"),
    "kernels": (BLUE, "o"),
    "PyTorch": (BLACK, "x"),
}


def cells(row: Row) -> list[str]:
    """One row's numbers, as COLUMNS names them."""
    ratio = row["ratio_to_pytorch"]
    return [
        f"{row['median_s'] * 1e3:.3f}",
        "" if ratio is None else f"{ratio:.2f}",
        f"{row['ratio_to_limit']:.1f}",
        f"{row['bandwidth'] / 1e9:.0f}",
        f"{row['of_copy']:.0%}",
        f"{row['rate'] / 1e12:.2f}",
        f"{row['transfer_s'] * 1e3:.2f}",
    ]


def tables(record: Record) -> list[tuple[str, Table]]:
    """For each precision its name and its table."""
    made = []
    for (precision,), rows in groups_of(record["rows"], "precision").items():
        table = Table(precision, ["operation", "shape", "variant", *COLUMNS], words=3)
        for row in rows:
            named = f"{row['workload']} {row['operation']}", row["shape"], row["variant"]
            table.rows.append([*named, *cells(row)])
        made.append((precision, table))
    return made


def limits_sentence(record: Record, precision: str) -> str:
    """What this GPU can do at best."""
    limits = record["limits"]
    return (
        "Limits, measured in the same run: "
        f"matrix product {limits['products'][precision] / 1e12:.1f} TFLOP/s, "
        f"copying {limits['copy'] / 1e9:.0f} GB/s, to the GPU {limits['to_gpu'] / 1e9:.1f} GB/s "
        f"({limits['to_gpu_pinned'] / 1e9:.1f} from pinned memory), back {limits['from_gpu'] / 1e9:.1f} GB/s."
    )


def show(record: Record, console: Console | None = None) -> None:
    """Print the tables."""
    console = console or Console()
    console.print(", ".join(f"{key} {value}" for key, value in record["about"].items()))
    for precision, table in tables(record):
        console.print(table.printed(caption=limits_sentence(record, precision)))


def markdown(record: Record) -> str:
    """docs/gpu.md."""
    parts = [
        "# Measured on a GPU",
        f"Made by `{COMMAND}`; not edited by hand.",
        "| | |\n|---|---|\n" + "\n".join(f"| {key} | {value} |" for key, value in record["about"].items()),
        ABOUT,
    ]
    for precision, table in tables(record):
        parts += [f"## {precision}", limits_sentence(record, precision), table.markdown()]
    parts.append("![Operations a second of each variant, under this GPU's limits](gpu.png)")
    return "\n\n".join(parts) + "\n"


ABOUT = """\
Times are the medians of seven interleaved turns between CUDA events, warmed up, on data that no cache holds.
"× limit" holds a time against the longer of two: the operations of the direct algorithm at the speed of a
large matrix product, and the bytes (each input read once, each result written once) at the speed of a copy.
"GB/s" and "TFLOP/s" are those bytes and operations over the time. "transfers" is what carrying the inputs to
the GPU and the results back would cost, if every call did so; no time contains it. PyTorch computes in the
same precision, on the same arrays, and cuDNN may choose its fastest algorithm."""


def roofline(record: Record, file: Path) -> None:
    """Operations a second against operations a byte, one panel a precision."""
    import matplotlib.pyplot as plt
    import numpy as np

    groups, limits = groups_of(record["rows"], "precision"), record["limits"]
    figure, axes = plt.subplots(
        1, len(groups), figsize=(7.5 * len(groups), 6), squeeze=False, layout="constrained"
    )
    for side, ((precision,), rows) in zip(axes[0], groups.items(), strict=True):
        intensity = [row["operations"] / row["bytes_moved"] for row in rows]
        x = np.geomspace(min(intensity) / 2, max(intensity) * 2, 200)
        roof = np.minimum(limits["products"][precision], limits["copy"] * x)
        side.loglog(x, roof / 1e12, color=BLACK, label="limit: copying, then matrix product")
        for variant in dict.fromkeys(row["variant"] for row in rows):
            some = [
                (i, row["rate"] / 1e12)
                for i, row in zip(intensity, rows, strict=True)
                if row["variant"] == variant
            ]
            colour, marker = _LOOKS[variant]
            side.scatter(*zip(*some, strict=True), color=colour, marker=marker, label=variant, zorder=3)
        side.set(title=precision, xlabel="operations for each byte that must be moved")
        side.set_ylabel("operations reached, 10¹² a second")
        side.legend()
    about = record["about"]
    figure.suptitle(f"Under the roofline of {about['gpu']}, {about['date']}")
    figure.savefig(file, dpi=110)
    plt.close(figure)
