"""Bubblewrap: fresh namespaces for each submission, no network, an empty home, a read-only world of a few
folders.

Two ways to the same: as root, bubblewrap mounts with root's rights and the student's side then becomes a
user id of its own, because the kernel counts no processes for root; as an ordinary user it works within a
user namespace.
"""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from autograder.grading.trusted.sandbox import seccomp
from autograder.grading.trusted.sandbox.backend import (
    HERE,
    SCRIPTS,
    NoSandbox,
    Sandbox,
    Settings,
    configuration,
)
from autograder.grading.trusted.sandbox.imports import Holdings, holdings

FIRST_ID, IDS = 200_000, 100_000
_turns = itertools.count(os.getpid() % IDS)


class Bubblewrap:
    """Starts sandboxes with bwrap."""

    name = "bubblewrap"

    def __init__(self, prepared: str | None = None) -> None:
        self.program = shutil.which("bwrap")
        self.prepared = prepared
        """A folder with Matplotlib's list of fonts, made once for all."""

    def start(self, settings: Settings) -> Sandbox:
        """A fresh sandbox."""
        if self.program is None:
            raise NoSandbox("bwrap is not installed; on Debian and Ubuntu: apt-get install bubblewrap")
        held = holdings(settings.allow)
        as_root = os.geteuid() == 0
        ours, theirs = socket.socketpair()
        config = configuration(
            settings,
            seccomp.build(),
            uid=FIRST_ID + next_turn() % IDS if as_root else 0,
            files=[f"/files/{number}" for number in range(len(settings.files))],
        )
        command = [
            self.program,
            *_namespaces(as_root),
            *_world(held, settings, self.prepared),
            "--",
            held.python,
            *("-s", "-S", "-B", "-P", "-X", "utf8"),
            "/grader/inside.py",
            str(theirs.fileno()),
            config,
        ]
        said = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env={},
                cwd="/",
            )
        except OSError as error:
            raise NoSandbox(f"bwrap cannot be run: {error}") from None
        finally:
            theirs.close()
        return Sandbox(process, ours, said, settings)


def _namespaces(as_root: bool) -> list[str]:
    flags = [
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-net",
        "--unshare-uts",
        "--die-with-parent",
        "--new-session",
    ]
    if as_root:
        # Needed until the student's side has taken its own user id, which drops them.
        return [*flags, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SYS_RESOURCE"]
    return ["--unshare-user", *flags]


def _world(held: Holdings, settings: Settings, prepared: str | None) -> list[str]:
    """Everything that can be seen in the sandbox."""
    options: list[str] = []
    shown = [*(target for _, target in held.binds), "/dev/null", "/grader/inside.py"]
    shown += [f"/files/{number}" for number in range(len(settings.files))]
    for folder in _above(shown, [place for place, _ in held.links]):
        # Named, because bubblewrap keeps the folders that it makes by itself above a file to their owner.
        options += ["--dir", folder]
    for source, target in held.binds:
        options += ["--ro-bind", source, target]
    for place, target in held.links:
        options += ["--symlink", target, place]
    for place in held.covers:
        options += ["--tmpfs", place, "--remount-ro", place]
    for device in ("null", "zero", "random", "urandom"):
        options += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    for script in SCRIPTS:
        options += ["--ro-bind", str(HERE / script), f"/grader/{script}"]
    for number, folder in enumerate(settings.files):
        if Path(folder).is_dir():
            options += ["--ro-bind", folder, f"/files/{number}"]
    room = str(settings.file_mb << 20)
    for place in ("/work", "/tmp", "/dev/shm"):
        options += ["--perms", "1777", "--size", room, "--tmpfs", place]
    options += ["--dir", "/home", "--remount-ro", "/"]
    if prepared:
        options += ["--ro-bind", prepared, "/prepared"]
        options = ["--dir", "/prepared", *options]
    for name, value in environment("/tmp", "/prepared" if prepared else None).items():
        options += ["--setenv", name, value]
    return ["--clearenv", *options, "--hostname", "sandbox", "--chdir", "/work"]


def _above(paths: list[str], links: list[str]) -> list[str]:
    """All folders above these paths, each before what it holds, without those that links stand for."""
    found = {str(parent) for path in paths for parent in Path(path).parents} - {"/", *links}
    return sorted(found)


def environment(home: str, prepared: str | None) -> dict[str, str]:
    """The variables of a sandbox: nothing of the grader's own."""
    return {
        "HOME": home,
        "PATH": "/nonexistent",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": prepared or home,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def next_turn() -> int:
    """A number that differs from one sandbox to the next, for user ids of their own."""
    return next(_turns)
