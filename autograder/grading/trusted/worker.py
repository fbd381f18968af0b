"""The worker that grades jobs: a process that stays warm and forks for each notebook.

What a test or a hostile value does to the fork ends with it (see `child`).
"""

from __future__ import annotations

import functools
import gc
import hashlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from autograder.grading.results import Status
from autograder.grading.submissions.without_outputs import digest_of_file
from autograder.grading.trusted import child
from autograder.grading.trusted.job import Job
from autograder.grading.trusted.outcome import NotebookOutcome, unreadable, with_the_rest
from autograder.grading.trusted.progress import READING, Progress
from autograder.grading.trusted.rehearse import rehearse
from autograder.grading.trusted.run.instructor_cells import InstructorCells
from autograder.grading.trusted.run.our_fault import OurFault
from autograder.grading.trusted.sandbox.backend import Backend, NoSandbox
from autograder.grading.trusted.sandbox.bubblewrap import Bubblewrap
from autograder.grading.trusted.sandbox.configuration import ONE_THREAD
from autograder.grading.trusted.sandbox.forked import ForkServer
from autograder.grading.trusted.sandbox.try_backends import backend_named
from autograder.grading.trusted.watch import End, Ended, in_processes

ATTEMPTS = 3


# Before the first job


def start_worker() -> None:
    """Begin a local worker: warm up, ignore Ctrl-C, and end with the process that leads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leader = multiprocessing.parent_process()
    if leader is not None and leader.pid is not None:
        child.end_with(leader.pid)
    _clear_up()
    warm_up()


def _clear_up() -> None:
    """Remove the folders of workers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{child.FOLDERS}*-*"):
        owner = folder.name.removeprefix(child.FOLDERS).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def warm_up() -> InstructorCells:
    """Import once what every notebook needs; the namespace in which each fork runs the instructor's cells."""
    os.environ.update(ONE_THREAD)
    os.environ["MPLBACKEND"] = "agg"
    if "IPYTHONDIR" not in os.environ:
        os.environ["IPYTHONDIR"] = str(Path(tempfile.gettempdir()) / f"cs-conv-ipython-{os.getuid()}")
    import numpy.ma  # noqa: F401  (`np.ma` is imported when it is first used)
    from IPython.core.interactiveshell import InteractiveShell
    from PIL import Image
    from traitlets.config import Config

    import autograder.checks
    import autograder.grading.trusted.run.session  # noqa: F401

    Image.preinit()
    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.instance(config=config)
    return InstructorCells()


_rehearsed: set[str] = set()
"""Digests of the templates that were rehearsed here."""


def _prepare(job: Job) -> None:
    """Rehearse the job's template before the first fork for it."""
    digest = hashlib.sha256(job.template.model_dump_json().encode()).hexdigest()
    if digest not in _rehearsed:
        _rehearsed.add(digest)
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            rehearse(job.template)
        gc.collect()
        gc.freeze()


class _Sandboxes:
    """Makes sandboxes for one job after the other, quickly as long as they may import the same."""

    def __init__(self) -> None:
        self._fork_server: ForkServer | None = None
        self._served: tuple[str, tuple[str, ...]] | None = None

    def backend(self, job: Job) -> Backend:
        """The job's backend, with a fork server that runs.

        If there can be none (some systems grant namespaces only once), each sandbox is started by itself.
        """
        wanted = (job.backend, job.allow)
        alive = self._fork_server is None or self._fork_server.alive()
        if self._served != wanted or not alive:
            if self._fork_server is not None:
                self._fork_server.end()
            self._served, self._fork_server = wanted, None
            if job.backend == Bubblewrap.name:
                with suppress(NoSandbox, OSError):
                    self._fork_server = Bubblewrap().start_fork_server(job.allow)
        found = backend_named(job.backend, job.unsafe)
        if isinstance(found, Bubblewrap):
            found.fork_server = self._fork_server
        return found


_sandboxes = _Sandboxes()


# Jobs


def grade(data: bytes) -> bytes:
    """Grade a job (as JSON) and return its outcome (as JSON): executors pass on functions and bytes."""
    job = Job.model_validate_json(data)
    return grade_job(job).model_dump_json().encode()


def grade_job(job: Job) -> NotebookOutcome:
    """Grade a notebook. A fault of ours is tried again and then reported, never scored."""
    began = time.monotonic()
    cells = warm_up()
    _prepare(job)
    problem = ""

    def in_a_child(progress: Progress) -> End:
        return child.grade(job, progress, cells, _sandboxes.backend(job))

    for attempt in range(ATTEMPTS):
        time.sleep(0.2 * attempt)
        try:
            end = in_processes(in_a_child, Progress(left=job.seconds_in_all))
        except (OurFault, NoSandbox) as error:
            problem = str(error)
            continue
        outcome = end if isinstance(end, NotebookOutcome) else _as_far_as_it_came(job, end)
        seconds = round(time.monotonic() - began, 3)
        return outcome.model_copy(update={"seconds": seconds, "handed_in": digest_of_file(job.submitted)})
    return NotebookOutcome(notebook=job.template.name, status=Status.NOT_GRADED, detail=problem)


def _as_far_as_it_came(job: Job, end: Ended) -> NotebookOutcome:
    """The outcome if the notebook could not be read within its limits, or its outputs not be kept."""
    if end.at.number == READING:
        return unreadable(job.template, end.why)
    return NotebookOutcome(
        notebook=job.template.name,
        status=end.progress.events[0][0],
        detail=end.why,
        tests=with_the_rest(job.template, list(end.progress.tests), 0.0, end.why),
        sandbox=job.backend,
    )
