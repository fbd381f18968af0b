"""What was measured, from rows as `--json` has them: tables for the terminal and for docs/benchmarks.md."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.goals import SPREAD
from benchmarks.machine import BUSY
from benchmarks.peers import LAYERS
from benchmarks.tables import Row, Table, groups_of

BASIS = "PyTorch"
BEST = "best of ours"


@dataclass(frozen=True)
class Line:
    """The rows of one workload in one direction, or in both, by variant."""

    workload: str
    direction: str
    shape: str
    rows: dict[str, list[Row]]  # forward and backward where both count

    def seconds(self, variant: str) -> float | None:
        """Medians, added."""
        found = self.rows.get(variant)
        return sum(row["median_s"] for row in found) if found else None

    def ratio(self, variant: str) -> float | None:
        """To PyTorch's time: the median of paired turns, or for both directions the ratio of the sums."""
        found = self.rows.get(variant)
        if found and len(found) == 1:
            return found[0]["ratio_to_pytorch"]
        ours, basis = self.seconds(variant), self.seconds(BASIS)
        return ours / basis if ours and basis else None


def lines(rows: Iterable[Row]) -> list[Line]:
    """Rows put together: forward, backward and both, for each workload in the order of the rows."""
    found: dict[str, dict[str, dict[str, Row]]] = {}
    shapes = {}
    for row in rows:
        way = row["operation"].rsplit("_", 1)[1]
        found.setdefault(row["workload"], {}).setdefault(way, {})[row["variant"]] = row
        shapes[row["workload"]] = row["shape"]
    made = []
    for workload, ways in found.items():
        for way, by_variant in ways.items():
            single = {variant: [row] for variant, row in by_variant.items()}
            made.append(Line(workload, way, shapes[workload], single))
        if len(ways) == 2:
            first, second = ways.values()
            both = {variant: [first[variant], second[variant]] for variant in first if variant in second}
            made.append(Line(workload, "both", shapes[workload], both))
    return made


def variants(rows: Iterable[Row]) -> list[str]:
    """In the order in which they appear."""
    return list(dict.fromkeys(row["variant"] for row in rows))


def groups(rows: list[Row]) -> list[tuple[str, int, list[Row]]]:
    """(dtype, threads, their rows): what belongs in one table."""
    return [(dtype, threads, some) for (dtype, threads), some in groups_of(rows, "dtype", "threads").items()]


def means(rows: list[Row]) -> dict[str, dict[str, float]]:
    """{"conv" or "pool": {variant: geometric mean of its ratios, both directions together}}.

    Only for variants that did every workload of their kind that PyTorch did, and for our best on each.
    """
    kinds = {row["workload"]: "conv" if row["operation"].startswith("conv") else "pool" for row in rows}
    ours = list(dict.fromkeys(row["variant"] for row in rows if row["variant_version"] == "cs_conv"))
    found: dict[str, dict[str, float]] = {}
    for kind in dict.fromkeys(kinds.values()):
        both = [line for line in lines(rows) if line.direction == "both" and kinds[line.workload] == kind]
        both = [line for line in both if BASIS in line.rows]
        ratios = {name: [line.ratio(name) for line in both] for name in variants(rows)}
        of_ours = [[ratios[name][i] or math.inf for name in ours] for i in range(len(both))]
        if len(ours) > 1:
            ratios[BEST] = [min(some) for some in of_ours]
        for name, some in ratios.items():
            if some and all(some):
                logs = [math.log(ratio) for ratio in some if ratio]
                found.setdefault(kind, {})[name] = math.exp(sum(logs) / len(logs))
    return found


def goals(rows: list[Row]) -> list[Row]:
    """For each goal what our layers reached: the geometric mean over the shapes, and the worst of them."""
    found = []
    of_goals = [row for row in rows if row["goal"] and row["variant"] in (LAYERS, BASIS)]
    for (goal, limit), some in groups_of(of_goals, "goal", "goal_ratio").items():
        last = {line.workload: line for line in lines(some)}  # both directions, where there are both
        ratios = {name: ratio for name, line in last.items() if (ratio := line.ratio(LAYERS))}
        if ratios:
            worst = max(ratios, key=lambda name: ratios[name])
            mean = math.exp(sum(math.log(ratio) for ratio in ratios.values()) / len(ratios))
            found.append({
                "goal": goal, "shapes": len(ratios), "mean": mean, "limit": limit,
                "worst": worst, "worst_ratio": ratios[worst], "worst_limit": SPREAD * limit,
            })  # fmt: skip
    return found


def _goals_table(title: str, rows: list[Row]) -> Table:
    """× PyTorch: mean and worst shape of each goal, with what is allowed beside it; what misses it is red."""
    table = Table(title, ["goal", "worst shape", "shapes", "mean", "limit", "worst", "limit"], words=2)
    for row in goals(rows):
        cells = [row["goal"], row["worst"], str(row["shapes"])]
        for ratio, limit in ((row["mean"], row["limit"]), (row["worst_ratio"], row["worst_limit"])):
            colour = "green" if ratio <= limit else "red"
            cells += [f"[{colour}]{ratio:.2f}[/]", f"{limit:.2f}"]
        table.rows.append(cells)
    return table


def milliseconds(seconds: float) -> str:
    """In ms, to three digits."""
    value = seconds * 1e3
    return f"{value:.0f}" if value >= 999.5 else f"{value:#.3g}".rstrip(".")


def tables(rows: list[Row]) -> list[Table]:
    """For the terminal: times, means, and how far the limits are, for each dtype and number of threads."""
    made = []
    for dtype, threads, some in groups(rows):
        about = f"{dtype}, {_threads(threads)}"
        ratios = ", and × PyTorch (quartiles)" if BASIS in variants(some) else ""
        made.append(_times(f"{about}: {_unit(some)}{ratios}", some, spread=True))
        if goals(some):
            made.append(_goals_table(f"{about}: × PyTorch, forward and backward", some))
        elif mean := means(some):
            made.append(_means(f"{about}: geometric mean of × PyTorch", some, mean))
        if not goals(some):
            made.append(_grid(f"{about}: time over the machine's limit", some, _over_limit))
        if counted := [row for row in some if row["peak_bytes"] is not None]:
            made.append(_grid(f"{about}: peak memory in MB", counted, _megabytes))
    return made


def _threads(threads: int) -> str:
    return "one thread" if threads == 1 else f"{threads} threads"


def _unit(rows: list[Row]) -> str:
    return "ms of CPU time" if rows[0]["clock"] == "process_time" else "ms"


def limits_sentence(row: Row) -> str:
    """What the machine can do at best."""
    gemm, copy = row["gemm_limit"] / 1e9, row["copy_limit"] / 1e9
    return f"matrix product {gemm:.0f} GFLOP/s, copying {copy:.1f} GB/s"


def markdown(rows: list[Row], picture: str | None = None) -> str:
    """docs/benchmarks.md: what, where, when and how, and the tables. picture: the roofline's path."""
    dates = sorted({row["date"] for row in rows})
    versions = dict.fromkeys(row["variant_version"] for row in rows if row["variant_version"] != "cs_conv")
    commands = dict.fromkeys(row["command"] for row in rows)
    parts = [
        "# Benchmarks",
        f"Measured on {' and '.join(dates)}: {rows[0]['machine']}; {', '.join(versions) or 'nobody else'}.",
        *_busy(rows),
        "This page is generated. These commands measured; `cs-conv bench --from FILE --markdown PAGE` wrote "
        "it from their files:",
        "\n".join(f"    {command}" for command in commands),
    ]
    if picture:
        parts.append(f"![The speed of each variant on each workload, and the machine's limits]({picture})")
    parts.append(ABOUT)
    for dtype, threads, some in groups(rows):
        parts.append(f"## {dtype}, {_threads(threads)}")
        parts.append(f"The machine's limits: {limits_sentence(some[0])}.")
        absent = "" if BASIS in variants(some) else " (PyTorch was not installed: no ratios)"
        parts.append(f"Time: {_unit(some)}, and in brackets the ratio to PyTorch's{absent}.")
        parts.append(_times("", some).markdown())
        if goals(some):
            parts.append("Goals: the geometric mean of the ratios over the shapes, and the worst shape:")
            parts.append(_goals_table("", some).markdown())
        elif mean := means(some):
            parts.append("Geometric mean of the ratios, forward and backward together:")
            parts.append(_means("", some, mean).markdown())
        parts.append("Time over the machine's limit:")
        parts.append(_grid("", some, _over_limit).markdown())
        if counted := [row for row in some if row["peak_bytes"] is not None]:
            parts.append("Peak memory in MB, above the arrays that a call is given:")
            parts.append(_grid("", counted, _megabytes).markdown())
    return "\n\n".join(parts) + "\n"


def _busy(rows: list[Row]) -> list[str]:
    load = max(row["load_before"] for row in rows)
    if load <= BUSY:
        return []
    return [
        f"Other programs ran at the same time (load {load:.1f} before). So times are longer than on a quiet "
        "machine, and ratios vary more, although both sides of a ratio were measured in turn."
    ]


ABOUT = """\
How it is measured:

- Each peer, which is a library or one of our variants, computes in a process of its own, on as many cores
  as it has threads. Each round begins with fresh processes. Within a round the peers take turns of a few
  calls each; slow ones make fewer calls. A time is the median of the turns. A ratio is the median of the
  ratios of the same turn. JAX, mygrad, numpy-ml and SciPy take part only in the first round and the first
  dtype; a workload that takes them longer than 0.3 s is called once.
- The results are first compared with those in float64 on the same data. A peer with wrong results is not
  timed.
- Every call gets other images and gradients than the call before, and there are more of them than the
  caches hold. The filters stay the same. Memory that a call frees stays with its process. Otherwise the
  times would depend on whether the C library returns it, and PyTorch's default layout would take up to
  four times as long.
- Backward is timed without forward. PyTorch keeps its graph and walks it again (`torch.autograd.grad`
  with `retain_graph`). JAX runs a compiled vector-Jacobian product, which for max pooling finds the
  maxima again. mygrad makes a new graph before each call, which is not timed. "Channels last" means that
  images and gradients are in that layout before the clock starts. ONNX Runtime only goes forward, and
  knows the filters beforehand.
- The limit of a workload is the longer of two times: its operations (of the direct algorithm) at the
  speed of a large square matrix product, and its bytes (each input read once, each result written once)
  at the speed of copying large arrays. Winograd's algorithm needs fewer operations.
- Memory is the peak of a process that makes one call, above what the process held just before. It is
  measured for our layers and for PyTorch's."""


def _times(title: str, rows: list[Row], spread: bool = False) -> Table:
    """Milliseconds of every variant, and the ratio to PyTorch's; with `spread` its quartiles."""

    def cell(line: Line, variant: str) -> str:
        seconds, ratio = line.seconds(variant), line.ratio(variant)
        assert seconds is not None
        if ratio is None or variant == BASIS:
            return milliseconds(seconds)
        colour = "green" if ratio <= 1 else "yellow" if ratio <= 1.5 else "red"
        text = f"{milliseconds(seconds)} [{colour}]({ratio:.2f})[/]"
        if spread and line.direction != "both" and line.rows[variant][0]["ratio_spread"]:
            first, third = line.rows[variant][0]["ratio_spread"]
            text += f" [dim]{first:.2f}-{third:.2f}[/]"
        return text

    return _grid(title, rows, cell, ("forward", "backward", "both"))


def _means(title: str, rows: list[Row], mean: dict[str, dict[str, float]]) -> Table:
    names = [name for name in [BEST, *variants(rows)] if any(name in found for found in mean.values())]
    table = Table(title, ["", *names])
    for kind, found in mean.items():
        table.rows.append([kind, *(f"{found[name]:.2f}" if name in found else "" for name in names)])
    return table


def _over_limit(line: Line, variant: str) -> str:
    return f"{line.rows[variant][0]['ratio_to_limit']:.1f}"


def _megabytes(line: Line, variant: str) -> str:
    return f"{line.rows[variant][0]['peak_bytes'] / 1e6:.0f}"


def _grid(
    title: str,
    rows: list[Row],
    cell: Callable[[Line, str], str],
    directions: tuple[str, ...] = ("forward", "backward"),
) -> Table:
    """A line for each workload and direction, a column for each variant; what was not timed stays empty."""
    names, named = variants(rows), ""
    table = Table(title, ["workload", "", *names], words=2)
    for line in lines(rows):
        if line.direction in directions:
            first = f"{line.workload}: {line.shape}" if line.workload != named else ""
            cells = [cell(line, name) if name in line.rows else "" for name in names]
            table.rows.append([first, line.direction, *cells])
            named = line.workload
    return table
