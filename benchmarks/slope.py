"""How the time and memory of grading grow with the class: 30, 100 and 300 submissions of one assignment.

    python -m benchmarks.slope                  the demo class of 02-conv-forward
    python -m benchmarks.slope --tiny           a notebook with three small tests
    python -m benchmarks.slope --sizes 10 20    other sizes

Each size is graded by `benchmarks.grading` in a process of its own. If time grows in proportion to the class,
the seconds for each further submission stay the same from line to line, and so does the memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HEAD = ("submissions", "seconds", "CPU s", "s each more", "CPU s each more", "writer MB", "worker MB")


def measure(size: int, words: Sequence[str]) -> dict[str, Any]:
    """What `benchmarks.grading` found for a class of this size."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.json"
        command = ["benchmarks.grading", "--no-stock", "--students", str(size), "--json", str(found), *words]
        root = Path(__file__).parents[1]
        subprocess.run([sys.executable, "-m", *command], check=True, cwd=root, stdout=subprocess.DEVNULL)
        (measured,) = json.loads(found.read_text(encoding="utf-8"))["rounds"]
    ours = measured["trusted"]
    return ours | {"cpu": ours["cpu_each"] * size, "megabytes": measured["megabytes"]}


def line(now: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    """A line of the table, with what each submission took that the class before did not have."""
    more = ["", ""]
    if before is not None:
        further = now["submissions"] - before["submissions"]
        more = [f"{(now[what] - before[what]) / further:.3f}" for what in ("seconds", "cpu")]
    writer, worker = now["megabytes"]
    cells = [now["submissions"], f"{now['seconds']:.1f}", f"{now['cpu']:.1f}", *more, writer, worker]
    return " ".join(f"{cell:>{len(name)}}" for name, cell in zip(HEAD, cells, strict=True))


def main() -> None:
    """Measure the sizes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=(30, 100, 300))
    parser.add_argument("--tiny", action="store_true", help="a class of a notebook with three small tests")
    given = parser.parse_args()
    print(" ".join(HEAD))
    before = None
    for size in given.sizes:
        now = measure(size, ["--tiny"] if given.tiny else [])
        print(line(now, before), flush=True)
        before = now


if __name__ == "__main__":
    main()
