"""The command: `cs-conv bench`, or `python -m benchmarks` from the repository's folder."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import machine, peers, report, workloads
from benchmarks.goals import GOAL_WORKLOADS
from benchmarks.measure import BASIS, CLOCK, PROCESSOR, Failed, Found, Plan, measure, steps

WIDE = 200  # columns, where the output goes to a file
EXAMPLES = """\
examples:
  cs-conv bench --quick                              the main workloads, in about a minute
  cs-conv bench --workload W2 --workload 'max*'      some of them, thoroughly
  cs-conv bench --threads 2 --json two.json          everything, with two threads, kept as data
  cs-conv bench --goals --cpu-time --json goals.json the layers that have a goal, on a busy machine
  cs-conv bench --from one.json --from two.json --markdown page.md --plot roofline.png
"""


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="cs-conv bench",
        description="Time the layers beside PyTorch and other libraries that are installed, and beside what "
        "this machine can do at best.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="fewer workloads, repeats and peers; float32")
    parser.add_argument(
        "--workload", action="append", metavar="NAME", help="only this one, or a pattern; may be repeated"
    )
    parser.add_argument(
        "--variant", action="append", metavar="NAME", help="only this one of ours or theirs; may be repeated"
    )
    parser.add_argument("--dtype", action="append", choices=["float32", "float64"], help="both if not said")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="for each peer; 1 if not said")
    parser.add_argument("--rounds", type=int, metavar="N", help="of fresh processes; 3 if not said")
    parser.add_argument(
        "--goals", action="store_true",
        help="the layers that have a goal, and what our layers call beside PyTorch; float32",
    )  # fmt: skip
    parser.add_argument(
        "--cpu-time",
        action="store_true",
        help="count what a process computes, not how long it waits; one thread",
    )
    parser.add_argument("--no-memory", action="store_true", help="leave out the peak memory")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as a page")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the roofline (png or svg)")
    parser.add_argument(
        "--from", type=Path, action="append", metavar="FILE", dest="sources",
        help="measure nothing, show the rows of this JSON file; may be repeated: the first to know counts",
    )  # fmt: skip
    parser.add_argument("--gpu", action="store_true", help="on a GPU: more options with --gpu --help")
    parser.add_argument("--list", action="store_true", help="list workloads and variants")
    given = parser.parse_args(arguments)
    cores = os.cpu_count() or 1
    if not 1 <= given.threads <= cores:
        parser.error(f"--threads {given.threads}: this machine has {cores} cores; choose 1 to {cores}")
    if given.cpu_time and given.threads > 1:
        parser.error("--cpu-time adds the time of all threads up: leave out --threads")
    if given.rounds is not None and given.rounds < 1:
        parser.error(f"--rounds {given.rounds}: at least one is needed")
    for file in (given.json, given.markdown, given.plot):
        if file is not None and not file.absolute().parent.is_dir():
            parser.error(f"{file.absolute().parent} is no folder; make it, or write {file.name} elsewhere")
    try:
        among = GOAL_WORKLOADS if given.goals else workloads.WORKLOADS
        given.works = workloads.chosen(given.workload, given.quick, among)
        variants = given.variant or ([peers.LAYERS, BASIS] if given.goals else None)
        given.peers = peers.chosen(variants, given.quick)
    except ValueError as error:
        parser.error(str(error))
    return given


def _plan(given: argparse.Namespace, command: str) -> Plan:
    return Plan(
        works=given.works,
        dtypes=given.dtype or (["float32"] if given.quick or given.goals else ["float32", "float64"]),
        peers=given.peers,
        threads=given.threads,
        rounds=given.rounds or (1 if given.quick else 3),
        turns=6 if given.quick else 3,
        slow=[name for name in given.peers if peers.slow(name)],
        memory=[name for name in given.peers if peers.counted(name) and not (given.no_memory or given.goals)],
        clock=PROCESSOR if given.cpu_time else CLOCK,
        command=command,
    )


def _measure(plan: Plan, console: Console) -> Found:
    """Measure, and show how far it is; an interruption ends it and keeps what there is."""
    found, said = Found(plan), ""
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=steps(plan))

        def step(words: str) -> None:
            nonlocal said
            progress.update(task, description=words, advance=1 if said else 0)
            part = words.partition(":")[0]
            if part != said and not console.is_terminal:
                console.print(f"{part} ...", highlight=False)
            said = part

        try:
            measure(found, step)
        except KeyboardInterrupt:
            console.print("interrupted: what was measured until now follows")
        except Failed as failed:
            console.print(f"[red]{escape(str(failed))}[/]; what was measured until now follows")
    return found


def _advise(plan: Plan, console: Console) -> None:
    """What a person should know before believing the figures."""
    missing = [name for name in peers.LIBRARIES if name not in peers.installed()]
    if missing:
        console.print(f"not installed, so not timed: {', '.join(missing)}")
    if BASIS not in plan.peers:
        console.print(f"without {BASIS} there are no ratios, only times")
    if machine.load() > machine.BUSY:
        console.print(
            f"[yellow]this machine is busy (load {machine.load():.1f}): figures will be unsteady[/]"
        )


def _tell(found: Found, console: Console) -> bool:
    """Say who was not timed though they should have been; True where that is one of ours."""
    for sentence in found.wrong:
        console.print(f"[red]{escape(sentence)}[/]")
    ours = peers.ours()
    return any(reason in ("wrong", "failed") and name in ours for (_, name), reason in found.left_out.items())


def _list() -> None:
    for work in workloads.WORKLOADS + GOAL_WORKLOADS:
        print(f"{work.name:20}{work.kind:20}{work.shape:43}{work.about or work.goal}")
    print(f"variants: {', '.join(peers.ours() + peers.installed())}")


def _read(files: list[Path]) -> list[dict[str, Any]]:
    """The rows of all files; of rows about the same thing the first."""
    about = ("workload", "operation", "dtype", "threads", "variant")
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for file in files:
        try:
            for row in json.loads(file.read_text(encoding="utf-8"))["rows"]:
                rows.setdefault(tuple(row[name] for name in about), row)
        except (OSError, ValueError, TypeError, KeyError):
            sys.exit(f"cs-conv bench: {file} holds no measurements; name a file that --json wrote")
    return list(rows.values())


def _write(rows: list[dict[str, Any]], given: argparse.Namespace, console: Console) -> None:
    if given.json:
        kept = {"goals": report.goals(rows), "rows": rows}
        given.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    if given.markdown:
        picture = os.path.relpath(given.plot, given.markdown.parent) if given.plot else None
        given.markdown.write_text(report.markdown(rows, picture), encoding="utf-8")
    if given.plot:
        from benchmarks import roofline

        roofline.draw(report.groups(rows)[0][2], given.plot)
    for file in filter(None, (given.json, given.markdown, given.plot)):
        console.print(f"wrote {file}", highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure or read, show, write. 1 where a variant of ours is wrong or nothing was measured."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if "--gpu" in arguments:
        from benchmarks import gpu

        return gpu.main([argument for argument in arguments if argument != "--gpu"])
    given = _arguments(arguments)
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    if given.list:
        _list()
        return 0
    wrong = False
    if given.sources:
        rows = _read(given.sources)
    else:
        plan = _plan(given, shlex.join(["cs-conv", "bench", *arguments]))
        console.print(machine.describe(), highlight=False)
        _advise(plan, console)
        found = _measure(plan, console)
        rows = found.rows()
        wrong = _tell(found, console)
    if not rows:
        console.print("nothing was measured")
        return 1
    for table in report.tables(rows):
        console.print(table.printed())
    for dtype, threads, some in report.groups(rows):
        console.print(f"{dtype}, {threads} thread(s): {report.limits_sentence(some[0])}", highlight=False)
    _write(rows, given, console)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
