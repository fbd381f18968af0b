"""Are the mistakes of a catalogue still the same? Compares their results with those of an earlier revision.

    python -m tests.autograder.exercises.same_mistakes --before REV [EXERCISE ...] [--seeds N]

Run it from the root of the repository after a catalogue was rewritten. It calls each mistake on several
seeds, before and now, on all cases that fit. Two functions are equal if they return the same values for every
case, and no values for the same cases. A name may have several functions: each needs an equal one.
A function that is different or missing makes the exit status 1, but for a name given with --on-purpose.
"""

from __future__ import annotations

import argparse
import io
import os
import pickle
import subprocess
import sys
import tarfile
import tempfile
import warnings
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

Results = dict[str, list[tuple[str, list]]]
"""For each exercise its mistakes in order, by name, each with what it gave for one case after the other."""


def results(exercises: list[str], seeds: int) -> Results:
    """What the mistakes give that can be imported here.

    Of the package it needs only what revisions long before have too.
    """
    from autograder.checks import find, names

    found: Results = {}
    for exercise in map(find, exercises or names()):
        drawn = (case for seed in range(seeds) for case in exercise.cases(np.random.default_rng(seed)))
        cases = [case for case in drawn if case.fits]
        found[exercise.name] = [
            (mistake.name, [called(mistake.function, case, exercise.parts) for case in cases])
            for mistake in exercise.mistakes
        ]
    return found


def called(function: Any, case: Any, parts: tuple[str, ...]) -> tuple[Any, bool, tuple[str, str]]:
    """What a call gave: an array for each part, whether it changed its arguments, and the error."""
    args, result, why = deepcopy(case.args), None, ("", "")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            value = function(*args, **case.options)
            result = [np.asarray(part, float) for part in (value if len(parts) > 1 else (value,))]
        except Exception as error:
            why = type(error).__name__, str(error)
    arrays = (pair for pair in zip(args, case.args, strict=True) if isinstance(pair[0], np.ndarray))
    return result, any(not np.array_equal(now, before) for now, before in arrays), why


def results_in(folder: Path, exercises: list[str], seeds: int) -> Results:
    """The same in a process of its own, with the packages that lie in a folder."""
    into = folder / "results.pickle"
    command = [sys.executable, __file__, *exercises, "--seeds", str(seeds), "--into", str(into)]
    subprocess.run(command, check=True, cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)})
    return pickle.loads(into.read_bytes())


def before(revision: str, exercises: list[str], seeds: int) -> Results:
    """What the mistakes of an earlier revision give."""
    packages = ["git", "archive", revision, "autograder", "cs_conv"]
    archive = subprocess.run(packages, check=True, capture_output=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        return results_in(Path(folder), exercises, seeds)


def equal(one: list, other: list) -> bool:
    """Whether two functions gave the same for every case; why one gave nothing does not matter."""

    def same(a: Any, b: Any) -> bool:
        if a is None or b is None or len(a) != len(b):
            return a is b
        return all(
            x.shape == y.shape and np.allclose(x, y, 1e-6, 1e-6, equal_nan=True)
            for x, y in zip(a, b, strict=True)
        )

    pairs = zip(one, other, strict=True)
    return all(same(a, b) and change == changed for (a, change, _), (b, changed, _) in pairs)


def reasons(one: list, other: list) -> bool:
    """Whether two functions gave nothing for the same reasons."""
    from autograder.checks.errors import _reason, alike

    pairs = zip(one, other, strict=True)
    return all(alike(_reason(*why), _reason(*reason)) for (_, _, why), (_, _, reason) in pairs)


def compare(old: list[tuple[str, list]], new: list[tuple[str, list]]) -> list[tuple[str, str]]:
    """Pairs of a mistake's name and a word, in the order of the new catalogue."""
    rows = []
    for name in dict.fromkeys(name for name, _ in (*new, *old)):
        were, are = ([given for n, given in side if n == name] for side in (old, new))
        for given in were:
            twins = [g for g in are if equal(given, g)]
            if twins:
                twin = next((g for g in twins if reasons(given, g)), twins[0])
                rows.append((name, "equal" if reasons(given, twin) else "equal, for another reason"))
                were = [g for g in were if g is not given]
                are = [g for g in are if g is not twin]
        for given, other in zip_longest(were, are):
            rows.append((name, "new" if given is None else "missing" if other is None else "different"))
    return rows


def show(exercise: str, rows: list[tuple[str, str]]) -> Mapping[str, int]:
    """Print all that is not equal, and how many are what."""
    count = Counter(word for _, word in rows)
    print(f"{exercise:22} " + ", ".join(f"{n} {word}" for word, n in sorted(count.items())))
    for name, word in rows:
        if word != "equal":
            print(f"    {word}: {name}")
    return count


def main() -> int:
    """Compare, print, and say with the exit status whether anything is lost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE", help="default: all")
    parser.add_argument("--before", metavar="REV", help="the revision to compare with, such as HEAD")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="how many seeds; default: 3")
    about = "do not complain about the mistake of this name; may be repeated"
    parser.add_argument("--on-purpose", action="append", default=[], metavar="NAME", help=about)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.into:
        asked.into.write_bytes(pickle.dumps(results(asked.exercises, asked.seeds)))
        return 0
    if not asked.before:
        parser.error("say what to compare with, for example --before HEAD")
    old, new = before(asked.before, asked.exercises, asked.seeds), results(asked.exercises, asked.seeds)
    rows = {exercise: compare(old.get(exercise, []), new[exercise]) for exercise in new}
    count: Counter[str] = Counter()
    for exercise, row in rows.items():
        count.update(show(exercise, row))
    print(f"{sum(count.values())} mistakes on {asked.seeds} seeds: {dict(count)}")
    lost = {name for row in rows.values() for name, word in row if word in ("different", "missing")}
    return 1 if lost - set(asked.on_purpose) else 0


if __name__ == "__main__":
    raise SystemExit(main())
