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
from collections import Counter
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path

Results = dict[str, list[tuple[str, list]]]
"""For each exercise its mistakes in order, by name, each with what it gave for one case after the other."""


def results(exercises: list[str], seeds: int) -> Results:
    """What the mistakes give that can be imported here."""
    from autograder.checks import find, names
    from autograder.checks.for_seed import cases_of, fitting
    from autograder.checks.run_answer import call_all

    found: Results = {}
    for exercise in map(find, exercises or names()):
        cases = [cases_of(exercise, seed)[i] for seed in range(seeds) for i in fitting(exercise, seed)]
        found[exercise.name] = []
        for mistake in exercise.mistakes:
            outcomes = call_all(mistake.function, cases, exercise)
            given = [(dict(o.parts), o.changed, o.reason) for o in outcomes]
            found[exercise.name].append((mistake.name, given))
    return found


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
    from autograder.checks.compare import same

    return all(
        a.keys() == b.keys() and change == changed and all(same(a[part], b[part]) for part in a)
        for (a, change, _), (b, changed, _) in zip(one, other, strict=True)
    )


def reasons(one: list, other: list) -> bool:
    """Whether two functions gave nothing for the same reasons."""
    from autograder.checks.errors import alike

    return all(alike(why, reason) for (_, _, why), (_, _, reason) in zip(one, other, strict=True))


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
