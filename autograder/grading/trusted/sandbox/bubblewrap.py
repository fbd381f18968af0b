"""Bubblewrap: fresh namespaces for each submission, no network, an empty home, a read-only world of a few
folders.

Two ways to the same: as root, bubblewrap mounts with root's rights and the student's side then becomes a
user id of its own, because the kernel counts no processes for root; as an ordinary user it works within a
user namespace.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from autograder.grading.trusted.sandbox import seccomp
from autograder.grading.trusted.sandbox.backend import NoSandbox, Sandbox, Settings, Started
from autograder.grading.trusted.sandbox.configuration import INSIDE, configuration, environment
from autograder.grading.trusted.sandbox.contents import Holdings, holdings
from autograder.grading.trusted.sandbox.forked import ForkServer
from autograder.grading.trusted.sandbox.own_user import own_user

WRITABLE = ("/work", "/tmp", "/dev/shm")


class Bubblewrap:
    """Starts sandboxes with bwrap: each its own, or, where a fork server is at work, children of that."""

    name = "bubblewrap"

    def __init__(self, fork_server: ForkServer | None = None) -> None:
        self.program = shutil.which("bwrap")
        self.fork_server = fork_server

    def start(self, settings: Settings) -> Sandbox:
        """A fresh sandbox."""
        if self.fork_server is not None:
            try:
                return self.fork_server.born(settings, self._configuration(settings))
            except NoSandbox:
                self.fork_server = None  # a sandbox of its own does the same, more slowly
        ours, theirs = socket.socketpair()
        process, said = self._run(
            settings.allow, "student", theirs, self._configuration(settings), room=settings.file_mb << 20
        )
        return Started(process, ours, said, settings)

    def start_fork_server(self, allow: tuple[str, ...]) -> ForkServer:
        """A process that makes sandboxes faster; it runs nothing of a student's. Raises NoSandbox."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        config = configuration(Settings(allow=allow), None)
        process, said = self._run(allow, "fork_server", theirs, config, room=0)
        return ForkServer(process, ours, said)

    def _configuration(self, settings: Settings) -> str:
        return configuration(
            settings,
            seccomp.build(),
            uid=own_user(),
            room=settings.file_mb << 20,
            writable=WRITABLE,
        )

    def _run(
        self, allow: tuple[str, ...], module: str, theirs: socket.socket, config: str, room: int
    ) -> tuple[subprocess.Popen[bytes], Any]:
        """One of our modules under bwrap, with its end of a socket and its settings; and what bwrap says."""
        if self.program is None:
            raise NoSandbox("bwrap is not installed; on Debian and Ubuntu: apt-get install bubblewrap")
        held = holdings(allow)
        command = [
            self.program,
            *_namespaces(os.geteuid() == 0, makes_more=not room),
            *_world(held, room),
            "--",
            held.python,
            *("-s", "-S", "-B", "-P", "-X", "utf8"),
            "/grader/inside/start.py",
            module,
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
        return process, said


def _namespaces(as_root: bool, makes_more: bool) -> list[str]:
    """New namespaces, and the rights that are needed until the student's side has given them up: as root to
    take a user id of its own, in a fork server to make the namespaces of each child.
    """
    flags = [
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-net",
        "--unshare-uts",
        "--die-with-parent",
        "--new-session",
    ]
    rights = ["SETUID", "SETGID", "SYS_RESOURCE"] if as_root else []
    if makes_more:
        rights += ["SYS_ADMIN", "KILL"]
    for right in rights:
        flags += ["--cap-add", f"CAP_{right}"]
    return flags if as_root else ["--unshare-user", *flags]


def _world(held: Holdings, room: int) -> list[str]:
    """Everything that can be seen in the sandbox. `room` is how many bytes fit into each of the folders that
    can be written; without any, nothing can be.
    """
    options: list[str] = []
    shown = [*(target for _, target in held.binds), "/dev/null", "/grader/inside"]
    for folder in _above(shown, [place for place, _ in held.links]):
        # Named, because bubblewrap keeps the folders that it makes by itself above a file to their owner.
        options += ["--dir", folder]
    for source, target in held.binds:
        options += ["--ro-bind", source, target]
    for place, target in held.links:
        options += ["--symlink", target, place]
    for place in held.covers:
        options += ["--tmpfs", place, "--remount-ro", place]
    for device in ("null", "random", "urandom"):
        options += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    options += ["--ro-bind", str(INSIDE), "/grader/inside"]
    for place in WRITABLE:
        options += ["--perms", "1777", "--size", str(room), "--tmpfs", place] if room else ["--dir", place]
    options += ["--dir", "/home", "--remount-ro", "/"]
    for name, value in environment("/tmp").items():
        options += ["--setenv", name, value]
    return ["--clearenv", *options, "--hostname", "sandbox", "--chdir", "/work"]


def _above(paths: list[str], links: list[str]) -> list[str]:
    """All folders above these paths, each before what it holds, without those that links stand for."""
    found = {str(parent) for path in paths for parent in Path(path).parents} - {"/", *links}
    return sorted(found)
