"""Landlock, a system call filter and resource limits: for machines where bubblewrap cannot run. Weaker, and
it says so.

Files outside of a few folders cannot be opened, no socket can be made, no other process can be signalled.
But there are no namespaces: an answer sees that other processes exist, and what it leaves behind is found
by descent instead of dying with its namespace.
"""

from __future__ import annotations

import ctypes
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from autograder.grading.trusted.sandbox import seccomp
from autograder.grading.trusted.sandbox.backend import NoSandbox, Sandbox, Settings, Started
from autograder.grading.trusted.sandbox.configuration import INSIDE, configuration, environment
from autograder.grading.trusted.sandbox.contents import SITE, holdings
from autograder.grading.trusted.sandbox.own_user import OVERRIDE, READ_SEARCH, has_right, own_user
from autograder.grading.trusted.sandbox.processes import tasks_of_user

# linux/landlock.h
_READ = 1 << 0 | 1 << 2 | 1 << 3
_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_OF_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15


def version() -> int:
    """The kernel's Landlock version; 0 where it has none."""
    answer = ctypes.CDLL(None, use_errno=True).syscall(444, None, ctypes.c_size_t(0), 1)
    return max(0, int(answer))


class Landlock:
    """Starts Python confined by the kernel's Landlock and seccomp, without namespaces."""

    name = "landlock"
    confined = True

    def start(self, settings: Settings) -> Sandbox:
        """A fresh process in a folder of its own."""
        known = version() if self.confined else 1
        if not known:
            raise NoSandbox(
                "this kernel has no Landlock (it needs Linux 5.13 or later with Landlock enabled)"
            )
        user = own_user() if self.confined else 0
        held = holdings(settings.allow)
        reads_by = _right_to_read([path for path, _ in held.binds], known) if user else -1
        folder = Path(tempfile.mkdtemp(prefix="cs-conv-sandbox-"))
        site, work, grader = folder / "site", folder / "work", folder / "grader"
        for place in (site, work):
            place.mkdir()
        for source, target in held.binds:
            if target.startswith(SITE + "/"):
                link = site / target.removeprefix(SITE + "/")
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(source)
        shutil.copytree(INSIDE, grader / "inside", ignore=shutil.ignore_patterns("__pycache__"))
        folder.chmod(0o755)
        work.chmod(0o777)
        rules = None
        if self.confined:
            shown = [path for path, _ in held.binds] + [str(site), str(grader)]
            handled = _FILES[min(known, 5)]
            network = 3 if known >= 4 else 0
            scoped = 3 if known >= 6 else 0  # abstract unix sockets and signals stay within
            rules = {
                "handled": handled,
                "network": network,
                "scoped": scoped,
                "reads_by": reads_by,
                "size": 24 if scoped else 16 if network else 8,
                "of_files": _OF_FILES & handled,
                "paths": [[path, _READ & handled] for path in shown]
                + [
                    ["/dev/null", _OF_FILES & handled],
                    ["/dev/urandom", _READ & handled],
                    [str(work), handled],
                ],
            }
        config = configuration(
            settings,
            seccomp.build(only_own_signals=True, keep_times=reads_by == OVERRIDE) if self.confined else None,
            beside=0 if user else tasks_of_user(),
            here=str(grader),
            work=str(work),
            path=[*held.path[:2], str(site)],
            uid=user,
            landlock=rules,
        )
        ours, theirs = socket.socketpair()
        said = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            process = subprocess.Popen(
                [held.python, "-s", "-S", "-B", "-P", "-X", "utf8", str(grader / "inside" / "start.py"),
                 "student", str(theirs.fileno()), config],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, pass_fds=[theirs.fileno()],
                start_new_session=True, env=environment(str(work)), cwd=str(work),
            )  # fmt: skip
        except OSError as error:
            raise NoSandbox(f"Python cannot be started: {error}") from None
        finally:
            theirs.close()
        return _InFolder(process, ours, said, settings, folder)


def _right_to_read(paths: list[str], known: int) -> int:
    """The right by which answers read what Landlock shows them, though they run as another user: Python may
    lie in root's home. -1 where they need none. Raises NoSandbox where they need one and there is none.

    Root in a container cannot have them read alone, but it can have them pass over all file modes: Landlock
    keeps them from writing then, if it is of version 3, which knows of truncating, and the system call filter
    from changing the times of files.
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
    """The first folder on the way to a path, or the path itself, that its owner alone can read."""
    for place in reversed([path, *path.resolve().parents]):
        wanted = 0o5 if place.is_dir() else 0o4
        if place.stat().st_mode & wanted != wanted:
            return place
    return None


class _InFolder(Started):
    """A sandbox with a folder on disk that goes with it."""

    def __init__(self, *args: object, folder: Path | None = None) -> None:
        *rest, self._folder = (*args, folder) if folder else args
        super().__init__(*rest)  # type: ignore[arg-type]

    def _end(self) -> None:
        super()._end()
        try:
            shutil.rmtree(Path(str(self._folder)), ignore_errors=True)
        except RecursionError:  # folders in folders without end
            subprocess.run(["rm", "-rf", str(self._folder)], check=False, stderr=subprocess.DEVNULL)


class Unconfined(Landlock):
    """No sandbox at all: only for submissions that one would run oneself, on request (`--unsafe`)."""

    name = "none (unsafe)"
    confined = False
