"""Does the race of the speed checks err? Right and slow answers, by the thousand, beside busy neighbours.

    python benchmarks/speed_check.py --runs 1000 --busy 4 --out races.jsonl

Every run is one race as a student's check runs it, written to the file as one line; a run that was stopped
goes on where it was. Slow answers race without the lines being counted first, as in graded sandboxes, where
only the clock is believed. In the end: how many passed, and the smallest and largest ratio.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

for library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported, here and in the neighbours
    os.environ[f"{library}_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np  # noqa: E402

from autograder.checks import find  # noqa: E402
from autograder.checks.speed import race  # noqa: E402
from tests.autograder.exercises.right_answers import (  # noqa: E402
    conv_slices,
    fast_conv_backward,
    fast_conv_forward,
    fast_max_pool,
)

RIGHT = {
    "conv_slices": conv_slices.einsum_by_taps,
    "fast_conv_forward": fast_conv_forward.index_arrays,
    "fast_conv_backward": fast_conv_backward.a_convolution_with_turned_filters,
    "fast_max_pool": fast_max_pool.fold_with_where,
}
"""Of the right ways, slow ones; the others are faster."""
SLOW = {
    "conv_slices": "three loops: images, rows, columns",
    "fast_conv_forward": "one filter at a time",
    "fast_conv_backward": "einsum without its optimiser",
    "fast_max_pool": "two loops: rows and columns",
}
"""Of the slow ways, the ones that come nearest to passing."""


def answers() -> dict[tuple[str, str], Any]:
    """The answers that race, by exercise and by whether they are right or slow."""
    racing: dict[tuple[str, str], Any] = {(name, "right"): f for name, f in RIGHT.items()}
    for name, way in SLOW.items():
        racing[name, "slow"] = next(m.function for m in find(name).mistakes if m.name == way)
    return racing


def neighbour(parent: int) -> None:
    """Keep a core busy with matrices, until the parent is gone."""
    a = np.ones((300, 300))
    while os.getppid() == parent:
        a = (a @ a) / 300


def run(racing: dict[tuple[str, str], Any], runs: int, out: Path, seconds: float) -> None:
    """Race until each answer has `runs` races in the file, or the time is over."""
    done = Counter((row["exercise"], row["answer"]) for row in rows(out))
    end = time.monotonic() + seconds
    with out.open("a") as file:
        for number in range(runs):
            for (name, answer), function in racing.items():
                if number < done[name, answer]:
                    continue
                if time.monotonic() > end:
                    return
                exercise = find(name)
                assert exercise.speed is not None
                at = race.race(function, exercise, exercise.speed, number)
                row = {"exercise": name, "answer": answer, "run": number, "ratio": round(at.ratio, 2)}
                row |= {"rounds": at.rounds, "passed": at.won(exercise.speed.times), "problem": at.problem}
                file.write(json.dumps(row) + "\n")
                file.flush()


def rows(out: Path) -> list[dict[str, Any]]:
    """The races in the file; a line that was cut short is left out."""
    lines = out.read_text().splitlines() if out.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def show(out: Path) -> bool:
    """Print the counts; True where every right answer passed and no slow one did."""
    good = True
    for name, answer in answers():
        found = [r for r in rows(out) if (r["exercise"], r["answer"]) == (name, answer)]
        if not found:
            continue
        passed, ratios = sum(r["passed"] for r in found), [r["ratio"] for r in found]
        asked = find(name).speed
        assert asked is not None
        good &= passed == (len(found) if answer == "right" else 0)
        print(
            f"{name:18} {answer:5}  passed {passed} of {len(found)};  {asked.times:g} times asked, "
            f"ratios {min(ratios):.0f} to {max(ratios):.0f}"
        )
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description="Race right and slow answers beside busy neighbours.")
    parser.add_argument("--runs", type=int, default=1000, help="races for each answer")
    parser.add_argument("--busy", type=int, default=4, help="busy processes beside them")
    parser.add_argument(
        "--seconds", type=float, default=float("inf"), help="stop after so long; run again to go on"
    )
    parser.add_argument("--out", type=Path, default=Path("races.jsonl"), help="the file of races")
    given = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    busy = [spawn.Process(target=neighbour, args=(os.getpid(),), daemon=True) for _ in range(given.busy)]
    for process in busy:
        process.start()
    try:
        run(answers(), given.runs, given.out, given.seconds)
    finally:
        for process in busy:
            process.terminate()
            process.join()
    return 0 if show(given.out) else 1


if __name__ == "__main__":
    sys.exit(main())
