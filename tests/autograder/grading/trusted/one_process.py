"""Runs notebooks as a kernel does, answers and tests in one process: what is handed in is compared with it.

Reads JSON from stdin, a list of notebooks, each a list of cells' sources; writes for each notebook the errors
of its cells: the name of each, or null. Each notebook has a process of its own.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile

import matplotlib.pyplot  # noqa: F401
import numpy  # noqa: F401
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


class Shell(InteractiveShell):  # type: ignore[misc]
    """As a kernel's: pictures are shown in the notebook, without a window."""

    def enable_gui(self, gui: str | None = None) -> None:
        """There is nothing to enable."""


def errors(cells: list[str]) -> list[str | None]:
    """The name of the error that each cell ended with."""
    config = Config()
    config.HistoryManager.enabled = False
    shell = Shell.instance(config=config)
    shell.set_hook("show_in_pager", lambda *shown, **where: None, 99)
    found = []
    for source in cells:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            ran = shell.run_cell(source, store_history=True)
        error = ran.error_before_exec or ran.error_in_exec
        found.append(None if error is None else f"{type(error).__name__}: {error}")
    return found


def apart(cells: list[str]) -> list[str | None]:
    """The same in a new process, in an empty folder."""
    came, goes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(came)
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            sys.path.insert(0, "")
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            with os.fdopen(goes, "w") as file:
                json.dump(errors(cells), file)
            os.chdir("/")
        os._exit(0)
    os.close(goes)
    with os.fdopen(came) as file:
        text = file.read()
    os.waitpid(child, 0)
    found: list[str | None] = json.loads(text) if text else ["the process ended"] * len(cells)
    return found


if __name__ == "__main__":
    json.dump([apart(cells) for cells in json.load(sys.stdin)], sys.stdout)
