"""Counting the processes that are started in a sandbox: the kernel asks the grader before each.

A process that lives for a moment leaves no trace that could be read in time. So the system call filter passes
each call that makes a process, and each that maps memory for processes to share, to this side, which counts
it and lets it go on. If the kernel offers no such listener, these calls fail.
"""

from __future__ import annotations

import errno
import os
import select
import struct
import threading
from contextlib import suppress

# linux/seccomp.h
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CALL = struct.Struct("<QIIiIQ6Q")
_ANSWER = struct.Struct("<QqiI")
_GO_ON = 1


class Births(threading.Thread):
    """Counts the processes that are started in one sandbox, and the bytes that they can share."""

    def __init__(self, listener: int, mmap: int) -> None:
        super().__init__(daemon=True)
        self.listener, self.mmap = listener, mmap
        self.count = self.shared = 0

    def run(self) -> None:
        """Answer until no process is left that could ask."""
        ready = select.poll()
        ready.register(self.listener, select.POLLIN)
        while not any(event & ~select.POLLIN for _, event in ready.poll()):
            with suppress(OSError):  # the process that asked was killed meanwhile
                self._answer()
        os.close(self.listener)

    def _answer(self) -> None:
        """Count, then let the call go on; refuse it if this kernel cannot let it go on."""
        from fcntl import ioctl  # which Windows lacks, where this module is only looked at

        asked = ioctl(self.listener, _RECEIVE, bytes(_CALL.size))
        number, _, _, call, _, _, *arguments = _CALL.unpack(asked)
        if call == self.mmap:
            self.shared += arguments[1]
        else:
            self.count += 1
        try:
            ioctl(self.listener, _SEND, _ANSWER.pack(number, 0, 0, _GO_ON))
        except OSError as error:
            if error.errno == errno.EINVAL:
                ioctl(self.listener, _SEND, _ANSWER.pack(number, 0, -errno.EPERM, 0))
