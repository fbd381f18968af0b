"""A running sandbox: the socket to the student's side, what its processes use, and its end."""

from __future__ import annotations

import os
import platform
import select
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from autograder.grading.trusted.inside.channel import Channel, Gone, Late
from autograder.grading.trusted.inside.wire_values import WireError, decode, encode
from autograder.grading.trusted.sandbox import cgroup
from autograder.grading.trusted.sandbox.memory import memory_of
from autograder.grading.trusted.sandbox.process_births import Births
from autograder.grading.trusted.sandbox.processes import family
from autograder.grading.trusted.sandbox.system_calls import numbers

_CREDENTIALS, _NUMBER = struct.Struct("iII"), struct.Struct("i")

STARTUP = 60.0
"""Seconds that a sandbox may take to be ready. None of them counts as the student's time."""
FOLDERS = 3
"""Folders in memory that a student may write to."""
OURS = 4
"""The grader's own processes in a sandbox."""


class NoSandbox(Exception):
    """A sandbox could not be made: a fault of this machine, never of the submission."""


@dataclass(frozen=True)
class Settings:
    """What a sandbox grants, and the files of its working folder: a relative path and the content of each."""

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
        """Start a sandbox that is ready to answer. Raises NoSandbox."""


class Sandbox:
    """A running sandbox. `channel` leads to the student's side, `pid` is the first of its processes."""

    def __init__(self, pid: int, connection: socket.socket, said: Any, settings: Settings) -> None:
        self.pid, self.channel, self._said = pid, Channel(connection), said
        self.most_memory = settings.memory_mb << 20
        self.over_memory = False
        """Whether it was ended because it held too much memory."""
        self.births: Births | None = None
        self.group: cgroup.Group | None = None
        self.without_group = ""
        """Why it has no control group."""
        self.cpu_before = 0.0
        self.members: list[int] = []
        """Its processes before a student's cell has run; the last one is the student's process."""
        self.ended = threading.Event()
        self._ending = threading.Lock()
        try:
            self._greet(settings, time.monotonic() + STARTUP)
        except (Gone, Late, WireError) as error:
            self.end()
            raise NoSandbox(f"the sandbox did not start ({type(error).__name__}): {self.words()}") from None

    def _greet(self, settings: Settings, deadline: float) -> None:
        """Hand over the files and wait until it is ready. The student's code has not run yet."""
        listener = self._hear(deadline)
        try:
            self.group = _group(settings, family(self.pid))
        except cgroup.NoGroup as error:
            self.without_group = str(error)
        if listener >= 0:
            self.births = Births(listener, numbers(platform.machine())["mmap"])
            self.births.start()
        for value in (len(settings.files), *settings.files):
            self.channel.send(encode(value), deadline)
        ready = decode(self.channel.receive(deadline))
        if type(ready) is not tuple or ready[:1] != ("ready",):
            raise WireError("no greeting")
        self.cpu_before = self._seconds()
        self.members = family(self.pid)

    def _hear(self, deadline: float) -> int:
        """Wait for the message that it has confined itself.

        With it comes the descriptor on which the kernel asks before a process is made (-1: none came).
        """
        connection = self.channel.connection
        ready = select.poll()
        ready.register(connection, select.POLLIN)
        if not ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise Gone
        room = socket.CMSG_SPACE(_NUMBER.size) + socket.CMSG_SPACE(_CREDENTIALS.size)
        data, about, _, _ = connection.recvmsg(1, room)
        said = {kind: content for _, kind, content in about}
        if socket.SCM_CREDENTIALS in said:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
            self.pid = _CREDENTIALS.unpack(said[socket.SCM_CREDENTIALS])[0]
        if data != b"!" or not self.pid:
            raise Gone
        return int(_NUMBER.unpack(said[socket.SCM_RIGHTS])[0]) if socket.SCM_RIGHTS in said else -1

    def words(self) -> str:
        """The last lines that the sandbox's program printed."""
        self._said.seek(0)
        return str(self._said.read(2000), "utf-8", "replace").strip()[-1500:]

    def memory(self) -> int:
        """Bytes that its processes hold, and that the kernel may hold for them.

        Memory that they can share but need not have mapped now counts here if no control group counts it.
        """
        hidden = self.births.shared if self.births is not None and self.group is None else 0
        return hidden + sum(map(memory_of, family(self.pid)))

    def holds_too_much(self) -> bool:
        """Whether it holds more memory than it may."""
        return (self.group is not None and self.group.over_memory()) or self.memory() > self.most_memory

    def cpu(self) -> float:
        """CPU seconds that its processes have used since it was ready."""
        return max(0.0, self._seconds() - self.cpu_before)

    def _seconds(self) -> float:
        if self.group is not None:
            with suppress(OSError):
                return self.group.seconds()
        ticks = 0
        for pid in family(self.pid):
            with suppress(OSError, ValueError, IndexError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def clock(self) -> float:
        """Seconds that the student's process has computed; it cannot change this count of the kernel's."""
        return time.clock_gettime(~self.members[-1] << 3 | 2)

    def interrupt(self) -> None:
        """Ask the student's process to stop what it does."""
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self.members[-1], signal.SIGALRM)

    def company(self) -> Callable[[], str]:
        """Watch whether other processes might compute for the student's.

        The function that this returns says so in words, or returns an empty text.
        """
        before, made = self._has_others(), self._made()

        def found() -> str:
            if before or self._has_others():
                return "has other processes at work, so its time cannot be told"
            return "started other processes, so its time cannot be told" if self._made() != made else ""

        return found

    def _has_others(self) -> bool:
        return family(self.pid) != self.members

    def _made(self) -> int:
        """How many processes have been started in it."""
        return self.births.count if self.births is not None else 0

    def end(self) -> None:
        """Kill everything in it."""
        with self._ending:
            if not self.ended.is_set():
                self.over_memory |= self.group is not None and self.group.over_memory()
                self._end()
                if self.group is not None:
                    self.group.end()
                self.ended.set()

    def _end(self) -> None:
        raise NotImplementedError


class Started(Sandbox):
    """A sandbox with a program of its own."""

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


def _group(settings: Settings, members: list[int]) -> cgroup.Group:
    """A group with these processes in it, with room for its folders. Raises NoGroup."""
    room = (settings.memory_mb + FOLDERS * settings.file_mb) << 20
    group = cgroup.make(room, settings.processes + OURS)
    try:
        for pid in members:
            group.take(pid)
    except OSError as error:
        group.end()
        raise cgroup.NoGroup(f"{error.strerror}: {error.filename}") from None
    return group
