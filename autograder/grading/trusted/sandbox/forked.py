"""Sandboxes from a fork server: a bubblewrap with packages imported, which forks a confined child for each.

`inside/fork_server.py` says what the child is cut off from. Here is the grader's end: it asks for a child,
learns from the kernel which process that is, and ends it. A request comes with a lease that the grader alone
holds. The lease closes when the grader dies, in whatever way, and then everything in the sandbox is killed.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
from contextlib import suppress
from typing import Any

from autograder.grading.trusted.sandbox.backend import STARTUP, NoSandbox, Sandbox, Settings


class ForkServer:
    """The grader's end of a fork server; `allow` is what can be imported in it."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket, said: Any) -> None:
        self.process, self.control, self.said = process, control, said
        self.control.settimeout(STARTUP)
        try:
            ready = self.control.recv(16)
        except OSError:
            ready = b""
        if ready != b"ready":
            self.said.seek(0)
            words = str(self.said.read(2000), "utf-8", "replace").strip()
            self.end()
            raise NoSandbox(f"the fork server did not start: {words[-1500:]}")

    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def born(self, settings: Settings, config: str) -> Sandbox:
        """A new sandbox. Raises NoSandbox."""
        ours, theirs = socket.socketpair()
        held, lease = os.pipe()
        try:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            socket.send_fds(self.control, [config.encode()], [theirs.fileno(), held])
        except OSError as error:
            ours.close()
            os.close(lease)
            raise NoSandbox(f"the fork server is gone ({error})") from None
        finally:
            theirs.close()
            os.close(held)
        return Child(ours, lease, self.said, settings)

    def end(self) -> None:
        """Kill it and all its children."""
        self.process.kill()
        self.process.wait()
        self.control.close()


class Child(Sandbox):
    """A sandbox that a fork server made."""

    def __init__(self, connection: socket.socket, lease: int, said: Any, settings: Settings) -> None:
        self._lease, self._first = lease, -1
        super().__init__(0, connection, said, settings)

    def _hear(self, deadline: float) -> int:
        """Wait as any sandbox does; the kernel says which process sent the message."""
        listener = super()._hear(deadline)
        self._first = os.pidfd_open(self.pid)
        return listener

    def _end(self) -> None:
        os.close(self._lease)
        if self._first >= 0:
            with suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            ended = select.poll()
            ended.register(self._first, select.POLLIN)
            ended.poll(STARTUP * 1000)
            os.close(self._first)
        self.channel.shut()
