"""State that a call finds as in one process: seeds, files in the working folder, `input` and `print`.

What a test has changed goes to the student's side with the next call. None of it reveals a test: the state of
a global generator goes only after the test has set a seed, and files only from the working folder. From the
sandbox come back only files that replace none of the assignment's and that nothing imports.
"""

from __future__ import annotations

import builtins
import functools
import importlib.machinery
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from autograder.grading.trusted.inside.files import changed_files, note_file, note_files

MOST = 8 << 20
"""Bytes of files that a call takes along, and brings back."""
MOST_AT_A_TIME = 8 * MOST
"""Bytes of files that the calls of one test bring back together."""
_OF_A_FILE = 4096
_IMPORTED = (*importlib.machinery.all_suffixes(), ".pth", ".zip", ".egg")
_INPUT, _PRINT = builtins.input, builtins.print
_SEEDS = ((random, "seed"), (random, "setstate"), (np.random, "seed"), (np.random, "set_state"))


class MirroredState:
    """What the tests of one notebook share with calls: this process's generators and its working folder."""

    def __init__(self) -> None:
        self.place = Path.cwd()
        self.files: dict[str, int] = {}
        self.given: frozenset[str] = frozenset()
        self.theirs: dict[str, int] = {}
        """Files that calls of this cell wrote, and the bytes that they take of `room`."""
        self.folders: list[Path] = []
        self.room = MOST_AT_A_TIME
        self.seeded: set[str] = set()

    def settle(self) -> None:
        """Begin: the files in the working folder are the assignment's, and both sides have them."""
        self.place = Path.cwd()
        note_files(str(self.place), self.files)
        self.given = frozenset(self.files)
        for module, name in _SEEDS:
            setattr(module, name, self._noticed(getattr(module, name), module.__name__))

    def _noticed(self, function: Callable[..., Any], module: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def seed(*args: Any, **kwargs: Any) -> Any:
            self.seeded.add(module)
            return function(*args, **kwargs)

        return seed

    def outgoing(self) -> dict[str, Any]:
        """What has changed since the last call; mostly nothing."""
        news: dict[str, Any] = {}
        if self.seeded:
            states: dict[str, Callable[[], Any]] = {
                "random": random.getstate,
                "numpy.random": np.random.get_state,
            }
            news["states"] = {name: states[name]() for name in self.seeded}
            self.seeded.clear()
        folders: list[str] = []
        files = changed_files(str(self.place), self.files, MOST, folders)
        if files:
            news["files"] = files
        if folders:
            news["folders"] = [os.path.relpath(folder, self.place) for folder in folders]
        if builtins.input is not _INPUT:
            news["input"] = builtins.input
        if builtins.print is not _PRINT:
            news["print"] = _silently(builtins.print)
        return news

    def relative(self, argument: Any) -> Any:
        """The argument; a path in the working folder becomes relative, as the sandbox has another one."""
        if not isinstance(argument, (str, PurePath)) or not str(argument).startswith(f"{self.place}{os.sep}"):
            return argument
        return type(argument)(os.path.relpath(argument, self.place))

    def incoming(self, files: Any, named: set[str]) -> None:
        """Keep the files that a call wrote, except those that a test must not find.

        A file of the test's is replaced only if its name was among the arguments of the call (`named`).
        """
        if type(files) is not dict:
            return
        for name, data in list(files.items())[:200]:
            if type(name) is str and type(data) is bytes:
                with suppress(OSError, ValueError):
                    if self._harmless(name, named):
                        self._bring(name, data)

    def _bring(self, name: str, data: bytes) -> None:
        path, size = self.place / name, len(data) + _OF_A_FILE
        if size - self.theirs.get(name, 0) > self.room or (path.exists() and not path.is_file()):
            return
        self.room -= size - self.theirs.get(name, 0)
        self.theirs[name] = size
        for folder in reversed(path.relative_to(self.place).parents):
            if not (self.place / folder).exists():
                (self.place / folder).mkdir()
                self.folders.append(self.place / folder)
        path.write_bytes(data)
        note_file(str(path), name, self.files)

    def _harmless(self, name: str, named: set[str]) -> bool:
        parts = PurePath(name).parts
        return (
            bool(parts)
            and "/".join(parts) == name  # "./data.csv" is the assignment's data.csv
            and len(name) < 200
            and len(parts) < 6
            and not PurePath(name).is_absolute()
            and "\0" not in name
            and not any(part.startswith(".") for part in parts)
            and not name.lower().endswith(_IMPORTED)
            and name not in self.given
            and (name in self.theirs or name in named or not (self.place / name).exists())
        )

    def begin_anew(self) -> None:
        """Note that the student's side is a new process, which has the assignment's files alone."""
        self.files = {name: when for name, when in self.files.items() if name in self.given}

    @contextmanager
    def of_a_cell(self) -> Iterator[None]:
        """While an instructor's cell runs, its temporary files lie in the working folder, which goes along.

        What the student's functions wrote is removed after the cell.
        """
        before, tempfile.tempdir = tempfile.tempdir, str(self.place)
        try:
            yield
        finally:
            tempfile.tempdir = before
            self._tidy()

    def _tidy(self) -> None:
        for name in self.theirs:
            with suppress(OSError):
                (self.place / name).unlink(missing_ok=True)
            self.files.pop(name, None)
        for folder in reversed(self.folders):
            with suppress(OSError):  # a test has put something of its own there
                folder.rmdir()
        self.theirs.clear()
        self.folders.clear()
        self.room = MOST_AT_A_TIME


def _silently(function: Callable[..., Any]) -> Callable[..., None]:
    """A test's own `print` without what it returns, which might not be plain data; nobody asks for it."""

    def quiet(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)

    return quiet
