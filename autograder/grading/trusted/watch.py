"""Watching the process that grades a notebook, from outside.

That process limits itself, but only while Python code runs in it. A student's data can make a test compute
for ever in C: a set of numbers that collide, a product of sizes nobody thought of. Then the process is ended
from here, and a fresh one goes on with the next test.
"""

from __future__ import annotations

import os
import select
import signal
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from pydantic import BaseModel

from autograder.grading.results import Status
from autograder.grading.trusted.computing_time import WAITING
from autograder.grading.trusted.outcome import NotebookOutcome
from autograder.grading.trusted.progress import KEEPING, READING, At, Progress
from autograder.grading.trusted.run.our_fault import OurFault

LAST_WORDS = 4.0
"""Seconds of computing that a process gets beyond a step's limit before it is ended."""
PATIENCE = 90.0
"""Seconds without a word, beyond a step's limit, after which a process is ended."""
_CRASHES = ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE", "SIGILL")
CRASHES = {getattr(signal, name) for name in _CRASHES if hasattr(signal, name)}
"""Signals that end a process because of what it computes."""


@dataclass
class Ended:
    """A process that could not go on, the status that this means, and why."""

    at: At
    progress: Progress
    status: Status
    why: str
    used: float
    crash: bool = False


End = NotebookOutcome | Ended
"""What comes of one process."""


class Reporter:
    """Writes to a pipe what the watched process has to say."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe

    def say(self, news: At | Progress | NotebookOutcome) -> None:
        """Send a message that is data."""
        self._write(_KINDS[type(news)], news.model_dump_json())

    def fault(self, what: str) -> None:
        """Say that grading itself failed."""
        self._write(b"E", what)

    def waiting(self) -> None:
        """Say that the student's process takes its time, within its limits."""
        self._write(b"W", "")

    def full(self) -> None:
        """Say that the step needs more memory than it may have."""
        self._write(b"M", "")

    def _write(self, kind: bytes, text: str) -> None:
        body = text.encode("utf-8", "replace")
        rest = memoryview(kind + struct.pack("<I", len(body)) + body)
        while rest:
            rest = rest[os.write(self.pipe, rest) :]


_KINDS: dict[type[BaseModel], bytes] = {At: b"A", Progress: b"P", NotebookOutcome: b"R"}


def watch(pipe: int, child: int, progress: Progress, seconds: float, memory_mb: int) -> End:
    """Listen to a process until its outcome comes or it cannot go on. Raises OurFault.

    `seconds` is how long it may compute before the first step.
    """
    at, computed = At(seconds=seconds), 0.0
    buffer = bytearray()
    heard = time.monotonic()

    def ended(status: Status, why: str, crash: bool = False) -> Ended:
        return Ended(at, progress, status, why, max(0.1, _computed(child) - computed), crash)

    while True:
        if select.select([pipe], [], [], 0.25)[0]:
            piece = os.read(pipe, 1 << 20)
            if not piece:
                code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                if -code not in CRASHES:
                    raise OurFault(f"the grading process ended early (exit code {code})")
                name = signal.Signals(-code).name
                return ended(Status.CRASHED, f"{at.place} made its test crash ({name})", crash=True)
            buffer += piece
            heard = time.monotonic()
        for kind, body in _messages(buffer):
            if kind == b"R":
                return NotebookOutcome.model_validate_json(body)
            if kind == b"E":
                raise OurFault(body.decode())
            if kind == b"M":
                return ended(
                    Status.CRASHED, f"{at.place} needed more than {memory_mb} MB on the side of the tests"
                )
            if kind == b"W":
                continue
            if kind == b"A":
                at = At.model_validate_json(body)
            else:
                progress = progress.and_then(Progress.model_validate_json(body))
            computed = _computed(child)
        silent = time.monotonic() - heard - WAITING * at.seconds
        if _computed(child) - computed > at.seconds + LAST_WORDS or silent > PATIENCE:
            why = f"{at.place} ran longer than {at.seconds:.3g} s and could not be interrupted"
            return ended(Status.TIMED_OUT, why)


def _messages(buffer: bytearray) -> list[tuple[bytes, bytes]]:
    """Take the complete messages out of the bytes that have come."""
    found = []
    while len(buffer) >= 5:
        size = struct.unpack_from("<I", buffer, 1)[0]
        if len(buffer) < 5 + size:
            break
        found.append((bytes(buffer[:1]), bytes(buffer[5 : 5 + size])))
        del buffer[: 5 + size]
    return found


def _computed(pid: int) -> float:
    """Seconds that a process has computed, 0 if it is gone."""
    with suppress(OSError):
        return time.clock_gettime(~pid << 3 | 2)
    return 0.0


def in_processes(one: Callable[[Progress], End], progress: Progress) -> End:
    """Grade in as many processes as it takes, each from where the last one ended. Raises OurFault.

    Returns Ended if another process cannot help: the file could not be read, or the outputs not be kept.
    """
    crashed: int | None = None
    while True:
        end = one(progress)
        if isinstance(end, NotebookOutcome):
            return end
        progress = end.progress
        if end.crash and crashed != end.at.number:
            crashed = end.at.number  # try once more: a process may die of something else
            continue
        end.progress = progress = progress.without(end.at, end.status, end.why, end.used)
        if end.at.number in (READING, KEEPING):
            return end
