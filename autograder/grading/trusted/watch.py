"""A process that grades one notebook, watched from outside.

Its own limits hold as long as Python has a say. What a student's data makes of a test (a set of numbers that
collide, a product of sizes nobody thought of) runs in C, where it has none: then the process is ended from
here, and a fresh one goes on with the next test.
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
from pathlib import Path

from pydantic import BaseModel

from autograder.grading.results import Status
from autograder.grading.trusted.computing_time import WAITING
from autograder.grading.trusted.outcome import Outcome
from autograder.grading.trusted.progress import KEEPING, READING, At, Progress

LAST_WORDS = 4.0
"""Seconds of computing between a step's limit and the end of a process that does not keep to it."""
PATIENCE = 90.0
"""Seconds without any news from it, beyond a step's limit, after which it is ended."""
ENOUGH_MEMORY = 256 << 20
"""Bytes that a test should find."""
_CRASHES = ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE", "SIGILL")
CRASHES = {getattr(signal, name) for name in _CRASHES if hasattr(signal, name)}
"""How a process dies of what it computes."""


class OurFault(Exception):
    """Grading failed for a reason that is not the submission's: try again, and never give a zero for it."""


@dataclass
class Ended:
    """A process that could not go on, and where that was."""

    at: At
    progress: Progress
    status: Status
    why: str
    used: float
    crash: bool = False


class Report:
    """What the watched process says, written to a pipe."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe

    def say(self, news: At | Progress | Outcome) -> None:
        """Send it as it is."""
        self._write(_KINDS[type(news)], news.model_dump_json())

    def fault(self, what: str) -> None:
        """Grading itself failed."""
        self._write(b"E", what)

    def waiting(self) -> None:
        """The student's process takes its time, within its limits."""
        self._write(b"W", "")

    def full(self) -> None:
        """The step needs more memory than there is for it."""
        self._write(b"M", "")

    def _write(self, kind: bytes, text: str) -> None:
        body = text.encode("utf-8", "replace")
        rest = memoryview(kind + struct.pack("<I", len(body)) + body)
        while rest:
            rest = rest[os.write(self.pipe, rest) :]


_KINDS: dict[type[BaseModel], bytes] = {At: b"A", Progress: b"P", Outcome: b"R"}


def watch(pipe: int, child: int, progress: Progress, seconds: float, memory_mb: int) -> Outcome | Ended:
    """Listen to a process until its outcome is there or it cannot go on. Raises OurFault.

    `seconds` are what it may compute before the first step.
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
                return Outcome.model_validate_json(body)
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
    """Take the whole messages out of what has come."""
    found = []
    while len(buffer) >= 5:
        size = struct.unpack_from("<I", buffer, 1)[0]
        if len(buffer) < 5 + size:
            break
        found.append((bytes(buffer[:1]), bytes(buffer[5 : 5 + size])))
        del buffer[: 5 + size]
    return found


def limit_memory(megabytes: int) -> None:
    """Let this process take so much more memory than it has now: whatever a test makes of what a student's
    function returns must not take the machine along.
    """
    import resource  # which Windows lacks, where this module is only looked at

    most, hard = _address_space() + (megabytes << 20), resource.getrlimit(resource.RLIMIT_AS)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def memory_left() -> int:
    """Bytes that this process may still take."""
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)[0] - _address_space()


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _computed(pid: int) -> float:
    """Seconds that a process has computed; 0 when it is gone."""
    with suppress(OSError):
        return time.clock_gettime(~pid << 3 | 2)
    return 0.0


def in_processes(one: Callable[[Progress], Outcome | Ended], progress: Progress) -> Outcome | Ended:
    """Grade in as many processes as it takes, each from where the last one ended. Raises OurFault.

    Ended where no other process can help: the file could not be read, or what was shown not be kept.
    """
    crashed: int | None = None
    while True:
        end = one(progress)
        if isinstance(end, Outcome):
            return end
        progress = end.progress
        if end.crash and crashed != end.at.number:
            crashed = end.at.number  # once, a process may die of something else
            continue
        end.progress = progress = progress.without(end.at, end.status, end.why, end.used)
        if end.at.number in (READING, KEEPING):
            return end
