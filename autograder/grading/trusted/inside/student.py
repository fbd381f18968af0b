"""The student's side of one submission: takes its files, then answers requests to the last one."""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import socket
import sys
import time
from typing import Any

from . import jupyter
from .channel import Channel
from .confine import confine, filter_calls, greet
from .files import note_files
from .preload import make_way_for_files
from .serve import Requests
from .student_cells import StudentCells
from .wire_values import decode, encode


def prepare(config: dict[str, Any]) -> None:
    """Prepare before any limit holds, and once for all submissions of a fork server.

    Our modules lose their names, because a student's file may have the same name as one of them.
    """
    sys.path.remove(config["here"])
    for name in [name for name in sys.modules if name.partition(".")[0] == "inside"]:
        del sys.modules[name]
    importlib.import_module("numpy.random")


def bring_files(channel: Channel, most: int) -> None:
    """Write the files that come with the notebook, one frame each, into the working folder."""
    for _ in range(decode(channel.receive())):
        path, data = decode(channel.receive())
        most -= len(data)
        if most >= 0:
            with contextlib.suppress(OSError):
                os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
                with open(path, "xb") as file:
                    file.write(data)


def perform(connection: socket.socket, config: dict[str, Any]) -> None:
    """Serve one submission."""
    sys.setrecursionlimit(3000)
    os.chdir(config["work"])
    channel = Channel(connection)
    bring_files(channel, config["rlimits"]["FSIZE"])
    make_way_for_files()
    sys.path.insert(0, "")
    cells = StudentCells(config["output"])
    jupyter.install(cells)
    sys.modules["numpy.random"].seed(config["random"] % 2**32)
    random.seed(config["random"])
    nowhere = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    requests = Requests(channel, cells)
    note_files(".", cells.files)
    channel.send(encode(("ready", os.getpid(), round(time.process_time(), 4))))
    requests.serve()


def main(number: int, config: dict[str, Any]) -> None:
    """Serve one submission over the socket of that number, in a sandbox made for it."""
    prepare(config)
    connection = socket.socket(fileno=number)
    connection.set_inheritable(False)
    confine(config)
    greet(connection, filter_calls(config))
    perform(connection, config)
    os._exit(0)
