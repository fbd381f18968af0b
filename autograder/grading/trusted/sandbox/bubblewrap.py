"""Bubblewrap: each submission has new namespaces, no network, an empty home, and a few read-only folders.

As root, bubblewrap mounts with root's rights, and the student's side then takes a user id of its own, because
the kernel does not limit the processes of root. As an ordinary user, it works within a user namespace.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

from autograder.grading.trusted.sandbox import seccomp
from autograder.grading.trusted.sandbox.backend import NoSandbox, Sandbox, Settings, Started
from autograder.grading.trusted.sandbox.configuration import INSIDE, configuration, environment
from autograder.grading.trusted.sandbox.contents import Holdings, holdings
from autograder.grading.trusted.sandbox.forked import ForkServer
from autograder.grading.trusted.sandbox.own_user import own_user
from autograder.grading.trusted.sandbox.program import python_command, start_program

WRITABLE = ("/work", "/tmp", "/dev/shm")


class Bubblewrap:
    """Starts sandboxes with bwrap: as children of a fork server, or each by itself if there is none."""

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
        """Start a process that makes sandboxes faster; it never runs student code. Raises NoSandbox."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        config = configuration(Settings(allow=allow), None, allow=allow)
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
        """Run a module of `inside/` under bwrap, with its end of a socket and its settings."""
        if self.program is None:
            raise NoSandbox("bwrap is not installed; on Debian and Ubuntu: apt-get install bubblewrap")
        held = holdings(allow)
        confinement = [
            self.program,
            *_namespaces(os.geteuid() == 0, makes_more=not room),
            *_world(held, room),
            "--",
        ]
        python = python_command(held.python, "/grader", module, theirs, config)
        return start_program([*confinement, *python], theirs, {}, "/")


def _namespaces(as_root: bool, makes_more: bool) -> list[str]:
    """New namespaces, and the rights that are needed until the student's side gives them up.

    As root, it needs some to take a user id of its own; a fork server, to make namespaces for each child.
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
    """Everything that can be seen in the sandbox.

    `room` is how many bytes fit into each writable folder; if it is 0, nothing can be written.
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
    """All folders above these paths, parents first, without those that are links."""
    found = {str(parent) for path in paths for parent in Path(path).parents} - {"/", *links}
    return sorted(found)
