"""Run a notebook in an ordinary kernel, with limits, and keep what was earned until a limit or a crash.

nbgrader's own step loses the whole submission if the notebook's process dies or cannot be interrupted. It
limits only single cells, and by the clock, so right answers fail on a busy machine. This step counts the
seconds that the notebook computes, for each cell and in all. If a run ends early, the cells that ran keep
their outputs, and each cell that did not run gets an error: nbgrader gives full points to a test without
output.
"""

from __future__ import annotations

import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from queue import Empty
from typing import Any, ClassVar

import psutil  # type: ignore[import-untyped]
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets import Integer

from autograder.grading.results import Status
from autograder.notebooks.files import graded_as

LAST_WORDS = 2.0
"""Seconds of computing after an interruption, before a process that ignores it is killed."""


LOOK = 1.0
"""Seconds after which a channel is read again, even if no message was announced."""


def look_now_and_then(channel: Any) -> None:
    """Have a channel of a kernel's client wait in short steps, and look for a message after each.

    ZeroMQ announces a message once. A client that misses this, on a busy machine, would wait for its whole
    time limit before it looks again.
    """
    wait = channel.get_msg

    async def get_msg(timeout: float | None = None) -> Any:
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            try:
                return await wait(timeout=max(0.0, min(LOOK, left)))
            except Empty:
                if left <= LOOK:
                    raise

    channel.get_msg = get_msg


class ExecutionWithoutWidgets(ExecutePreprocessor):
    """Execution that ignores widgets: what they show becomes the cell's own output.

    nbclient acts as the browser for widgets that show output. While it answers the kernel, it can miss the
    kernel's reply to the cell, which then waits for its whole time limit. And without widgets the feedback
    page shows the picture itself, not controls that do nothing.
    """

    def start_new_kernel_client(self, **options: Any) -> Any:
        """Connect to the kernel, over channels that find a message even if its announcement was missed."""
        client: Any = super().start_new_kernel_client(**options)
        for channel in (client.shell_channel, client.iopub_channel):
            look_now_and_then(channel)
        return client

    def on_comm_open_jupyter_widget(self, msg: dict[str, Any]) -> None:
        """Ignore the widget."""


class LimitedExecution(ExecutionWithoutWidgets):
    """Execution with limits on computing time, which survives a dead kernel.

    Each process runs one submission, so `happened` can be an attribute of the class.
    """

    seconds_a_cell = Integer(30, help="Seconds that one cell may compute.").tag(config=True)
    seconds_in_all = Integer(180, help="Seconds that all cells of a notebook may compute.").tag(config=True)
    happened: ClassVar[list[tuple[Status, str]]] = []
    without_lock: ClassVar[Callable[[], AbstractContextManager[None]]] = nullcontext

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any], km: Any = None) -> Any:
        """Run all cells."""
        self._over = ""
        self._began: float | None = None
        with type(self).without_lock():
            return super().preprocess(nb, resources, km)

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any], index: int) -> Any:
        """Run one cell; if the run is over, give it an error that says why."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell, resources
        grade_id = graded_as(cell).get("grade_id")
        here = f"cell {index + 1}" + (f" ({grade_id})" if grade_id else "")
        allowed = self._allowed()
        if not self._over and allowed <= 0:
            self._end(Status.TIMED_OUT, f"the notebook used up its {self.seconds_in_all} s before {here}")
        if self._over:
            cell.outputs = [_error("NotRun", f"not run: {self._over}")]
            return cell, resources
        with self._watched(allowed) as stopped:
            try:
                cell, resources = super().preprocess_cell(cell, resources, index)
            except DeadKernelError:
                if stopped.is_set():
                    self._end(Status.TIMED_OUT, f"{here} ran too long and could not be interrupted")
                else:
                    self._end(Status.CRASHED, f"the notebook's process died in {here}")
                cell.outputs.append(_error("ProcessEnded", self._over))
                return cell, resources
            except CellTimeoutError:
                self._end(Status.TIMED_OUT, f"{here} waited too long and could not be interrupted")
                cell.outputs.append(_error("TimeLimit", self._over))
                return cell, resources
        if stopped.is_set() or any(output.get("ename") == "CellTimeoutError" for output in cell.outputs):
            why = f"{here} ran longer than {min(allowed, self.seconds_a_cell):.0f} s"
            self._note(Status.TIMED_OUT, why)
            cell.outputs.append(_error("TimeLimit", why))
        return cell, resources

    def _allowed(self) -> float:
        """Seconds that the next cell may compute: its own limit, or what is left of the notebook's."""
        used = self._computed()
        if self._began is None:
            self._began = used
        return min(self.seconds_a_cell, self.seconds_in_all - (used - self._began))

    def _computed(self) -> float:
        """Seconds that the notebook's processes have computed so far; 0 when they are gone."""
        try:
            family = [psutil.Process(self.km.provisioner.pid)]
            family += family[0].children(recursive=True)
            return sum(sum(member.cpu_times()[:4]) for member in family)
        except (psutil.Error, AttributeError):
            return 0.0

    @contextmanager
    def _watched(self, allowed: float) -> Iterator[threading.Event]:
        """While a cell runs: interrupt it if it computes too long, and kill the process if that fails.

        Yields an event that is set if the cell was interrupted.
        """
        done, stopped = threading.Event(), threading.Event()
        limit = self._computed() + allowed

        def watch() -> None:
            while not done.wait(0.2):
                computed = self._computed()
                with suppress(psutil.Error):
                    if computed > limit + LAST_WORDS:
                        psutil.Process(self.km.provisioner.pid).kill()
                        return
                    if computed > limit and not stopped.is_set():
                        stopped.set()
                        self._interrupt()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield stopped
        finally:
            done.set()
            watcher.join()

    def _interrupt(self) -> None:
        """Interrupt the kernel as Ctrl-C does; on Windows it waits for an event instead of a signal."""
        if sys.platform == "win32":
            from jupyter_client.win_interrupt import send_interrupt

            send_interrupt(self.km.provisioner.process.win32_interrupt_event)
        else:
            psutil.Process(self.km.provisioner.pid).send_signal(signal.SIGINT)

    def _note(self, status: Status, what: str) -> None:
        self.log.warning(what)
        type(self).happened.append((status, what))

    def _end(self, status: Status, why: str) -> None:
        self._over = why
        self._note(status, why)


def _error(name: str, text: str) -> NotebookNode:
    traceback = [f"{name}: {text}"]
    make: Any = new_output
    output: NotebookNode = make("error", ename=name, evalue=text, traceback=traceback)
    return output
