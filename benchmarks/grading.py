"""Grade one class twice on this machine, with stock nbgrader and with the trusted engine, and compare.

    python benchmarks/grading.py                        the demo class, 02-conv-forward, 100 submissions
    python benchmarks/grading.py --students 1000 --tiny --no-stock    is time linear, memory constant?
    python benchmarks/grading.py --json result.json

The class is the demo's sample students that finish (with `--all`: all of them), repeated; every copy is a
submission of its own, graded with a seed of its own. Stock nbgrader is `nbgrader autograde` on the whole
class, as its documentation has it; since its time is linear, it gets `--stock-students` of them (default
10). Both run in turn, `--rounds` times. With `--tiny` the class is that of a notebook of three small tests.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import Course, load_course
from autograder.grading.interface import Submission

if TYPE_CHECKING:
    from autograder.demo.submissions import Student

ROOT = Path(__file__).parents[1]
WRITER_AND_WORKERS = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
"""Whose memory at most is noted: this process, which writes, and the largest of its workers."""


@dataclass(frozen=True)
class Timed:
    """What one run took."""

    submissions: int
    seconds: float
    cpu: float
    scores: dict[str, float]
    progress: tuple[tuple[int, float, int], ...] = ()
    """At each tenth: how many are done, seconds since the one before, megabytes of the writer so far."""

    @property
    def a_minute(self) -> float:
        return 60 * self.submissions / self.seconds


def that_finish(assignment: str) -> list[Student]:
    """The sample students whose notebooks run to their ends."""
    from autograder.demo.submissions import sample_students

    unlike = re.compile(r"never ends|while True|os\._exit|os\.kill|sleep\(|half|nothing")
    return [
        student
        for student in sample_students(assignment)
        if not unlike.search(" ".join([student.story, student.upload, *student.answers.values()]))
    ]


def make_class(folder: Path, assignment: str, size: int, honest: bool = True) -> tuple[Course, list[str]]:
    """A course of its own with `size` submissions."""
    from autograder.demo.submissions import hand_in, sample_students
    from autograder.notebooks.release import release  # here, as workers import this file and need none of it

    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    course = load_course(folder)
    chosen = course.assignment(assignment)
    release(course, chosen)
    names = []
    for number in range(size):
        for student in that_finish(chosen.name) if honest else sample_students(chosen.name):
            if len(names) == size:
                break
            name = f"{student.name}-{number:04}"
            hand_in(course, chosen, student)
            course.submitted(student.name).rename(course.submitted(name))
            names.append(name)
    return course, names


def make_tiny_class(folder: Path, size: int) -> tuple[Course, list[str]]:
    """A course of one small notebook; every third submission is as it was released, the others are right."""
    from autograder.notebooks.release import release

    shutil.copytree(ROOT / "tests" / "autograder" / "sample", folder, dirs_exist_ok=True)
    course = load_course(folder)
    release(course, course.assignments[0])
    name = course.assignments[0].name
    (released,) = (course.releases / name).glob("*.ipynb")
    blank = json.loads(released.read_text(encoding="utf-8"))
    right = json.loads(released.read_text(encoding="utf-8"))
    source = json.loads((course.source / name / released.name).read_text(encoding="utf-8"))
    answers = {_grade_id(cell): "".join(cell["source"]) for cell in source["cells"]}
    for cell in right["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = answers[_grade_id(cell)]
    names = [f"student-{number:04}" for number in range(size)]
    for number, student in enumerate(names):
        place = course.submitted(student, name)
        place.mkdir(parents=True)
        notebook = blank if number % 3 == 2 else right
        (place / released.name).write_text(json.dumps(notebook), encoding="utf-8")
    return course, names


def _grade_id(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _cpu() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def trusted(course: Course, assignment: str, names: list[str], workers: int, backend: str | None) -> Timed:
    """Grade with ours, in this process and its workers; at each tenth of the class, how it goes."""
    from autograder.grading.trusted import TrustedEngine

    cpu, began = _cpu(), time.monotonic()
    engine = TrustedEngine(workers=workers, backend=backend)
    scores = {}
    wanted = [Submission(name, assignment) for name in names]
    tenth, last = max(1, len(names) // 10), began
    progress = []
    for number, result in enumerate(engine.grade(course, wanted), 1):
        scores[result.student] = -1.0 if result.score is None else result.score
        if number % tenth == 0:
            now, megabytes = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
            progress.append((number, round(now - last, 2), megabytes))
            print(f"  {number} of {len(names)}: {now - last:.1f} s more, {megabytes} MB at most", flush=True)
            last = now
    return Timed(len(names), time.monotonic() - began, _cpu() - cpu, scores, tuple(progress))


def stock(course: Course, assignment: str, names: list[str]) -> Timed:
    """Grade with `nbgrader autograde`, one process, as installed."""
    cpu, began = _cpu(), time.monotonic()
    command = [sys.executable, "-m", "nbgrader", "autograde", assignment]
    done = subprocess.run(
        [*command, f"--student={','.join(names)}"] if len(names) == 1 else command,
        cwd=course.root, capture_output=True, text=True, check=False,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    seconds, used = time.monotonic() - began, _cpu() - cpu
    from autograder.grading.gradebook.open import open_gradebook

    with open_gradebook(course) as gradebook:
        scores = {s.student.id: float(s.score) for s in gradebook.assignment_submissions(assignment)}
    if len(scores) < len(names):
        raise SystemExit(f"stock nbgrader graded {len(scores)} of {len(names)}:\n{done.stderr[-2000:]}")
    return Timed(len(names), seconds, used, scores)


def where_it_goes(course: Course, assignment: str) -> dict[str, float]:
    """CPU seconds a submission, from the outcomes: the student's process, its start, the trusted process."""
    from autograder.grading.trusted.journal import Journal

    journal = Journal(course.root / ".cs-conv" / "journal" / assignment)
    found = [journal.find(key) for key in journal.graded]
    journal.close()
    names = {name for outcome in found if outcome for name in outcome.cpu}
    return {
        name: round(statistics.mean(o.cpu.get(name, 0.0) for o in found if o), 4) for name in sorted(names)
    }


def feedback(course: Course, assignment: str) -> float:
    """CPU seconds for each feedback page of the class, in this process, which has been started already."""
    from autograder.reports.feedback import who_gets_pages, write_feedback

    given = course.assignment(assignment)
    students = who_gets_pages(course, given)
    cpu = time.process_time()
    made = list(write_feedback(course, given, students))
    if problems := [problem for _, _, problem in made if problem]:
        raise SystemExit(f"a page could not be made: {problems[0]}")
    return (time.process_time() - cpu) / sum(len(pages) for _, pages, _ in made)


def class_in(folder: Path, given: argparse.Namespace, size: int) -> tuple[Course, list[str]]:
    """The class that was asked for."""
    if given.tiny:
        return make_tiny_class(folder, size)
    return make_class(folder, given.assignment, size, not given.all)


def main() -> None:
    """Run both in turn and print the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assignment", default="02-conv-forward")
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--stock-students", type=int, default=10)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--backend", default=None)
    parser.add_argument("--tiny", action="store_true", help="a class of a notebook with three small tests")
    parser.add_argument("--all", action="store_true", help="also samples that loop, die or hand in nothing")
    parser.add_argument("--no-stock", action="store_true")
    parser.add_argument("--json", type=Path, default=None, metavar="FILE")
    given = parser.parse_args()
    rounds: list[dict[str, Any]] = []
    for _ in range(given.rounds):
        with contextlib.ExitStack() as stack:
            folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
            course, names = class_in(folders[0], given, given.students)
            assignment = course.assignments[0].name if given.tiny else given.assignment
            ours = trusted(course, assignment, names, given.workers, given.backend)
            memory = [resource.getrusage(which).ru_maxrss >> 10 for which in WRITER_AND_WORKERS]
            goes = where_it_goes(course, assignment)
            page = feedback(course, assignment)
            # Sandboxes end with their namespaces, so their time does not reach ours by itself.
            inside = (goes["student"] + goes["start"]) * len(names)
            ours = dataclasses.replace(ours, cpu=ours.cpu + inside)
            theirs = None
            if not given.no_stock:
                course, some = class_in(folders[1], given, given.stock_students)
                theirs = stock(course, assignment, some)
        rounds.append(report(ours, theirs, goes) | {"feedback_page_cpu": page, "megabytes": memory})
        print(f"{page:.3f} CPU s for each feedback page")
    if given.json:
        machine = {
            "cores": os.cpu_count(),
            "machine": platform.machine(),
            "python": platform.python_version(),
        }
        given.json.write_text(
            json.dumps({"machine": machine, "rounds": rounds}, indent=1) + "\n", encoding="utf-8"
        )


def report(ours: Timed, theirs: Timed | None, goes: dict[str, float]) -> dict[str, Any]:
    """Print one round and give it as data."""
    rows = [("trusted", ours)] + ([("stock nbgrader", theirs)] if theirs else [])
    print(f"{'':16}{'submissions':>12}{'seconds':>10}{'a minute':>10}{'CPU s each':>12}")
    for name, timed in rows:
        each = timed.cpu / timed.submissions
        print(f"{name:16}{timed.submissions:12}{timed.seconds:10.1f}{timed.a_minute:10.1f}{each:12.3f}")
    found: dict[str, Any] = {
        name: {
            "submissions": t.submissions,
            "seconds": t.seconds,
            "a_minute": t.a_minute,
            "cpu_each": t.cpu / t.submissions,
        }
        for name, t in rows
    }
    if theirs is not None:
        found["ratio"] = ours.a_minute / theirs.a_minute
        common = theirs.scores.keys() & ours.scores.keys()
        differing = sorted(name for name in common if abs(theirs.scores[name] - ours.scores[name]) > 1e-9)
        found["scores_compared"], found["scores_differing"] = len(common), differing
        compared = f"{len(common)} scores compared, differing: {differing or 'none'}"
        print(f"{found['ratio']:.1f} times as many a minute; {compared}")
    print("CPU s of each in the student's process, wall s for its start, CPU s in the trusted process:", goes)
    found["where"] = goes
    found["progress"] = ours.progress
    return found


if __name__ == "__main__":
    main()
