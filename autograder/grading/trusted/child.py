"""The process that grades one notebook: a fork of the worker, which listens to it and ends it if need be.

It reports each step as it is done, so that even a process that has to be killed has not lost what was earned.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import random
import shutil
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path

from autograder.grading.seeds import SEED_VARIABLE
from autograder.grading.submissions.cells import Unreadable, read
from autograder.grading.trusted.job import Job
from autograder.grading.trusted.notebook.rebuild import rebuild
from autograder.grading.trusted.outcome import NotebookOutcome, unreadable
from autograder.grading.trusted.progress import Progress
from autograder.grading.trusted.run.instructor_cells import InstructorCells
from autograder.grading.trusted.run.our_fault import OurFault
from autograder.grading.trusted.run.own_memory import limit_memory
from autograder.grading.trusted.run.session import Session
from autograder.grading.trusted.run.student_side import Seconds
from autograder.grading.trusted.sandbox.backend import Backend, NoSandbox, Settings
from autograder.grading.trusted.watch import End, Reporter, watch

FOLDERS = "cs-conv-grade-"
"""How the names of workers' temporary folders begin; the worker's process id follows."""


def grade(job: Job, progress: Progress, cells: InstructorCells, backend: Backend) -> End:
    """Fork, grade there from where an earlier process came to, and listen. Raises OurFault."""
    folder = tempfile.mkdtemp(prefix=f"{FOLDERS}{os.getpid()}-")
    came, goes = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(came)
        _be_the_child(job, progress, cells, backend, folder, Reporter(goes), parent)
    os.close(goes)
    try:
        return watch(came, child, progress, job.seconds_a_cell, _room_for_tests(job.memory_mb))
    finally:
        os.close(came)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
        shutil.rmtree(folder, ignore_errors=True)


def _be_the_child(
    job: Job,
    progress: Progress,
    cells: InstructorCells,
    backend: Backend,
    folder: str,
    report: Reporter,
    parent: int,
) -> None:
    """Grade and report; never returns."""
    code = 1
    try:
        _leave_the_worker(folder, parent, job.given)
        limit_memory(_room_for_tests(job.memory_mb))
        try:
            report.say(_grade_here(job, progress, cells, backend, report))
        except Unreadable as problem:
            report.say(unreadable(job.template, str(problem)))
        except MemoryError:
            report.full()
        except (OurFault, NoSandbox) as error:
            report.fault(str(error))
        except Exception as error:
            report.fault(f"{type(error).__name__}: {error}\n{traceback.format_exc()[-1500:]}")
        code = 0
    finally:
        os._exit(code)


def _leave_the_worker(folder: str, parent: int, given: dict[str, bytes]) -> None:
    """Become a process group that ends with the worker, in a folder that holds the assignment's files alone.

    What tests read or import from that folder is the instructor's.
    """
    os.setpgid(0, 0)
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    place = Path(folder) / "given"
    place.mkdir()
    for name, data in given.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    os.chdir(place)
    sys.path[:] = [*(entry for entry in sys.path if entry not in ("", ".")), str(place)]


def end_with(parent: int) -> None:
    """Let the kernel kill this process when its parent ends; end at once if that has ended already."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


def _room_for_tests(megabytes: int) -> int:
    """Megabytes that the tests may take, if a notebook may take so many."""
    return max(512, megabytes // 4)


def _grade_here(
    job: Job, progress: Progress, cells: InstructorCells, backend: Backend, report: Reporter
) -> NotebookOutcome:
    """Grade in this process. Raises Unreadable, OurFault."""
    rebuilt = rebuild(job.template, read(job.submitted))
    os.environ[SEED_VARIABLE] = str(job.seed)
    draw = int.from_bytes(hashlib.sha256(f"{job.seed} answers".encode()).digest()[:8], "little")
    random.seed(draw)
    sys.modules["numpy"].random.seed(draw % 2**32)
    settings = Settings(
        allow=job.allow,
        memory_mb=job.memory_mb,
        processes=job.processes,
        file_mb=job.file_mb,
        output_kb=job.output_kb,
        seconds_in_all=int(job.seconds_in_all) + 1,
        random=draw >> 1,
        files=tuple((job.files | job.given).items()),
    )
    seconds = Seconds(job.seconds_a_cell, job.seconds_in_all)
    session = Session(
        job.template, rebuilt, backend, settings, seconds, cells, progress, report.say, report.waiting
    )
    return session.grade()
