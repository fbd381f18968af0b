"""Frames over a socket: each is its length and its bytes."""

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
"""A time of time.monotonic(), or a function that says how many seconds to wait before asking it again (0: it
is too late), or None for as long as it takes.
"""


class Channel:
    """Sends and receives frames."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.buffer = bytearray()

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
        """The bytes of one frame. Raises Gone, Late, and WireError for a length that no frame has."""
        self._fill(4, deadline)
        (size,) = _U32.unpack_from(self.buffer)
        if size > MAX_FRAME + 4096:
            raise WireError(f"a frame of {size} bytes")
        self._fill(4 + size, deadline)
        whole, self.buffer = self.buffer, self.buffer[4 + size :]
        return memoryview(whole)[4 : 4 + size]

    def _fill(self, size: int, deadline: Deadline) -> None:
        """Read until there are so many bytes; what comes with them belongs to the next frame."""
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
        """Until the socket is ready; only where there is a deadline, since the trusted side alone has one."""
        if deadline is None:
            return
        poll = select.poll()
        poll.register(self.connection, select.POLLOUT if write else select.POLLIN)
        while (left := deadline() if callable(deadline) else deadline - time.monotonic()) > 0:
            if poll.poll(left * 1000):
                return
        raise Late

    def shut(self) -> None:
        """End the connection; whoever waits on it, in whatever thread, sees it gone."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back; nobody may be waiting on it any more."""
        self.connection.close()
