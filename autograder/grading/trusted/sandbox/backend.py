"""What a sandbox is to those who use it: a socket to the student's side, and an end."""

from __future__ import annotations

import base64
import itertools
import json
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
from autograder.grading.trusted.sandbox.contents import Holdings, holdings
from autograder.grading.trusted.sandbox.process_births import Births
from autograder.grading.trusted.sandbox.seccomp import Filter
from autograder.grading.trusted.sandbox.system_calls import numbers

_CREDENTIALS, _NUMBER = struct.Struct("iII"), struct.Struct("i")

STARTUP = 60.0
"""Seconds that a sandbox may take to be ready: our own doing, so a slow machine is no fault of the
student's.
"""


FOLDERS = 3
"""Folders in memory that a student may write to."""
OURS = 4
"""Processes of ours in a sandbox."""

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
        self.births: Births | None = None
        self.group: cgroup.Group | None = None
        self.without_group = ""
        """Why it has none."""
        self.cpu_before = 0.0
        self.members: list[int] = []
        """What belongs to it before a student's cell has run; the last one is the student's process."""
        self.ended = threading.Event()
        self._ending = threading.Lock()
        try:
            self._greet(settings, time.monotonic() + STARTUP)
        except (Gone, Late, WireError) as error:
            self.end()
            raise NoSandbox(f"the sandbox did not start ({type(error).__name__}): {self.words()}") from None

    def _greet(self, settings: Settings, deadline: float) -> None:
        """Hand the files over and wait until it is ready. No code of the student's has run yet."""
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
        """Wait for the word that it has confined itself; what comes with it asks before a process is made
        (-1: nothing came).
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
        """What the sandbox program said, at most a few lines."""
        self._said.seek(0)
        return str(self._said.read(2000), "utf-8", "replace").strip()[-1500:]

    def memory(self) -> int:
        """Bytes that its processes hold, each shared page counted by its share, and that the kernel may hold
        for them. What they can share, and need not have mapped now, counts where no group counts it.
        """
        hidden = self.births.shared if self.births is not None and self.group is None else 0
        return hidden + sum(_memory_of(pid) + _buffers_of(pid) for pid in family(self.pid))

    def holds_too_much(self) -> bool:
        """Whether it holds more memory than it may; it has to be ended then."""
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
        """Seconds that the student's process has computed, as the kernel counts them: nothing in the process
        can change that.
        """
        return time.clock_gettime(~self.members[-1] << 3 | 2)

    def interrupt(self) -> None:
        """Have the student's process stop what it does, if it listens."""
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self.members[-1], signal.SIGALRM)

    def company(self) -> Callable[[], str]:
        """Look from now on whether other processes might compute for the student's; what comes back says so
        in words, or nothing.
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
        """How many processes have been made in it."""
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


FEW_FILES = 64
"""Descriptors that every process has room for."""


def _buffers_of(pid: int) -> int:
    """Bytes that the kernel may hold for a process: its page tables, and what can lie in its sockets where it
    has room for more than a few descriptors.
    """
    with suppress(OSError, ValueError, IndexError, KeyError):
        about = _fields(f"/proc/{pid}/status")
        each = int(Path("/proc/sys/net/core/wmem_default").read_text())
        return max(0, about["FDSize"] - FEW_FILES) * each + (about["VmPTE"] << 10)
    return 0


def _memory_of(pid: int) -> int:
    with suppress(OSError, KeyError):
        about = _fields(f"/proc/{pid}/smaps_rollup")
        return (about["Pss"] + about["SwapPss"]) << 10
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _fields(place: str) -> dict[str, int]:
    """The numbers of a file of /proc that has one field a line.

    What a process calls itself stands in such a file too, and may look like other fields. The kernel lets it
    hold any byte but a line feed: so lines end there and nowhere else, and a field's name begins its line.
    """
    found = {}
    for line in Path(place).read_bytes().split(b"\n"):
        name, _, value = line.partition(b":")
        number = value.split()[:1]
        if number and number[0].isdigit():
            found[name.decode("ascii", "replace")] = int(number[0])
    return found


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


INSIDE = Path(__file__).resolve().parents[1] / "inside"
"""The package that runs in the sandbox."""


def configuration(settings: Settings, rules: Filter | None, beside: int = 0, **also: Any) -> str:
    """The settings as the student's side reads them. `beside` are the processes and threads that the kernel
    counts with those of the sandbox.
    """
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
            "NPROC": settings.processes + beside,
            "CORE": 0,
            "NOFILE": 256,
            "CPU": settings.seconds_in_all + 5,
        },
    }
    if rules is not None:
        config["calls"] = {
            "program": base64.b64encode(rules.program).decode(),
            "own_id_at": rules.own_id_at,
            "installed_by": rules.installed_by,
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


OVERRIDE, READ_SEARCH, KILL, SETGID, SETUID = 1, 2, 5, 6, 7
"""Numbers in linux/capability.h: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_KILL, CAP_SETGID, CAP_SETUID."""


def own_user() -> int:
    """A user id that differs from one sandbox to the next, because the kernel counts processes by user id; 0
    for a grader that is not root and can give none. Raises NoSandbox for a root that has not root's rights.

    Graders are forks of one worker, so it is made of the process id too.
    """
    if os.geteuid() != 0:
        return 0
    if not all(map(has_right, (KILL, SETGID, SETUID))):
        raise NoSandbox(
            "this root lacks CAP_SETUID, CAP_SETGID or CAP_KILL, so answers cannot run as another user, and "
            "the kernel counts no processes for root; grade as an ordinary user, or give root these rights"
        )
    return FIRST_USER + (os.getpid() * 64 + next(_turns) % 64) % USERS


def tasks_of_user() -> int:
    """The processes and threads that the user who grades has now."""
    count = 0
    for place in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError, KeyError):
            about = _fields(str(place))
            count += about["Threads"] if about["Uid"] == os.getuid() else 0
    return count


def has_right(number: int) -> bool:
    """Whether this process has a capability, by its number."""
    rights = Path("/proc/self/status").read_text().partition("\nCapEff:")[2].split()[0]
    return bool(int(rights, 16) >> number & 1)
