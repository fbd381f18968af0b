"""What a sandbox is to those who use it: a socket to the student's side, and an end."""

from __future__ import annotations

import base64
import itertools
import json
import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from autograder.grading.trusted.inside.channel import Channel, Gone, Late
from autograder.grading.trusted.inside.frames import WireError, decode, encode
from autograder.grading.trusted.sandbox.imports import Holdings, holdings
from autograder.grading.trusted.sandbox.seccomp import Filter

STARTUP = 60.0
"""Seconds that a sandbox may take to be ready: our own doing, so a slow machine is no fault of the
student's.
"""


FIRST_USER, USERS = 200_000, 100_000
_turns = itertools.count()


class NoSandbox(Exception):
    """The sandbox could not be made: a fault of this machine, never of the submission."""


@dataclass(frozen=True)
class Settings:
    """What a sandbox grants. `files` appear in the working folder: (relative path, content) each."""

    allow: tuple[str, ...] = ()
    memory_mb: int = 4096
    processes: int = 32
    file_mb: int = 64
    output_kb: int = 256
    seconds_in_all: int = 180
    random: int = 0
    files: tuple[tuple[str, bytes], ...] = ()


class Backend(Protocol):
    """One way of confining a process."""

    name: str

    def start(self, settings: Settings) -> Sandbox:
        """A new sandbox, ready to answer. Raises NoSandbox."""


class Sandbox:
    """A running sandbox: `channel` leads to the student's side. `pid` is the process above all in it."""

    def __init__(self, pid: int, connection: socket.socket, said: Any, settings: Settings) -> None:
        self.pid, self.channel, self._said = pid, Channel(connection), said
        self.most_memory = settings.memory_mb << 20
        self.over_memory = False
        """Whether it was ended because it held more."""
        self.cpu_before = 0.0
        self.members: list[int] = []
        """What belongs to it before a student's cell has run; the last one is the student's process."""
        self.ended = threading.Event()
        self._ending = threading.Lock()
        try:
            self._greet(settings.files, time.monotonic() + STARTUP)
        except (Gone, Late, WireError) as error:
            self.end()
            raise NoSandbox(f"the sandbox did not start ({type(error).__name__}): {self.words()}") from None

    def _greet(self, files: tuple[tuple[str, bytes], ...], deadline: float) -> None:
        """Hand the files over and wait until it is ready. No code of the student's has run yet."""
        for value in (len(files), *files):
            self.channel.send(encode(value), deadline)
        ready = decode(self.channel.receive(deadline))
        if type(ready) is not tuple or ready[:1] != ("ready",):
            raise WireError("no greeting")
        self.cpu_before = float(ready[2])
        self.members = family(self.pid)

    def words(self) -> str:
        """What the sandbox program said, at most a few lines."""
        self._said.seek(0)
        return str(self._said.read(2000), "utf-8", "replace").strip()[-1500:]

    def memory(self) -> int:
        """Bytes that its processes hold, each shared page counted by its share, and that the kernel may hold
        for them.
        """
        return sum(_memory_of(pid) + _buffers_of(pid) for pid in family(self.pid))

    def cpu(self) -> float:
        """CPU seconds that its processes have used since it was ready."""
        ticks = 0
        for pid in family(self.pid):
            with suppress(OSError, ValueError, IndexError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
        return max(0.0, ticks / os.sysconf("SC_CLK_TCK") - self.cpu_before)

    def clock(self) -> float:
        """Seconds that the student's process has computed, as the kernel counts them: nothing in the process
        can change that.
        """
        return time.clock_gettime(~self.members[-1] << 3 | 2)

    def has_helpers(self) -> bool:
        """Whether other processes are there, or were, that might compute for it."""
        return family(self.pid) != self.members or any(map(_children_computed, self.members))

    def end(self) -> None:
        """Kill everything in it."""
        with self._ending:
            if not self.ended.is_set():
                self._end()
                self.ended.set()

    def _end(self) -> None:
        raise NotImplementedError


class Started(Sandbox):
    """A sandbox that is a program of its own, started for it."""

    def __init__(
        self, process: subprocess.Popen[bytes], connection: socket.socket, said: Any, settings: Settings
    ) -> None:
        self.process = process
        super().__init__(process.pid, connection, said, settings)

    def _end(self) -> None:
        for pid in reversed(family(self.pid)):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.channel.shut()


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for member in found:
        with suppress(OSError):
            for task in Path(f"/proc/{member}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _children_computed(pid: int) -> bool:
    """Whether ended children of this process have used 10 ms or more."""
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[13:15] != ["0", "0"]
    return False


FEW_FILES = 64
"""Descriptors that every process has room for."""


def _buffers_of(pid: int) -> int:
    """Bytes that can lie in the sockets of a process with room for more than a few descriptors."""
    with suppress(OSError, ValueError, IndexError):
        room = Path(f"/proc/{pid}/status").read_text().partition("FDSize:")[2].split()[0]
        each = int(Path("/proc/sys/net/core/wmem_default").read_text())
        return max(0, int(room) - FEW_FILES) * each
    return 0


def _memory_of(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


INSIDE = Path(__file__).resolve().parents[1] / "inside"
"""The package that runs in the sandbox."""


def configuration(settings: Settings, rules: Filter | None, **also: Any) -> str:
    """The settings as the student's side reads them."""
    held: Holdings = holdings(settings.allow)
    config: dict[str, Any] = {
        "here": "/grader",
        "path": held.path,
        "work": "/work",
        "random": settings.random,
        "output": settings.output_kb << 10,
        "rlimits": {
            "AS": settings.memory_mb << 20,
            "FSIZE": settings.file_mb << 20,
            "NPROC": settings.processes,
            "CORE": 0,
            "NOFILE": 256,
            "CPU": settings.seconds_in_all + 5,
        },
        "seccomp": base64.b64encode(rules.program).decode() if rules else "",
        "kill_rule": rules.own_id_at if rules else -1,
    }
    return json.dumps(config | also)


def environment(home: str) -> dict[str, str]:
    """The variables of a sandbox: nothing of the grader's own."""
    return {
        "HOME": home,
        "PATH": "/nonexistent",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": home,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def own_user() -> int:
    """A user id that differs from one sandbox to the next, because the kernel counts processes by user id; 0
    for a grader that is not root and can give none.

    Graders are forks of one worker, so it is made of the process id too.
    """
    if os.geteuid() != 0:
        return 0
    return FIRST_USER + (os.getpid() * 64 + next(_turns) % 64) % USERS
