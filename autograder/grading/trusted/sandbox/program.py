"""Starting the program of a sandbox: Python with one of the modules of `inside/`, and its end of a socket."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.grading.trusted.sandbox.backend import NoSandbox

Program = tuple[subprocess.Popen[bytes], Any]
"""A process, and the file with what it says."""


def python_command(python: str, grader: str, module: str, theirs: socket.socket, config: str) -> list[str]:
    """The command that runs a module of `inside/`, which lies in the folder `grader`, with its settings."""
    flags = ("-s", "-S", "-B", "-P", "-X", "utf8")
    return [python, *flags, f"{grader}/inside/start.py", module, str(theirs.fileno()), config]


def start_program(
    command: Sequence[str], theirs: socket.socket, variables: Mapping[str, str], folder: str
) -> Program:
    """Start a command and give it its end of a socket, which is closed here. Raises NoSandbox."""
    said = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            env=variables,
            cwd=folder,
        )
    except OSError as error:
        raise NoSandbox(f"{command[0]} cannot be started: {error}") from None
    finally:
        theirs.close()
    return process, said
