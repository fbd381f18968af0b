"""Sending and receiving frames over a socket: a frame is a length and so many bytes."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import time
from collections.abc import Callable

from .wire_values import MAX_FRAME, WireError

_U32 = struct.Struct("<I")


class Gone(Exception):
    """The other side has closed the connection."""


class Late(Exception):
    """The other side did not answer in time."""


Deadline = float | Callable[[], float] | None
"""A time of `time.monotonic()`; or a function that tells how many seconds to wait before asking it again, 0
if it is too late; or None, to wait as long as it takes.
"""


class Channel:
    """Sends and receives frames."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.buffer = bytearray()
        self._polls: dict[int, select.poll] = {}

    def send(self, data: bytes, deadline: Deadline = None) -> None:
        """Send one encoded value. Raises Gone, Late."""
        if len(data) > MAX_FRAME + 4096:
            raise WireError(f"more than {MAX_FRAME >> 20} MiB of data")
        rest = memoryview(_U32.pack(len(data)) + data)
        flags = 0 if deadline is None else socket.MSG_DONTWAIT
        try:
            while rest:
                try:
                    rest = rest[self.connection.send(rest, flags) :]
                except BlockingIOError:
                    self._wait(deadline, write=True)
        except OSError:
            raise Gone from None

    def receive(self, deadline: Deadline = None) -> memoryview:
        """Receive the bytes of one frame. Raises Gone, Late, and WireError if the length is impossible."""
        self._fill(4, deadline)
        (size,) = _U32.unpack_from(self.buffer)
        if size > MAX_FRAME + 4096:
            raise WireError(f"a frame of {size} bytes")
        self._fill(4 + size, deadline)
        whole, self.buffer = self.buffer, self.buffer[4 + size :]
        return memoryview(whole)[4 : 4 + size]

    def _fill(self, size: int, deadline: Deadline) -> None:
        """Read until the buffer holds so many bytes; more than these belong to the next frame."""
        flags = 0 if deadline is None else socket.MSG_DONTWAIT  # what wakes us up need not be data
        try:
            while len(self.buffer) < size:
                self._wait(deadline, write=False)
                with contextlib.suppress(BlockingIOError):
                    piece = self.connection.recv(1 << 18, flags)
                    if not piece:
                        raise Gone
                    self.buffer += piece
        except OSError:
            raise Gone from None

    def _wait(self, deadline: Deadline, write: bool) -> None:
        """Wait until the socket is ready, if there is a deadline; only the trusted side has one."""
        if deadline is None:
            return
        events = select.POLLOUT if write else select.POLLIN
        if events not in self._polls:
            self._polls[events] = select.poll()
            self._polls[events].register(self.connection, events)
        poll = self._polls[events]
        while (left := deadline() if callable(deadline) else deadline - time.monotonic()) > 0:
            if poll.poll(left * 1000):
                return
        raise Late

    def shut(self) -> None:
        """End the connection, also for threads that wait on it."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the socket, when no thread waits on it any more."""
        self.connection.close()
