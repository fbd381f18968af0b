"""Landlock, a system call filter and resource limits: for machines where bubblewrap cannot run.

Files outside of a few folders cannot be opened, sockets cannot be made, and other processes cannot be
signalled. It is weaker than bubblewrap, since there are no namespaces: an answer sees that other processes
exist, and those that it leaves behind are found by descent, where a namespace would end them for sure.
"""

from __future__ import annotations

import ctypes
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from autograder.grading.trusted.sandbox import seccomp
from autograder.grading.trusted.sandbox.backend import NoSandbox, Sandbox, Settings, Started
from autograder.grading.trusted.sandbox.configuration import INSIDE, configuration, environment
from autograder.grading.trusted.sandbox.contents import SITE, Holdings, holdings
from autograder.grading.trusted.sandbox.own_user import OVERRIDE, READ_SEARCH, has_right, own_user
from autograder.grading.trusted.sandbox.processes import tasks_of_user
from autograder.grading.trusted.sandbox.program import python_command, start_program

# linux/landlock.h
_READ = 1 << 0 | 1 << 2 | 1 << 3
_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_OF_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15


def version() -> int:
    """The kernel's version of Landlock, 0 if it has none."""
    answer = ctypes.CDLL(None, use_errno=True).syscall(444, None, ctypes.c_size_t(0), 1)
    return max(0, int(answer))


class Landlock:
    """Starts Python confined by the kernel's Landlock and seccomp, without namespaces."""

    name = "landlock"
    confined = True

    def start(self, settings: Settings) -> Sandbox:
        """Start a process in a folder of its own."""
        known = version() if self.confined else 1
        if not known:
            raise NoSandbox(
                "this kernel has no Landlock (it needs Linux 5.13 or later with Landlock enabled)"
            )
        user = own_user() if self.confined else 0
        held = holdings(settings.allow)
        reads_by = _right_to_read([path for path, _ in held.binds], known) if user else -1
        folder = _made_folder(held)
        config = configuration(
            settings,
            seccomp.build(only_own_signals=True, keep_times=reads_by == OVERRIDE) if self.confined else None,
            beside=0 if user else tasks_of_user(),
            here=str(folder / "grader"),
            work=str(folder / "work"),
            path=[*held.path[:2], str(folder / "site")],
            uid=user,
            landlock=_rules(held, folder, known, reads_by) if self.confined else None,
        )
        ours, theirs = socket.socketpair()
        command = python_command(held.python, str(folder / "grader"), "student", theirs, config)
        work = str(folder / "work")
        process, said = start_program(command, theirs, environment(work), work)
        return _InFolder(process, ours, said, settings, folder)


def _made_folder(held: Holdings) -> Path:
    """A folder with links to the packages, our modules, and an empty folder to work in."""
    folder = Path(tempfile.mkdtemp(prefix="cs-conv-sandbox-"))
    site, work = folder / "site", folder / "work"
    for place in (site, work):
        place.mkdir()
    for source, target in held.binds:
        if target.startswith(SITE + "/"):
            link = site / target.removeprefix(SITE + "/")
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(source)
    shutil.copytree(INSIDE, folder / "grader" / "inside", ignore=shutil.ignore_patterns("__pycache__"))
    folder.chmod(0o755)
    work.chmod(0o777)
    return folder


def _rules(held: Holdings, folder: Path, known: int, reads_by: int) -> dict[str, Any]:
    """What Landlock of this version is to let through, for `inside/confine.py`."""
    shown = [path for path, _ in held.binds] + [str(folder / "site"), str(folder / "grader")]
    handled = _FILES[min(known, 5)]
    network = 3 if known >= 4 else 0
    scoped = 3 if known >= 6 else 0  # abstract unix sockets and signals stay within
    return {
        "handled": handled,
        "network": network,
        "scoped": scoped,
        "reads_by": reads_by,
        "size": 24 if scoped else 16 if network else 8,
        "of_files": _OF_FILES & handled,
        "paths": [
            *([path, _READ & handled] for path in shown),
            ["/dev/null", _OF_FILES & handled],
            ["/dev/urandom", _READ & handled],
            [str(folder / "work"), handled],
        ],
    }


def _right_to_read(paths: list[str], known: int) -> int:
    """The capability by which answers, which run as another user, can read what Landlock shows them.

    They may need one because Python can lie in root's home. -1 if they need none. Raises NoSandbox if they
    need one that this process cannot give.

    Root in a container cannot give the right to read alone, but it can give the right to ignore all file
    modes. Landlock then keeps answers from writing, if it is of version 3, which knows of truncating, and the
    system call filter keeps them from changing the times of files.
    """
    if has_right(READ_SEARCH):
        return READ_SEARCH
    closed = next(filter(None, map(_closed, map(Path, paths))), None)
    if closed is None:
        return -1
    if known >= 3 and has_right(OVERRIDE):
        return OVERRIDE
    raise NoSandbox(
        f"answers run as another user, who cannot read {closed}, and this root lacks CAP_DAC_READ_SEARCH, as "
        "in a container; install Python and the course where everyone may read, such as /opt, or: "
        f"chmod o+rx {closed}"
    )


def _closed(path: Path) -> Path | None:
    """The first folder on the way to a path, or the path itself, that others than its owner cannot read."""
    for place in reversed([path, *path.resolve().parents]):
        wanted = 0o5 if place.is_dir() else 0o4
        if place.stat().st_mode & wanted != wanted:
            return place
    return None


class _InFolder(Started):
    """A sandbox with a folder on disk that is removed with it."""

    def __init__(self, *args: object, folder: Path | None = None) -> None:
        *rest, self._folder = (*args, folder) if folder else args
        super().__init__(*rest)  # type: ignore[arg-type]

    def _end(self) -> None:
        super()._end()
        try:
            shutil.rmtree(Path(str(self._folder)), ignore_errors=True)
        except RecursionError:  # folders nested without end
            subprocess.run(["rm", "-rf", str(self._folder)], check=False, stderr=subprocess.DEVNULL)


class Unconfined(Landlock):
    """No sandbox at all, on request (`--unsafe`): only for code that one would run oneself."""

    name = "none (unsafe)"
    confined = False
