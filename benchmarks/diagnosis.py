"""What is said of wrong answers: of each mistake, of random pairs of mistakes, and of right answers.

    python benchmarks/diagnosis.py --pairs 300 --seeds 200 conv_forward conv_backward

A pair is two changes of the program that students write, made together. It counts if its results are neither
right nor those of one of the two alone. A mistake in it is named if it is given its name, or a sentence that
the mistake alone is given. What else is said of a pair is listed with --show, to be judged by a person: two
mistakes together may truly be something else. Nothing may be said of right answers, even if they are read.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

for library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{library}_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np  # noqa: E402

from autograder.checks import Verdict, find, judge  # noqa: E402
from autograder.checks.catalogue import Changed, in_their_precision  # noqa: E402
from autograder.checks.exercise import Case, Function, Mistake  # noqa: E402
from autograder.checks.for_seed import cases_of, fitting  # noqa: E402
from autograder.checks.reading import WAYS, read  # noqa: E402
from autograder.checks.run_answer import Outcomes, call_all  # noqa: E402

SEED = 5
LIKELY = 3
"""So many times as many pairs are tried as are wanted: many hide each other, or change the same text."""


@dataclass
class Said:
    """What is said of the answers to one exercise."""

    exercise: str
    mistakes: int = 0
    named: int = 0
    read: int = 0
    pairs: int = 0
    both: int = 0
    one: int = 0
    right: int = 0
    false: int = 0
    slowest: float = 0.0
    others: list[str] = field(default_factory=list)

    def row(self) -> str:
        """The line of this exercise in the table."""
        pairs = (
            f"{self.both} of {self.pairs} | {self.both + self.one} of {self.pairs}" if self.pairs else "- | -"
        )
        return (
            f"| {self.exercise} | {self.named} of {self.mistakes} | {self.read} of {self.mistakes} | {pairs} "
            f"| {self.false} of {self.right} | {self.slowest:.1f} s |"
        )


HEAD = """| exercise | mistakes named | read alone | pairs: both | at least one | right answers | slowest |
|---|---|---|---|---|---|---|"""


def called(function: Function, exercise: str, cases: list[Case]) -> Outcomes:
    known = find(exercise)
    return call_all(function, cases, known, strange=True)


def read_of(function: Function, exercise: str, seed: int) -> tuple[str, ...]:
    """What is read of an answer, whether it is right or wrong."""
    known = find(exercise)
    cases = [cases_of(known, seed)[i] for i in fitting(known, seed)]
    answered = list(zip(cases, called(function, exercise, cases), strict=True))
    reading = read(
        exercise, lambda asked: called(function, exercise, list(asked)), answered, frozenset(known.parts)
    )
    return tuple(s.name for s in reading.sentences)


def plain(name: str) -> str:
    """A sentence without the words that say how much of the answer it explains, and of which part."""
    name = name.removeprefix("at least: ")
    return name.split(": ", 1)[1] if name.split(":")[0] in PARTS else name


PARTS = {"dx", "dw", "db", "dcols", "dx and dw", "dx and db", "dw and db", "dcols and dw"}


def names_of(verdict: Verdict) -> set[str]:
    return {plain(m.name) for m in verdict.mistakes}


def alike(a: Outcomes, b: Outcomes, parts: tuple[str, ...]) -> bool:
    return all(x.agrees(y, part) for x, y in zip(a, b, strict=True) for part in parts)


def of_mistakes(said: Said) -> dict[Mistake, set[str]]:
    """All names of each mistake: its own, and what is read of it."""
    names = {}
    for mistake in find(said.exercise).mistakes:
        if mistake.slow:
            continue
        begin = time.perf_counter()
        told = names_of(judge(said.exercise, mistake.function, SEED, find(said.exercise).aspects[0].name))
        said.slowest = max(said.slowest, time.perf_counter() - begin)
        alone = {plain(name) for name in read_of(mistake.function, said.exercise, SEED)}
        said.mistakes += 1
        said.named += bool(told)
        said.read += bool(alone)
        names[mistake] = {plain(mistake.name)} | alone
    return names


def of_pairs(said: Said, names: dict[Mistake, set[str]], wanted: int) -> None:
    """Random pairs of mistakes."""
    known = find(said.exercise)
    programs = {m: inspect.unwrap(m.function) for m in names}
    changes = [m for m, program in programs.items() if isinstance(program, Changed)]
    if len(changes) < 2:
        return
    cases = [cases_of(known, SEED)[i] for i in fitting(known, SEED)]
    alone = {m: called(m.function, said.exercise, cases) for m in changes}
    right = called(known.reference, said.exercise, cases)
    rng = np.random.default_rng(SEED)
    for _ in range(LIKELY * wanted):
        one, two = (changes[i] for i in rng.choice(len(changes), 2, replace=False))
        if said.pairs == wanted or one.name == two.name:
            continue
        try:
            both = in_their_precision(programs[one].and_also(programs[two]))  # type: ignore[attr-defined]
        except ValueError:
            continue
        results = called(both, said.exercise, cases)
        if any(alike(results, other, known.parts) for other in (alone[one], alone[two], right)):
            continue
        if not any(o.parts for o in results):
            continue
        begin = time.perf_counter()
        told = names_of(judge(said.exercise, both, SEED, known.aspects[0].name))
        said.slowest = max(said.slowest, time.perf_counter() - begin)
        hits = [bool(names[m] & told) for m in (one, two)]
        said.pairs += 1
        said.both += all(hits)
        said.one += sum(hits) == 1
        if not all(hits) or told - names[one] - names[two]:
            rest = sorted(told - names[one] - names[two])
            said.others.append(
                f"{sum(hits)}: {one.name} + {two.name}\n     told: {sorted(told)}\n     besides: {rest}"
            )


def of_right_answers(said: Said, seeds: int) -> None:
    """Right answers in all styles, read as if they were wrong."""
    answers = importlib.import_module(f"tests.autograder.exercises.right_answers.{said.exercise}").ANSWERS
    for answer in answers:
        for seed in range(seeds):
            said.right += 1
            said.false += bool(judge(said.exercise, answer, seed).mistakes)
        said.false += bool(read_of(answer, said.exercise, SEED))


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exercises", nargs="*", help="names of exercises (default: all that are read)")
    parser.add_argument("--pairs", type=int, default=20, help="random pairs of mistakes an exercise")
    parser.add_argument("--seeds", type=int, default=10, help="seeds on which right answers are judged")
    parser.add_argument("--show", action="store_true", help="list the pairs of which not both are named")
    given = parser.parse_args()
    print(HEAD)
    for exercise in given.exercises or WAYS:
        said = Said(exercise)
        names = of_mistakes(said)
        of_pairs(said, names, given.pairs)
        of_right_answers(said, given.seeds)
        print(said.row(), flush=True)
        if given.show:
            print("\n".join(said.others), flush=True)


if __name__ == "__main__":
    main()
