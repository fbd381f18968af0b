"""Times peers in turns, and makes rows of what was found.

Turns are interleaved: what disturbs the machine for a while disturbs everybody. Each round begins with fresh
processes, because a process can be lucky or unlucky for all its life. A ratio is made of two medians of the
same turn, so there is one for each turn, and its spread can be told.
"""

from __future__ import annotations

import datetime
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import machine, workloads
from benchmarks.goals import GOALS
from benchmarks.tables import Row
from benchmarks.worker import LIMITS, SLOWEST
from benchmarks.workloads import Workload

BASIS = "PyTorch"  # whose time is 1
REFERENCE = "layers"  # held against the loops by the tests of cs_conv; in float64 it judges everybody here
CLOCK, PROCESSOR = "perf_counter", "process_time"  # of Python's module time
CLOSE = {"float32": 1e-4, "float64": 1e-10}  # of the largest value; Winograd in float32 is off by 1e-5

Case = tuple[Workload, str, str]  # workload, dtype, direction


@dataclass(frozen=True)
class Plan:
    """What to measure and how often."""

    works: Sequence[Workload]
    dtypes: Sequence[str]
    peers: Sequence[str]
    threads: int = 1
    rounds: int = 3
    turns: int = 3  # a round
    seconds: float = 0.01  # a turn, or one call where that takes longer
    budget: float = 0.5  # seconds a round for one peer and case: slow calls have fewer turns
    slow: Sequence[str] = ()  # the peers who take part in the first round only, with the first dtype
    memory: Sequence[str] = ()  # the peers whose peak memory is counted
    clock: str = CLOCK  # PROCESSOR counts what a process computed, not what it waited: for busy machines
    command: str = ""  # as a person typed it

    @property
    def cases(self) -> list[Case]:
        return [(work, dtype, way) for work in self.works for dtype in self.dtypes for way in work.directions]


@dataclass
class Found:
    """What is known so far, by case and peer; it can be read at any time."""

    plan: Plan
    turns: dict[tuple[Case, str], dict[tuple[int, int], float]] = field(default_factory=dict)
    peaks: dict[tuple[Case, str], int] = field(default_factory=dict)
    errors: dict[tuple[Case, str], float] = field(default_factory=dict)
    left_out: dict[tuple[Case, str], str] = field(default_factory=dict)
    rough: dict[tuple[Case, str], float] = field(default_factory=dict)  # seconds a call, when checked
    wrong: list[str] = field(default_factory=list)
    gemm: dict[str, float] = field(default_factory=dict)
    copy: float = 0.0
    load: float = field(default_factory=machine.load)  # before it began
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def peers(self) -> list[str]:
        """Those that could be loaded."""
        return [name for name in self.plan.peers if name in self.versions]

    def rows(self) -> list[Row]:
        """One row for each workload, direction, dtype and variant that was timed."""
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        return [
            self._row(case, peer) | {"date": today, "machine": machine.describe()}
            for case in self.plan.cases
            for peer in self.plan.peers
            if (case, peer) in self.turns
        ]

    def _row(self, case: Case, peer: str) -> Row:
        work, dtype, way = case
        turns = self.turns[case, peer]
        basis = self.turns.get((case, BASIS), {})
        ratios = [turns[turn] / basis[turn] for turn in turns if turn in basis]
        median = statistics.median(turns.values())
        operations, moved = work.operations(way), work.moved(way, 4 if dtype == "float32" else 8)
        limit = max(operations / self.gemm[dtype], moved / self.copy)
        return {
            "workload": work.name,
            "operation": f"{work.kind}_{way}",
            "dtype": dtype,
            "threads": self.plan.threads,
            "variant": peer,
            "median_s": median,
            "spread": quartiles(list(turns.values())),
            "ratio_to_pytorch": statistics.median(ratios) if ratios else None,
            "ratio_spread": quartiles(ratios) if ratios else None,
            "ratio_to_limit": median / limit,
            "peak_bytes": self.peaks.get((case, peer)),
            "error": self.errors.get((case, peer)),
            "turns": len(turns),
            "shape": work.shape,
            "operations": operations,
            "bytes_moved": moved,
            "gemm_limit": self.gemm[dtype],
            "copy_limit": self.copy,
            "load_before": self.load,
            "goal": work.goal,
            "goal_ratio": GOALS.get(work.goal),
            "clock": self.plan.clock,
            "workloads_version": workloads.VERSION,
            "variant_version": self.versions.get(peer, ""),
            "command": self.plan.command,
        }


def quartiles(values: list[float]) -> list[float]:
    """The first and the third quartile; of a single value itself."""
    if len(values) < 2:
        return [values[0], values[0]]
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return [first, third]


class Failed(Exception):  # noqa: N818  (what happened to a peer, not an error of ours)
    """A peer's process could not do what it was asked."""


class Process:
    """One peer's process, and the talk with it."""

    def __init__(self, name: str, threads: int, clock: str = CLOCK) -> None:
        self.name = name
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115  (closed with the process)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", name, str(threads), clock],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            env=machine.environment(threads),
        )

    def ask(self, do: str, **what: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        self.send(do, **what)
        return self.answer()

    def send(self, do: str, **what: Any) -> None:
        """Send a request; others can be at work at the same time."""
        assert self._process.stdin
        with suppress(BrokenPipeError):  # then there is no answer
            self._process.stdin.write(json.dumps({"do": do, **what}) + "\n")
            self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Wait for the answer to the last request."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._complaints.seek(0)
            last = self._complaints.read().strip().splitlines()[-1:] or ["no word of why"]
            raise Failed(f"{self.name} ended: {last[0]}")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise Failed(f"{self.name}: {answer['failed']}")
        return answer

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._complaints):
            assert pipe
            with suppress(BrokenPipeError):  # of a request that it did not live to read
                pipe.close()


@contextmanager
def team(names: Sequence[str], threads: int, clock: str = CLOCK) -> Iterator[dict[str, Process]]:
    """A process for each name, started together, ended together."""
    with ExitStack() as stack:
        processes = {}
        for name in names:
            processes[name] = Process(name, threads, clock)
            stack.callback(processes[name].end)
        yield processes


def measure(found: Found, step: Callable[[str], None] = lambda _: None) -> None:
    """Carry out found.plan, into `found`. `step` is told of each thing about to be done.

    There are `steps(plan)` of them.
    """
    plan = found.plan
    for number in range(plan.rounds):
        words = f"round {number + 1} of {plan.rounds}"
        step(f"the machine's limits: before {words}")
        with team([LIMITS], plan.threads) as processes:
            _limits(found, processes[LIMITS])
        with ExitStack() as stack:
            again = [name for name in found.peers if name not in plan.slow]
            processes = stack.enter_context(team(again if number else plan.peers, plan.threads, plan.clock))
            if number == 0:
                _greet(found, processes)
                judge = stack.enter_context(_judge(plan.threads))
                for case in plan.cases if plan.memory else []:
                    step(f"memory: {_words(case)}")
                    _count_memory(found, processes, case)
            for case in plan.cases:
                step(f"{words}: {_words(case)}")
                if number == 0:
                    _check(found, processes, case, judge)
                _take_turns(found, processes, case, number)


def steps(plan: Plan) -> int:
    """How often `measure` calls `step`."""
    return len(plan.cases) * (plan.rounds + bool(plan.memory)) + plan.rounds


def _words(case: Case) -> str:
    work, dtype, way = case
    return f"{work.name} {way}, {dtype}"


def _greet(found: Found, processes: dict[str, Process]) -> None:
    """Ask who is there; who cannot be loaded takes no part."""
    for name, process in processes.items():
        try:
            found.versions[name] = process.ask("hello")["version"]
        except Failed as failed:
            found.wrong.append(f"not timed: {failed}")


@contextmanager
def _judge(threads: int) -> Iterator[Callable[[Case], Path]]:
    """A function that writes the right results of a case to a file, from a process of its own."""
    with team([REFERENCE], threads) as reference, tempfile.TemporaryDirectory() as folder:
        written: dict[str, Workload] = {}

        def write(case: Case) -> Path:
            work, _, way = case
            file = Path(folder) / f"{way}.npz"
            if written.get(way) != work:  # the other dtype has the same results
                ask = reference[REFERENCE].ask
                ask("open", workload=work.name, dtype="float64", direction=way, fresh=False)
                ask("save", file=str(file))
                written[way] = work
            return file

        yield write


def _check(found: Found, processes: dict[str, Process], case: Case, judge: Callable[[Case], Path]) -> None:
    """Compare every peer's results with the reference; who differs or cannot is left out."""
    file = judge(case)
    for name in found.peers:
        if name in found.plan.slow and case[1] != found.plan.dtypes[0]:
            found.left_out[case, name] = "timed with the first dtype only"
        else:
            _compare(found, case, name, processes[name], file)


def _compare(found: Found, case: Case, name: str, process: Process, file: Path) -> None:
    work, dtype, way = case
    try:
        answer = process.ask("open", workload=work.name, dtype=dtype, direction=way)
        if "unsupported" in answer:
            found.left_out[case, name] = answer["unsupported"]
            return
        answer = process.ask("differs", file=str(file))
    except Failed as failed:
        found.left_out[case, name] = "failed"
        found.wrong.append(f"not timed on {_words(case)}: {failed}")
        return
    found.errors[case, name], found.rough[case, name] = answer["error"], answer["seconds"]
    if not answer["error"] < CLOSE[dtype]:
        found.left_out[case, name] = "wrong"
        found.wrong.append(
            f"not timed on {_words(case)}: {name} is off by {answer['error']:.1e} of the largest value"
        )


def _limits(found: Found, process: Process) -> None:
    answer = process.ask("limits", dtypes=found.plan.dtypes)
    for dtype, reached in answer["gemm"].items():
        found.gemm[dtype] = max(found.gemm.get(dtype, 0.0), reached)
    found.copy = max(found.copy, answer["copy"])


def _take_turns(found: Found, processes: dict[str, Process], case: Case, number: int) -> None:
    work, dtype, way = case
    able = [name for name in processes if name in found.versions and (case, name) not in found.left_out]
    rough = {name: found.rough[case, name] for name in able}
    turns = {name: max(1, int(found.plan.budget / seconds)) for name, seconds in rough.items()}
    peers = [name for name in rough if rough[name] <= SLOWEST or name not in found.plan.slow]
    for name in rough.keys() - peers:  # the call that was checked is its only one
        found.turns[case, name] = {(0, 0): rough[name]}
    for name in peers:
        if number > 0:  # in the first round it is open from the check, and warm
            processes[name].ask("open", workload=work.name, dtype=dtype, direction=way)
            if turns[name] > 1:
                processes[name].ask("time", seconds=0.0)  # compiles, loads, finds its buffers
    for turn in range(found.plan.turns):
        still = [name for name in peers if turn < turns[name]]
        first = turn % max(1, len(still))
        for name in still[first:] + still[:first]:
            if found.plan.threads > 1:
                time.sleep(0.005)  # the threads of the one before go to sleep
            seconds = processes[name].ask("time", seconds=found.plan.seconds)["seconds"]
            found.turns.setdefault((case, name), {})[number, turn] = statistics.median(seconds)


def _count_memory(found: Found, processes: dict[str, Process], case: Case) -> None:
    work, dtype, way = case
    names = [name for name in found.plan.memory if name in found.versions]
    for name in names:
        processes[name].send("memory", workload=work.name, dtype=dtype, direction=way)
    for name in names:
        peak = processes[name].answer()["bytes"]
        if peak is not None:
            found.peaks[case, name] = peak
