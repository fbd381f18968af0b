"""The student's side of one notebook: its cells run in a sandbox, and in another one if that is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from autograder.grading.results import Status
from autograder.grading.trusted.bridge.connection import Connection
from autograder.grading.trusted.bridge.sandbox_lost import SandboxLost
from autograder.grading.trusted.bridge.student_errors import RaisedThere
from autograder.grading.trusted.computing_time import Budget, Meter, TestTooLong, limited
from autograder.grading.trusted.inside.cell_runner import note_lines
from autograder.grading.trusted.inside.wire_values import WireError, decode, encode
from autograder.grading.trusted.notebook.step import Step
from autograder.grading.trusted.notebook.template import Template
from autograder.grading.trusted.sandbox.backend import Backend, Sandbox, Settings
from autograder.grading.trusted.sandbox.memory_watch import MemoryWatch
from autograder.notebooks.ipython_syntax import as_python

MOST_RESTARTS = 40


@dataclass(frozen=True)
class Seconds:
    """The seconds of computing that a cell may take, and all cells of a notebook."""

    a_cell: float
    in_all: float


class StudentSide:
    """Runs cells in a sandbox. After its process was lost, a new one runs the earlier cells again.

    `connect` makes the connection to a sandbox; `restarts` is how many there have been.
    """

    def __init__(
        self,
        template: Template,
        steps: Sequence[Step],
        backend: Backend,
        settings: Settings,
        seconds: Seconds,
        budget: Budget,
        connect: Callable[[Sandbox], Connection],
        restarts: int = 0,
    ) -> None:
        self._template, self._steps = template, steps
        self._backend, self._settings = backend, settings
        self._seconds, self._budget = seconds, budget
        self._connect = connect
        self.restarts = restarts
        self.has_run: list[int] = []
        """The numbers of the cells that have run here and did not kill the process."""
        self.given_up = ""
        """Why there is no process any more, after too many."""
        self._drawn: dict[int, bytes] = {}
        """What instructor's cells drew by chance, for a process that runs them again."""
        self._sandbox: Sandbox | None = None
        self._connection: Connection | None = None

    # The process

    def connection(self) -> Connection | None:
        """The connection to a process in which everything before has run; None if there can be none any more.

        Raises NoSandbox.
        """
        while self._connection is None or self._connection.lost is not None:
            if self.restarts > MOST_RESTARTS:
                self.given_up = "the student's process had to be started too often"
                return None
            self.end()
            self._replay(self._start())
            if self._budget.left_now() <= 0:
                return None
        self._connection.allow(self._seconds.a_cell, lambda: max(self._budget.left_now(), 0.1))
        return self._connection

    def _start(self) -> Connection:
        began = time.monotonic()
        self._sandbox = self._backend.start(self._settings)
        self.restarts += 1
        self._connection = self._connect(self._sandbox)
        self._connection.seconds = self._seconds.a_cell
        MemoryWatch(self._sandbox).start()
        self._budget.begin(self._sandbox, time.monotonic() - began)
        return self._connection

    def _replay(self, connection: Connection) -> None:
        """Run again what had run before the process was lost, without what kills this one."""
        for number in list(self.has_run):
            try:
                with self.bounded():
                    self._run(connection, number)
                    if number in self._drawn:
                        connection.define(decode(self._drawn[number]))
            except SandboxLost:
                self.has_run.remove(number)
                return

    def lose(self, lost: SandboxLost, place: str) -> tuple[Status, str]:
        """End the process that was lost at this place; the status that this means, and a sentence."""
        what = f"the student's process died in {place}"
        if self._sandbox is not None and self._sandbox.over_memory:
            what = f"{place} used more than {self._settings.memory_mb} MB of memory"
        elif lost.timed_out:
            what = f"{place} ran too long and could not be interrupted"
        elif "nonsense" in str(lost):
            what = f"{place}: {lost}"
        self.end()
        return (Status.TIMED_OUT if lost.timed_out else Status.CRASHED), what

    def end(self) -> None:
        """End the process, if there is one."""
        if self._sandbox is not None:
            self._budget.end()
            self._sandbox.end()
            self._sandbox.channel.close()
        if self._connection is not None and self._connection.lost is None:
            self._connection.lost = SandboxLost("the student's process was ended")
        self._sandbox = self._connection = None

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Limit the time of reading what the process sends, which it may have made slow to read.

        That time counts as the student's. Raises SandboxLost.
        """
        try:
            with limited(self._seconds.a_cell + 10, Meter(self._budget.read)):
                yield
        except TestTooLong:
            lost = SandboxLost("what the student's process sent took too long to read", timed_out=True)
            if self._connection is not None:
                self._connection.lost = lost  # in the middle of a conversation
            raise lost from None

    # Cells

    def run(self, connection: Connection, number: int) -> tuple[RaisedThere | None, list[Any]]:
        """Run a cell: its error or None, and its outputs. Raises SandboxLost."""
        step = self._steps[number]
        with self.bounded():
            step.inside = as_python(step.inside or "")
            ran = self._run(connection, number)
        self.has_run.append(number)
        note_lines(step.inside, f"<cell {number + 1}>")
        return ran

    def _run(self, connection: Connection, number: int) -> tuple[RaisedThere | None, list[Any]]:
        """An answer does not find its own names imported by a cell of the instructor's."""
        step = self._steps[number]
        imported = step.defines & self._template.imported_answers
        if imported:
            connection.forget(imported)
        before = self._steps[: number + 1]
        count = sum(each.cell_type == "code" and bool(each.source.strip()) for each in before)
        setup = step.role in ("setup", "plain")
        return connection.run(step.inside or "", f"cell {number + 1}", self._seconds.a_cell, setup, count)

    def define(self, number: int, values: dict[str, Any]) -> None:
        """Give names the values that an instructor's cell drew by chance here. Raises SandboxLost.

        Values that cannot be sent are left as they are.
        """
        sendable = {}
        for name, value in values.items():
            with suppress(WireError):
                encode(value)
                sendable[name] = value
        with self.bounded(), suppress(WireError):
            self._drawn[number] = encode(sendable)
            if self._connection is not None:
                self._connection.define(sendable)
