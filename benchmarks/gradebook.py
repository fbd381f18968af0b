"""What `cs-conv report`, `export` and `feedback` take on the gradebook of a university's class.

    python -m benchmarks.gradebook                      1,000 students and all assignments of the course
    python -m benchmarks.gradebook --students 30
    python -m benchmarks.gradebook --in FOLDER          a folder that benchmarks.fill_gradebook has filled

Each command runs in a process of its own, whose seconds, CPU seconds and peak memory are printed. This
program imports nothing of the course, because Linux counts a parent's memory as its child's until the child
has begun.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Took:
    """What a command took."""

    command: str
    seconds: float
    cpu: float
    megabytes: int


def run(folder: Path, words: Sequence[str]) -> Took:
    """Run a command of the course in `folder`. Raises SystemExit with what it said if it fails."""
    with tempfile.TemporaryFile() as said:
        began = time.monotonic()
        command = [sys.executable, "-m", "autograder", *words]
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            text = said.read().decode()[-2000:]
            raise SystemExit(f"{' '.join(words)} ended with {process.returncode}:\n{text}")
    return Took(" ".join(words), seconds, used.ru_utime + used.ru_stime, used.ru_maxrss >> 10)


def run_all(folder: Path, assignment: str) -> Iterator[Took]:
    """The commands: on all assignments, and the pages of one."""
    for words in (
        ["report", assignment],
        ["report"],
        ["export", "canvas"],
        ["export", "moodle"],
        ["export", "gradescope", assignment],
        ["feedback", assignment],
    ):
        yield run(folder, words)


def main() -> None:
    """Fill a gradebook, unless there is one, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--assignment", default="02-conv-forward", help="whose feedback is made")
    parser.add_argument("--in", dest="folder", type=Path, metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made) / "course"
        if given.folder is None:
            fill = ["benchmarks.fill_gradebook", str(folder), "--students", str(given.students)]
            subprocess.run([sys.executable, "-m", *fill], check=True, cwd=Path(__file__).parents[1])
        print(f"{'':40}{'seconds':>9}{'CPU s':>9}{'MB':>7}")
        rows = []
        for row in run_all(folder, given.assignment):
            rows.append(row)
            print(f"{row.command:40}{row.seconds:9.1f}{row.cpu:9.1f}{row.megabytes:7}", flush=True)
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
