"""A control group for each submission: the kernel limits and counts what its processes hold together.

The watch from outside sees each process's own memory, four times a second. A group's limit holds at every
moment, and it also counts what belongs to no process: buffers, queues, locks, files in memory. Not every
machine lets us make groups. In a container they are usually read-only, and an ordinary user has some only if
systemd has handed them over. Then `make` says why not, and the watch from outside has to do.
"""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.grading.trusted.sandbox.kernel_file import KernelFile

PREFIX = "cs-conv-"
"""How the names of groups begin; the grader's process id follows."""

CONTROLLERS = ("memory", "pids", "cpu")
_PATIENCE = 5.0
"""Seconds that killed processes may take to leave their group."""
_turns = itertools.count()


class NoGroup(Exception):
    """No group can be made on this machine; the message says why."""


@dataclass(frozen=True)
class Group:
    """A group's folders: one if the kernel has one tree of groups (version 2), else one a controller."""

    folders: tuple[Path, ...]
    unified: bool

    def take(self, pid: int) -> None:
        """Put a process into the group; what it makes from now on belongs to it as well. Raises OSError."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid))

    def members(self) -> list[int]:
        """The processes that are in it, without those that another process namespace hides."""
        return [int(n) for n in (self.folders[0] / "cgroup.procs").read_text().split() if n != "0"]

    def seconds(self) -> float:
        """The computing time of all processes that are or were in it. Raises OSError if it is not counted."""
        counted = self._computed.read()
        if not self.unified:
            return int(counted) / 1e9
        return int(dict(line.split() for line in counted.splitlines())[b"usage_usec"]) / 1e6

    @cached_property
    def _computed(self) -> KernelFile:
        return KernelFile(
            str(self.folders[0] / "cpu.stat" if self.unified else self.folders[-1] / "cpuacct.usage")
        )

    def over_memory(self) -> bool:
        """Whether it wanted more memory than it may have.

        The kernel then stops its processes (version 1) or kills all of them (version 2).
        """
        with suppress(OSError):
            if self.unified:
                return _field(self.folders[0] / "memory.events", "oom_kill") > 0
            return _field(self.folders[0] / "memory.oom_control", "under_oom") > 0
        return False

    def end(self) -> None:
        """Kill what is in it, and remove it."""
        self._computed.close()
        deadline = time.monotonic() + _PATIENCE
        with suppress(OSError):
            while self.members() and time.monotonic() < deadline:
                for pid in self.members():
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                time.sleep(0.001)
        for folder in self.folders:
            _remove(folder, deadline)


def make(memory: int, processes: int, root: Path = Path("/")) -> Group:
    """A new group that may hold so many bytes and processes. Raises NoGroup.

    The kernel gives each group as much of the processors as a single process beside it, however many
    processes are in the group. `root` is the folder that holds /proc and /sys.
    """
    try:
        mounts = list(_mounts(root))
        own = _own(root)
    except (OSError, ValueError) as error:
        raise NoGroup(str(error)) from None
    problems = []
    for places in _candidates(mounts, own):
        try:
            return _made(places, memory, processes)
        except OSError as error:
            problems.append(f"{error.strerror}: {error.filename}")
    raise NoGroup("; ".join(problems) or f"{root / 'sys/fs/cgroup'} has no controller of memory")


@dataclass(frozen=True)
class _Mount:
    """A tree of groups: its place, the group at its top, and its controllers (none in version 2)."""

    place: Path
    top: str
    controllers: frozenset[str]

    def folder(self, group: str) -> Path:
        """The folder of a group in this tree."""
        below = group.removeprefix(self.top.rstrip("/")) if group.startswith(self.top) else ""
        return self.place / below.lstrip("/")


def _mounts(root: Path) -> Iterator[_Mount]:
    for line in (root / "proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        _, _, _, top, place, *_ = before.split()
        kind, _, options = after.split()
        if kind in ("cgroup", "cgroup2"):
            named = frozenset(options.split(",")) if kind == "cgroup" else frozenset()
            yield _Mount(root / place.lstrip("/"), top, named)


def _own(root: Path) -> dict[str, str]:
    """The group that this process is in, by controller; under the empty name in version 2."""
    found = {}
    for line in (root / "proc/self/cgroup").read_text().splitlines():
        _, names, group = line.split(":", 2)
        found.update(dict.fromkeys(names.split(","), group))
    return found


def _candidates(mounts: list[_Mount], own: dict[str, str]) -> Iterator[tuple[Path, ...]]:
    """Folders in which groups may be made: below the grader's own group, or beside it in version 2.

    There, a group with processes cannot have limited groups below it.
    """
    by_controller = {name: mount for mount in mounts for name in mount.controllers}
    if "memory" in by_controller:
        wanted = [name for name in (*CONTROLLERS, "cpuacct") if name in by_controller and name in own]
        yield tuple(dict.fromkeys(by_controller[name].folder(own[name]) for name in wanted))
        return
    for mount in mounts:
        if not mount.controllers:
            folder = mount.folder(own.get("", "/"))
            yield (folder,)
            if folder != mount.place:
                yield (folder.parent,)


def _made(places: tuple[Path, ...], memory: int, processes: int) -> Group:
    """A group in these folders with its limits. Raises OSError, and then leaves nothing behind."""
    name = f"{PREFIX}{os.getpid()}-{next(_turns)}"
    unified = (places[0] / "cgroup.controllers").exists()
    group = Group(tuple(place / name for place in places), unified)
    for place in places:
        _sweep(place)
    try:
        for folder in group.folders:
            _begin(folder)
        if unified:
            for controller in CONTROLLERS:
                with suppress(OSError):  # it may be given already; what is missing shows below
                    (places[0] / "cgroup.subtree_control").write_text(f"+{controller}")
            _limit_unified(group.folders[0], memory, processes)
        else:
            _limit(group.folders, memory, processes)
    except OSError:
        for folder in group.folders:
            _remove(folder, 0.0)
        raise
    return group


def _begin(folder: Path) -> None:
    """Make a group; the kernel fills its folder."""
    folder.mkdir()


def _limit_unified(folder: Path, memory: int, processes: int) -> None:
    _set(folder / "memory.max", memory)
    _set(folder / "memory.oom.group", 1)
    _set(folder / "pids.max", processes)
    with suppress(OSError):  # a kernel without swap has none
        _set(folder / "memory.swap.max", 0)
    _field(folder / "cpu.stat", "usage_usec")


def _limit(folders: tuple[Path, ...], memory: int, processes: int) -> None:
    for folder in folders:
        if (folder / "memory.limit_in_bytes").exists():
            _set(folder / "memory.limit_in_bytes", memory)
            _set(folder / "memory.oom_control", 1)
            with suppress(OSError):  # a kernel that does not count swap has none
                _set(folder / "memory.memsw.limit_in_bytes", memory)
        if (folder / "pids.max").exists():
            _set(folder / "pids.max", processes)


def _set(file: Path, value: int) -> None:
    """Write to a file of the kernel's; never make one."""
    with file.open("r+") as opened:
        opened.write(str(value))


def _field(file: Path, name: str) -> int:
    """The number after this name, in a file with a name and a number in each line."""
    return int(dict(line.split() for line in file.read_text().splitlines())[name])


def _remove(folder: Path, deadline: float) -> None:
    """Remove a group as soon as its last process has left it."""
    while True:
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            if time.monotonic() >= deadline:
                return
            time.sleep(0.001)


def _sweep(place: Path) -> None:
    """Remove the empty groups of graders that were killed."""
    for folder in place.glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            with suppress(OSError):
                folder.rmdir()
