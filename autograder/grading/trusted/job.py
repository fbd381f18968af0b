"""One notebook to grade, as plain data that can travel, and grading it in a process of its own.

A worker stays warm and forks for each notebook: what a test cell or a hostile value does to the child ends
with it. The child reports each test as it is done, so that even a child that has to be killed has not lost
what was earned.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from autograder.grading.results import Status
from autograder.grading.seeds import SEED_VARIABLE
from autograder.grading.submissions.cells import Unreadable, read
from autograder.grading.trusted.notebook.rebuild import rebuild
from autograder.grading.trusted.notebook.safe_outputs import inert
from autograder.grading.trusted.notebook.template import Template
from autograder.grading.trusted.outcome import Outcome, TestOutcome
from autograder.grading.trusted.progress import READING, Progress
from autograder.grading.trusted.sandbox.backend import NoSandbox
from autograder.grading.trusted.watch import Ended, OurFault, Report, in_processes, limit_memory, watch

ATTEMPTS = 3
FOLDERS = "cs-conv-grade-"
"""What the temporary folders of workers begin with; the worker's process id follows."""


class Job(BaseModel):
    """One notebook of one student, with everything that its grade depends on."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    student: str
    assignment: str
    template: Template
    submitted: bytes
    files: dict[str, bytes] = {}
    """What the student handed in beside the notebook: for the answers only."""
    given: dict[str, bytes] = {}
    """What belongs to the assignment: for the answers, and for the tests, which may import or read it."""
    allow: tuple[str, ...] = ()
    seconds_a_cell: float
    seconds_in_all: float
    memory_mb: int
    processes: int = 32
    file_mb: int = 64
    output_kb: int = 256
    seed: int
    backend: str
    unsafe: bool = False

    def key(self, environment: str) -> str:
        """Everything that this grade depends on, as one short text that is the same in every process."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(f"{environment}\n{text}".encode()).hexdigest()


def environment_of(allow: tuple[str, ...]) -> str:
    """Python, the packages in the sandbox, and the grader itself, as one text."""
    from autograder.grading.trusted.sandbox.contents import holdings

    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[2]
    for part in ("grading", "checks", "exercises", "notebooks"):
        for path in sorted((package / part).rglob("*.py")):
            digest.update(path.read_bytes())
    return "\n".join([sys.version, *holdings(allow).packages, digest.hexdigest()])


# In the worker


_warm: dict[str, Any] = {}


def warm_up() -> None:
    """Import once what every notebook needs."""
    if _warm:
        return
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["MPLBACKEND"] = "agg"
    if "IPYTHONDIR" not in os.environ:
        os.environ["IPYTHONDIR"] = str(Path(tempfile.gettempdir()) / f"cs-conv-ipython-{os.getuid()}")
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    import autograder.checks  # noqa: F401
    from autograder.grading.trusted.run import session
    from autograder.grading.trusted.run.test_cells import Bench

    config = Config()
    config.HistoryManager.enabled = False
    InteractiveShell.instance(config=config)
    _warm["bench"] = Bench()
    _warm["session"] = session
    import gc

    gc.freeze()


def keep_fork_server(job: Job) -> None:
    """See that the process is there that makes sandboxes for what these jobs may import.

    Where it cannot be (some systems grant namespaces only once), each sandbox is started for itself.
    """
    from autograder.grading.trusted.sandbox.bubblewrap import Bubblewrap

    fork_server, wanted = _warm.get("fork_server"), (job.backend, job.allow)
    if _warm.get("served") == wanted and (fork_server is None or fork_server.alive()):
        return
    if fork_server is not None:
        fork_server.end()
    _warm["served"], _warm["fork_server"] = wanted, None
    if job.backend == Bubblewrap.name:
        with suppress(NoSandbox, OSError):
            _warm["fork_server"] = Bubblewrap().start_fork_server(job.allow)


def grade(data: bytes) -> bytes:
    """Grade a job (as JSON) and give its outcome (as JSON); for executors, which pass on functions and
    bytes.
    """
    job = Job.model_validate_json(data)
    return grade_job(job).model_dump_json().encode()


def grade_job(job: Job) -> Outcome:
    """Grade a notebook; a fault of ours is tried again and then reported, never scored."""
    began = time.monotonic()
    warm_up()
    keep_fork_server(job)
    problem = ""
    for attempt in range(ATTEMPTS):
        time.sleep(0.2 * attempt)
        try:
            end = in_processes(lambda progress: _in_a_child(job, progress), Progress(left=job.seconds_in_all))
        except OurFault as error:
            problem = str(error)
            continue
        outcome = end if isinstance(end, Outcome) else _as_far_as_it_came(job, end)
        return outcome.model_copy(update={"seconds": round(time.monotonic() - began, 3)})
    return Outcome(notebook=job.template.name, status=Status.NOT_GRADED, detail=problem)


def _as_far_as_it_came(job: Job, end: Ended) -> Outcome:
    """Of a notebook that could not be read within its limits, or whose outputs could not be kept."""
    if end.at.number == READING:
        return unreadable(job.template, end.why)
    return Outcome(
        notebook=job.template.name,
        status=end.progress.events[0][0],
        detail=end.why,
        tests=with_the_rest(job.template, list(end.progress.tests), 0.0, end.why),
        sandbox=job.backend,
    )


def unreadable(template: Template, problem: str) -> Outcome:
    """The outcome of a file that is no notebook; formgrader shows its document, which says so."""
    words = inert(
        f"**{template.name}.ipynb could not be read**: {problem}. It is worth 0 until it is handed in again."
    )
    cell = {"cell_type": "markdown", "id": "unreadable", "metadata": {}, "source": words}
    return Outcome(
        notebook=template.name,
        status=Status.UNREADABLE,
        detail=problem,
        tests=with_the_rest(template, [], 0.0, problem),
        document={"cells": [cell], "metadata": template.metadata, "nbformat": 4, "nbformat_minor": 5},
    )


def with_the_rest(
    template: Template, done: list[TestOutcome], score: float, reason: str
) -> tuple[TestOutcome, ...]:
    """The tests that were done, and the same score for all that were not."""
    known = {test.grade_id for test in done}
    return (
        *done,
        *(
            TestOutcome(grade_id=cell.grade_id, score=score, max_score=cell.points, reason=reason)
            for cell in template.cells
            if cell.role in ("test", "written") and cell.grade_id not in known
        ),
    )


def _in_a_child(job: Job, progress: Progress) -> Outcome | Ended:
    """Fork, grade there from where an earlier child ended, and listen. Raises OurFault."""
    folder = tempfile.mkdtemp(prefix=f"{FOLDERS}{os.getpid()}-")
    came, goes = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(came)
        _be_the_child(job, progress, folder, Report(goes), parent)
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


def _be_the_child(job: Job, progress: Progress, folder: str, report: Report, parent: int) -> None:
    """Grade and report; never returns."""
    code = 1
    try:
        _leave_the_worker(folder, parent, job.given)
        limit_memory(_room_for_tests(job.memory_mb))
        try:
            session = _session(job, rebuild(job.template, read(job.submitted)), folder)
            session.before = progress
            session.tell, session.waiting = report.say, report.waiting
            report.say(session.grade())
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
    """A process group of its own that ends with the worker, in a folder with the assignment's own files: what
    tests read or import from there is the instructor's.
    """
    os.setpgid(0, 0)
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    place = Path(folder) / "given"
    place.mkdir()
    for name, data in given.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    os.chdir(place)
    sys.path[:] = [*(entry for entry in sys.path if entry not in ("", ".")), str(place)]


def _room_for_tests(megabytes: int) -> int:
    """Megabytes that the tests may take, of what a notebook may."""
    return max(512, megabytes // 4)


def _session(job: Job, rebuilt: Any, folder: str) -> Any:
    """Everything that a session needs, from the job."""
    from autograder.grading.trusted.sandbox.backend import Settings
    from autograder.grading.trusted.sandbox.bubblewrap import Bubblewrap
    from autograder.grading.trusted.sandbox.try_backends import backend_named

    session_module = _warm["session"]
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
    limits = session_module.Limits(job.seconds_a_cell, job.seconds_in_all)
    backend = backend_named(job.backend, job.unsafe)
    if isinstance(backend, Bubblewrap):
        backend.fork_server = _warm.get("fork_server")
    return session_module.Session(job.template, rebuilt, backend, settings, limits, _warm["bench"])


def start_worker() -> None:
    """What a local worker does first: ignore Ctrl-C, which is for the process that leads, end with that
    process, and warm up.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
    leader = multiprocessing.parent_process()
    if leader is not None and os.getppid() != leader.pid:
        os._exit(1)  # it was killed before we asked to be told
    _clear_up()
    warm_up()


def _clear_up() -> None:
    """Remove the folders of workers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*-*"):
        owner = folder.name.removeprefix(FOLDERS).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)
