"""What is said of wrong answers: of each mistake, of random pairs of mistakes, and of right answers.

    python benchmarks/diagnosis.py --pairs 300 --seeds 200 conv_forward conv_backward

A pair is two changes of the program that students write, made together. It counts if its results are neither
right nor those of one mistake alone. A mistake in it is named if it is given its name, or a sentence that
the mistake alone is given. What else is said of a pair is listed with --show, to be judged by a person: two
mistakes together may truly be something else. Nothing may be said of right answers, even if they are read.

The catalogue's changes are made together by the judge, too, so that it names most of these pairs is no
surprise. So "both" and "one" count what is said without that, and, under "together", what is said with it.
With --left-out, one mistake of a pair, and then the other, is not in the catalogue, as most of what students
write is not: "left out" counts the answers which are then given a name that is neither's.
A description that explains an answer is tried at 60 further sizes: "elsewhere" counts those that fail there.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

for library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{library}_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np  # noqa: E402

from autograder.checks import Verdict, find, judge, judge_answer  # noqa: E402
from autograder.checks.catalogue import Changed, in_their_precision  # noqa: E402
from autograder.checks.compare import same  # noqa: E402
from autograder.checks.exercise import Case, Function, Mistake  # noqa: E402
from autograder.checks.for_seed import cases_of, fitting  # noqa: E402
from autograder.checks.reading import WAYS, read  # noqa: E402
from autograder.checks.reading.gate import gate  # noqa: E402
from autograder.checks.reading.geometry import Geometry  # noqa: E402
from autograder.checks.reading.layers import sizes  # noqa: E402
from autograder.checks.reading.questions import questions  # noqa: E402
from autograder.checks.reading.read import read_parts, rebuilt  # noqa: E402
from autograder.checks.reading.reader import certain  # noqa: E402
from autograder.checks.reading.words import faults  # noqa: E402
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
    both_together: int = 0
    one_together: int = 0
    left_out: int = 0
    astray: int = 0
    right: int = 0
    false: int = 0
    described: int = 0
    untrue: int = 0
    slowest: float = 0.0
    others: list[str] = field(default_factory=list)

    def row(self) -> str:
        """The line of this exercise in the table."""
        counts = (self.both, self.both + self.one, self.both_together, self.one_together)
        pairs = " | ".join(f"{count} of {self.pairs}" if self.pairs else "-" for count in counts)
        astray = f"{self.astray} of {self.left_out}" if self.left_out else "-"
        elsewhere = f"{self.untrue} of {self.described}" if self.described else "-"
        return (
            f"| {self.exercise} | {self.named} of {self.mistakes} | {self.read} of {self.mistakes} | {pairs} "
            f"| {astray} | {elsewhere} | {self.false} of {self.right} | {self.slowest:.1f} s |"
        )


COLUMNS = (
    "exercise", "named", "read alone", "pairs: both", "one", "together: both", "one", "left out", "elsewhere",
    "right answers", "slowest",
)  # fmt: skip
HEAD = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


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


ANY_SIZE: Mapping[str, Callable[[Geometry, np.random.Generator], Geometry]] = {
    **dict.fromkeys(("conv_forward", "conv_slices", "conv_backward", "im2col", "col2im"), lambda g, rng: g),
    **dict.fromkeys(
        ("dilated_conv", "dilated_conv_dx"), lambda g, rng: replace(g, dilation=int(rng.integers(1, 5)))
    ),
    "grouped_conv": lambda g, rng: shared_out(g, int(rng.integers(1, 5))),
    "locally_connected": lambda g, rng: replace(g, pad=0),
    "fc_backward": lambda g, rng: replace(g, FH=g.H, FW=g.W, stride=1, pad=0),
}
"""Exercises that any sizes can be asked of, with what besides a convolution's own sizes is drawn for them."""

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
        begin = time.process_time()
        told = names_of(judge(said.exercise, mistake.function, SEED, find(said.exercise).aspects[0].name))
        said.slowest = max(said.slowest, time.process_time() - begin)
        alone = {plain(name) for name in read_of(mistake.function, said.exercise, SEED)}
        said.mistakes += 1
        said.named += bool(told)
        said.read += bool(alone)
        names[mistake] = {plain(mistake.name)} | alone
    return names


@contextmanager
def no_pairs() -> Iterator[None]:
    """The judge without trying two of the catalogue's mistakes at once."""
    real, judge_answer.together = judge_answer.together, lambda *ignored: []
    try:
        yield
    finally:
        judge_answer.together = real


def of_left_out(said: Said, both: Function, pair: tuple[Mistake, Mistake], true: set[str]) -> None:
    """What is said of a pair if the catalogue does not have one of its mistakes."""
    known = find(said.exercise)
    for missing in pair:
        others = tuple(m for m in known.mistakes if m.name != missing.name)
        told = names_of(judge(replace(known, mistakes=others), both, SEED, known.aspects[0].name))
        said.left_out += 1
        if told - true:
            said.astray += 1
            both_names = " + ".join(m.name for m in pair)
            said.others.append(f"left out: {missing.name}, of {both_names}\n     told: {sorted(told - true)}")


def of_pairs(said: Said, names: dict[Mistake, set[str]], wanted: int, left_out: int = 0) -> list[Function]:
    """Random pairs of mistakes; returns their functions."""
    known = find(said.exercise)
    programs = {m: inspect.unwrap(m.function) for m in names}
    changes = [m for m, program in programs.items() if isinstance(program, Changed)]
    made: list[Function] = []
    if len(changes) < 2:
        return made
    cases = [cases_of(known, SEED)[i] for i in fitting(known, SEED)]
    simpler = [called(function, said.exercise, cases) for function in (known.reference, *programs.values())]
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
        if any(alike(results, other, known.parts) for other in simpler):
            continue
        if not any(o.parts for o in results):
            continue
        begin = time.process_time()
        told = names_of(judge(said.exercise, both, SEED, known.aspects[0].name))
        said.slowest = max(said.slowest, time.process_time() - begin)
        with no_pairs():
            again = in_their_precision(both)  # another function, for the verdict on this one is kept
            less = names_of(judge(said.exercise, again, SEED, known.aspects[0].name))
        hits = [bool(names[m] & less) for m in (one, two)]
        said.pairs += 1
        made.append(both)
        said.both += all(hits)
        said.one += sum(hits) == 1
        if said.left_out < 2 * left_out:
            of_left_out(said, both, (one, two), names[one] | names[two])
        hits = [bool(names[m] & told) for m in (one, two)]
        said.both_together += all(hits)
        said.one_together += any(hits)
        if not all(hits) or told - names[one] - names[two]:
            rest = sorted(told - names[one] - names[two])
            said.others.append(
                f"{sum(hits)}: {one.name} + {two.name}\n     told: {sorted(told)}\n     besides: {rest}"
            )
    return made


def of_fresh_sizes(said: Said, functions: list[Function], count: int = 60) -> None:
    """Are descriptions that explain an answer true at sizes at which nobody looked before?"""
    asked = questions(said.exercise)
    rng = np.random.default_rng(99)
    for function in functions:
        outcomes = called(function, said.exercise, list(asked.cases))
        shut = gate(asked, outcomes)
        pairs = zip(asked.asked, outcomes, strict=True)
        seen = [(q.geometry, q.arrays, o) for q, o in pairs if q.kind == "probe"]
        for part, found in read_parts(asked, outcomes).items():
            if (
                shut[part]
                or not found.whole
                or not any(w for _, w in certain(found, asked.layer, seen, True))
            ):
                continue
            calls = [
                (g, {n: rng.normal(size=sizes(n, g)) for n in asked.layer.given})
                for g in fresh(said.exercise, rng, count)
            ]
            cases = [Case("fresh", g.words, *asked.layer.call(g, arrays)) for g, arrays in calls]
            theirs = called(function, said.exercise, cases)
            right = rebuilt(found, asked.layer, calls)
            there = [(o.parts[part], r) for o, r in zip(theirs, right, strict=True) if part in o.parts]
            said.described += 1
            if not all(same(a, b) for a, b in there):
                said.untrue += 1
                said.others.append(f"elsewhere not as described: {part}, {[f.name for f in faults(found)]}")


def shared_out(g: Geometry, groups: int) -> Geometry:
    """A layer with so many groups, each with the channels and filters of this one."""
    return replace(g, C=g.C * groups, K=g.K * groups, groups=groups)


def fresh(exercise: str, rng: np.random.Generator, count: int) -> list[Geometry]:
    """Sizes of layers whose windows fit, some larger than those at which functions are read."""
    found: list[Geometry] = []
    while len(found) < count:
        N, C, K = (int(v) for v in rng.integers(1, 5, 3))
        H, W = (int(v) for v in rng.integers(1, 10, 2))
        FH, FW = (int(v) for v in rng.integers(1, 6, 2))
        geometry = Geometry(N, C, H, W, K, FH, FW, int(rng.integers(1, 5)), int(rng.integers(0, 4)))
        geometry = ANY_SIZE[exercise](geometry, rng)
        found += [geometry] if geometry.fits else []
    return found


def of_right_answers(said: Said, seeds: int) -> None:
    """Right answers in all styles, read as if they were wrong."""
    answers = importlib.import_module(f"tests.autograder.exercises.right_answers.{said.exercise}").ANSWERS
    untimed = find(said.exercise).aspects[0].name
    for answer in answers:
        for seed in range(seeds):
            said.right += 1
            said.false += bool(judge(said.exercise, answer, seed, untimed).mistakes)
        said.false += bool(read_of(answer, said.exercise, SEED))


def main(arguments: list[str] | None = None) -> int:
    """Measure and print the table; 1 if a mistake has no name, or if anything was said of a right answer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exercises", nargs="*", help="names of exercises (default: all that are read)")
    parser.add_argument("--pairs", type=int, default=20, help="random pairs of mistakes an exercise")
    parser.add_argument("--seeds", type=int, default=10, help="seeds on which right answers are judged")
    parser.add_argument("--left-out", type=int, default=0, help="pairs judged with one mistake left out")
    parser.add_argument("--show", action="store_true", help="list the pairs of which not both are named")
    given = parser.parse_args(arguments)
    print(HEAD)
    failed = False
    for exercise in given.exercises or WAYS:
        said = Said(exercise)
        names = of_mistakes(said)
        made = of_pairs(said, names, given.pairs, given.left_out)
        if exercise in ANY_SIZE:
            of_fresh_sizes(said, [*(m.function for m in names), *made])
        of_right_answers(said, given.seeds)
        print(said.row(), flush=True)
        failed |= said.named < said.mistakes or said.false > 0
        if given.show:
            print("\n".join(said.others), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
