"""A process with packages imported that forks a child for each submission, confined like a new sandbox.

Most of the time of starting a sandbox goes into starting Python and importing packages. This process does it
once, in a sandbox, and never runs student code. For each submission it forks. The child takes new mount,
process, network, IPC and host name namespaces and empty folders to write to, and then gives up every right,
before it receives anything of the student's. Code in it sees the same as in a sandbox of its own, cannot find
or signal other processes, and ends with its process namespace.

    fork server     waits for requests
      keeper    watches the grader's end: when that closes, everything below is killed
        init    first in the new process namespace, confined; collects what has ended
          the student's side (`student.perform`)
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import socket
import traceback
from typing import Any

from .confine import confine, filter_calls, greet
from .preload import preload
from .student import perform, prepare

# linux/sched.h: mount, UTS, IPC, process and network namespaces
NEW_NAMESPACES = 0x00020000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000
MS_NOSUID, MS_NODEV = 2, 4
LARGEST_REQUEST = 1 << 17
MOST_FILES = 20_000
"""In each writable folder; even files without content take memory, which belongs to no process."""


def serve(control: socket.socket) -> None:
    """Fork for each request, until the other side closes the connection."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that keepers need not be waited for
    while True:
        request, numbers, _, _ = socket.recv_fds(control, LARGEST_REQUEST, 2)
        if not request:
            return
        if os.fork() == 0:
            _never_return(_keep, request, *numbers)
        for number in numbers:
            os.close(number)


def _never_return(act: Any, *details: Any) -> None:
    """Run this in a fresh child, and write an error where the grader reads it."""
    try:
        act(*details)
    except BaseException:
        os.write(2, traceback.format_exc()[-1500:].encode())
        os._exit(1)
    os._exit(0)


def _keep(request: bytes, connection: int, lease: int) -> None:
    """Make the namespaces, start their first process, and end it when the lease closes."""
    _close_all_but(connection, lease)
    libc = ctypes.CDLL(None, use_errno=True)
    _must(libc.unshare(NEW_NAMESPACES), "unshare")
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    first = os.fork()
    if first == 0:
        _never_return(_begin, json.loads(request), connection, libc)
    os.close(connection)
    ended = os.pidfd_open(first)
    select.select([lease, ended], [], [])
    with contextlib.suppress(ProcessLookupError):
        os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)


def _begin(config: dict[str, Any], connection: int, libc: Any) -> None:
    """The first process of the namespace: confine, start the student's side, collect until that has ended."""
    _must(libc.prctl(1, signal.SIGKILL, 0, 0, 0), "prctl")  # PR_SET_PDEATHSIG
    _close_all_but(connection)
    options = f"mode=1777,size={config['room']},nr_inodes={MOST_FILES}".encode()
    for place in config["writable"]:
        _must(libc.mount(b"tmpfs", place.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, options), f"mount {place}")
    confine(config)
    _must(libc.prctl(1, signal.SIGKILL, 0, 0, 0), "prctl")  # a new user id has cleared it
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    line = socket.socket(fileno=connection)
    greet(line, filter_calls(config))  # the kernel tells the grader which process says so
    student = os.fork()
    if student == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _never_return(perform, line, config)
    line.close()
    while os.wait()[0] != student:
        pass


def _must(answer: int, what: str) -> None:
    if answer != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _close_all_but(*kept: int) -> None:
    """Close all descriptors but these and the standard ones."""
    below = 3
    for number in sorted(kept):
        os.closerange(below, number)
        below = number + 1
    os.closerange(below, 4096)


def main(number: int, config: dict[str, Any]) -> None:
    """Prepare, say so on the socket of that number, and serve."""
    control = socket.socket(fileno=number)
    control.set_inheritable(False)
    prepare(config)
    preload(config["allow"], os.environ["MPLCONFIGDIR"])
    gc.collect()
    gc.freeze()
    control.send(b"ready")
    serve(control)
