"""Grading one notebook: student cells in the sandbox, the instructor's here, scores only from here."""

from __future__ import annotations

import errno
import linecache
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from autograder.grading.results import Status
from autograder.grading.trusted.bridge.caught_errors import compared_with_pythons
from autograder.grading.trusted.bridge.connection import Connection
from autograder.grading.trusted.bridge.mirrored_state import MirroredState
from autograder.grading.trusted.bridge.modules import Module, module_named
from autograder.grading.trusted.bridge.patience import Patience
from autograder.grading.trusted.bridge.references import Classes
from autograder.grading.trusted.bridge.sandbox_lost import SandboxLost
from autograder.grading.trusted.bridge.student_errors import RaisedThere
from autograder.grading.trusted.computing_time import PRECISION, Budget, Stopwatch
from autograder.grading.trusted.inside.errors import came_over
from autograder.grading.trusted.inside.wire_values import WireError, decode, encode
from autograder.grading.trusted.notebook.judged_answers import answers_of, unanswered
from autograder.grading.trusted.notebook.rebuild import Rebuilt
from autograder.grading.trusted.notebook.safe_outputs import (
    capped,
    document,
    failure,
    printable,
    printed,
    student_error,
    student_outputs,
    valid,
)
from autograder.grading.trusted.notebook.step import Step
from autograder.grading.trusted.notebook.template import Template, parse
from autograder.grading.trusted.outcome import Outcome, TestOutcome
from autograder.grading.trusted.progress import KEEPING, At, Progress
from autograder.grading.trusted.run.test_cells import Bench, Ran, TestTooLong, error_output, limited, points
from autograder.grading.trusted.sandbox.backend import Backend, NoSandbox, Sandbox, Settings
from autograder.grading.trusted.sandbox.memory_watch import MemoryWatch
from autograder.grading.trusted.watch import ENOUGH_MEMORY, OurFault, memory_left
from autograder.notebooks.ipython_syntax import as_python

ALIASES = {"np": "numpy", "plt": "matplotlib.pyplot"}
"""Modules by the names that everyone gives them, for tests that rely on the student's import."""

OURS = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENOMEM}
MOST_RESTARTS = 40
MOST_OUTPUTS = 6 << 20
"""Characters of all that a student's cells show."""
_BY_CHANCE = re.compile(r"rand|rng|shuffle|choice|sample|uuid|secrets|now\(|today\(|time\(")
"""What a cell holds whose values may differ between two runs."""


@dataclass(frozen=True)
class Limits:
    """Seconds for a cell and for all cells of a notebook."""

    a_cell: float
    in_all: float


class Session:
    """One notebook being graded."""

    def __init__(
        self,
        template: Template,
        rebuilt: Rebuilt,
        backend: Backend,
        settings: Settings,
        limits: Limits,
        bench: Bench,
    ) -> None:
        self.template, self.steps = template, rebuilt.steps
        self.remarks = list(rebuilt.remarks)
        self.backend, self.settings, self.limits = backend, settings, limits
        self.bench = bench
        self.around = MirroredState()
        self.sandbox: Sandbox | None = None
        self.line: Connection | None = None
        self.budget = Budget(limits.in_all)
        self.room = MOST_OUTPUTS
        self.ran_inside: list[int] = []
        self.drawn: dict[int, bytes] = {}
        """What cells of the instructor's drew by chance, for processes that run them once more."""
        self.restarts = 0
        self.patience = Patience()
        self.events: list[tuple[Status, str]] = []
        self.wanted: set[str] = set()
        self.compared: set[str] = set()
        """Names that the cell to run compares with errors of Python's."""
        self.theirs: dict[str, Any] = {}
        self.outputs: dict[int, list[dict[str, Any]]] = {}
        self.scores: list[TestOutcome] = []
        self.over = ""
        self.before = Progress(left=limits.in_all)
        """What another process came to, which had to be ended."""
        self.tell: Callable[[At | Progress], None] = lambda news: None
        self.waiting: Callable[[], None] = lambda: None
        """Told now and then while a student's process takes its time."""

    def grade(self) -> Outcome:
        """Run everything. Raises OurFault where grading itself fails."""
        began, cpu = time.monotonic(), time.process_time()
        self.around.settle()
        self._take_over()
        again = self.before.to_run_again(self.steps)
        try:
            for number, step in enumerate(self.steps):
                if number < self.before.next:
                    self._again(number, step, number in again)
                else:
                    self._step(number, step)
                    self.tell(self._progress(number))
        except NoSandbox as error:
            raise OurFault(str(error)) from error
        finally:
            self._end_sandbox()
        self.budget.cpu["trusted"] += time.process_time() - cpu
        self.tell(At(number=KEEPING, seconds=self.limits.a_cell))
        status, detail = self._status()
        return Outcome(
            notebook=self.template.name,
            status=status,
            detail=detail,
            tests=tuple(self.scores),
            unanswered=tuple(unanswered(self.steps)),
            answers=answers_of(self.steps),
            document=document(self.template, self.steps, self.outputs),
            sandbox=self.backend.name,
            seconds=round(time.monotonic() - began, 3),
            cpu={name: round(value, 4) for name, value in self.budget.cpu.items()},
        )

    def _status(self) -> tuple[Status, str]:
        words = [what for _, what in self.events] + self.remarks
        status = self.events[0][0] if self.events else Status.GRADED
        return status, "; ".join(dict.fromkeys(words))[:1000]

    # Steps

    def _step(self, number: int, step: Step) -> None:
        self.outputs[number] = []
        if not self.over and self.budget.left < PRECISION:
            self.over = (
                f"the notebook used up its {self.limits.in_all:g} s before {self._place(number, step)}"
            )
            self.events.append((Status.TIMED_OUT, self.over))
        if self.over:
            self._not_run(number, step)
            return
        with self.budget.running():
            if step.inside is not None or step.defines:
                self._inside(number, step)
            if step.outside is not None:
                self._outside(number, step)
        if step.role == "written":
            self._score(step, None if step.answered else 0.0, "")

    # Going on where another process had to be ended

    def _take_over(self) -> None:
        before = self.before
        self.budget.left, self.budget.cpu = before.left, self.budget.cpu | before.cpu
        self.restarts, self.patience.slow_calls = before.restarts, before.slow_calls
        self._as_it_was()

    def _as_it_was(self) -> None:
        before = self.before
        self.scores, self.events = list(before.tests), list(before.events)
        self.room = MOST_OUTPUTS - before.shown
        self.remarks = list(dict.fromkeys([*before.remarks, *self.remarks]))

    def _again(self, number: int, step: Step, outside: bool) -> None:
        """Run an earlier step once more for what it leaves behind; what it came to is known."""
        if self.budget.left > 0:
            with self.budget.running():
                if number in self.before.ran_inside:
                    self._inside(number, step)
                if outside:
                    self._outside(number, step)
        self.outputs[number] = self.before.outputs.get(number, [])
        self._as_it_was()

    def _begin(self, number: int, step: Step) -> None:
        """Say what comes next, to whoever ends this process if it takes too long."""
        seconds = min(self.limits.a_cell, max(self.budget.left, 0.1))
        self.tell(At.step(number, step, self._place(number, step), seconds, self.ran_inside))

    def _progress(self, number: int) -> Progress:
        return Progress(
            next=number + 1,
            left=self.budget.left,
            tests=tuple(self.scores),
            events=tuple(self.events),
            remarks=tuple(self.remarks),
            outputs={number: [valid(output) for output in self.outputs[number]]},
            shown=MOST_OUTPUTS - self.room,
            ran_inside=tuple(self.ran_inside),
            never_again=self.before.never_again,
            restarts=self.restarts,
            slow_calls=self.patience.slow_calls,
            cpu=self.budget.cpu,
        )

    def _not_run(self, number: int, step: Step) -> None:
        if step.inside is not None or step.outside is not None:
            self.outputs[number] = [failure("NotRun", f"not run: {self.over}")]
        if step.role == "test" and step.template is not None:
            self._score(step, 0.0, "not run")
        if step.role == "written" and step.template is not None:
            self._score(step, None if step.answered else 0.0, "")

    def _place(self, number: int, step: Step) -> str:
        name = f" ({step.template.grade_id})" if step.template and step.template.grade_id else ""
        return f"cell {number + 1}{name}"

    def _inside(self, number: int, step: Step) -> None:
        """Run a cell on the student's side. Whatever happens there is part of the result."""
        self._begin(number, step)
        line = self._live_line()
        if line is None:
            self.outputs[number] = [failure("NotRun", f"not run: {self.over}")]
            return
        if step.role in ("answer", "written") and step.template is not None:
            self.forget(step.template.binds & self.template.answer_names)
        try:
            with self._bounded():
                step.inside = as_python(step.inside or "")
                error, outputs = self._run_inside(line, number)
        except SandboxLost as lost:
            self._lost(number, step, lost)
            return
        self.ran_inside.append(number)
        source = step.inside
        lines = source.splitlines(True)
        linecache.cache[f"<cell {number + 1}>"] = (len(source), None, lines, f"<cell {number + 1}>")
        self.outputs[number] = student_outputs(outputs, min(self.settings.output_kb << 10, self.room))
        self.room -= sum(len(str(output)) for output in self.outputs[number])
        if error is not None:
            self._ended_early(number, step, student_error(error.kinds, error.message, error.trace))
        elif line.slow:
            self._note_too_long(number, step)
        line.slow = False

    def _note_too_long(self, number: int, step: Step) -> None:
        words = f"{self._place(number, step)} ran longer than {self.limits.a_cell:g} s"
        self.events.append((Status.TIMED_OUT, words))

    def _run_inside(self, line: Connection, number: int) -> tuple[RaisedThere | None, list[Any]]:
        """Run a cell on the student's side; an answer's names are not there yet, though a cell of the
        instructor's has imported them.
        """
        step = self.steps[number]
        imported = step.defines & self.template.imported_answers
        if imported:
            line.forget(imported)
        before = self.steps[: number + 1]
        count = sum(each.cell_type == "code" and bool(each.source.strip()) for each in before)
        setup = step.role in ("setup", "plain")
        return line.run(step.inside or "", f"cell {number + 1}", self.limits.a_cell, setup, count)

    def _ended_early(self, number: int, step: Step, error: dict[str, Any]) -> None:
        """Say of a cell of the student's that ended with an error what an instructor would look for."""
        self.outputs[number].append(error)
        if error["ename"] == "CellTooLong":
            self._note_too_long(number, step)
        elif step.role == "answer" and step.template is not None and step.answered:
            # An import that is not allowed, a typing error: why the tests found no answer.
            words = ": ".join(filter(None, (error["ename"], *error["evalue"].splitlines()[:1])))
            self.remarks.append(f"{step.template.grade_id} ended with {words[:200]}")

    def _outside(self, number: int, step: Step) -> None:
        """Run a cell of the instructor's here, with the student's names standing for themselves."""
        assert step.outside is not None
        assert step.template is not None
        self._begin(number, step)
        self.wanted |= step.template.mentions | step.template.imports & self.template.answer_names
        self.compared = compared_with_pythons(parse(step.outside))
        line = self._bound_line(number, step)
        seconds = min(self.limits.a_cell + 0.5, max(self.budget.left_now(), 0.1))
        watch = Stopwatch(self.budget.read)
        self.patience.in_this_test = 0
        if line is not None:
            line.seconds = self.limits.a_cell
            line.left = lambda: seconds - watch.spent()
            line.trace = ""
        with self.around.of_a_cell():
            ran = self.bench.run(step.outside, f"cell {number + 1}", seconds, watch)
        self._refuse_ours(ran)
        self._own()
        outputs = capped(ran.outputs)
        if ran.error is not None:
            student = line.trace if line is not None else ""
            outputs.append(error_output(ran.error, printable(student, 8000)))
        earned, reason = points(ran, step.template.points) if step.role == "test" else (0.0, "")
        lost = self._note_end(number, step, line, ran)
        if lost is not None:
            # A process that dies or falls silent has given no answer, whatever the test made of the error.
            earned, reason = 0.0, str(lost)
            outputs.append(failure("ProcessLost", f"{lost}; this test counts 0"))
        elif line is None:
            earned, reason = 0.0, "the student's side could not be run"
        elif earned and self.patience.in_this_test:
            earned, reason = 0.0, "a call ran too long, so this test counts 0"
        if step.role != "plain" or step.inside is None:  # else the student's side of it is the one to show
            self.outputs[number] = outputs
        if step.role == "test":
            self._score(step, earned, reason)
            if reason:
                self.outputs[number].append(printed(f"{reason}\n"))
        if step.inside is not None:
            self._same_by_chance(number, step)

    def _bound_line(self, number: int, step: Step) -> Connection | None:
        """The connection with all names bound; one that is lost over it is made anew once."""
        try:
            return self._bind()
        except SandboxLost as lost:
            self._lost(number, step, lost)
        with suppress(SandboxLost):
            return self._bind()
        return None

    def _note_end(self, number: int, step: Step, line: Connection | None, ran: Ran) -> SandboxLost | None:
        """Note what ran too long while a cell of the instructor's ran; how the student's process was lost, if
        it was.
        """
        here = self._place(number, step)
        if line is not None and line.slow:
            line.slow = False
            self.events.append((Status.TIMED_OUT, f"{here}: a call ran too long"))
        lost = line.lost if line is not None else None
        if lost is not None:
            self._lost(number, step, lost)
        elif isinstance(ran.error, TestTooLong):
            self._note_too_long(number, step)
            self._end_sandbox()
        return lost

    def _same_by_chance(self, number: int, step: Step) -> None:
        """What a cell of the instructor's drew by chance, or read from a clock, the answers get as the tests
        have it.
        """
        assert step.template is not None
        if not _BY_CHANCE.search(step.template.source):
            return
        values = {}
        for name in step.template.binds - self.template.answer_names:
            value = self.bench.names.get(name)
            with suppress(WireError):
                encode(value)
                values[name] = value
        try:
            with self._bounded(), suppress(WireError):
                self.drawn[number] = encode(values)
                if self.line is not None:
                    self.line.define(values)
        except SandboxLost as lost:
            self._lost(number, step, lost)

    def _score(self, step: Step, earned: float | None, reason: str) -> None:
        assert step.template is not None
        known = step.template
        self.scores.append(
            TestOutcome(grade_id=known.grade_id, score=earned, max_score=known.points, reason=reason)
        )

    def _refuse_ours(self, ran: Ran) -> None:
        """A full disk or exhausted memory of ours must not cost a student anything."""
        error = ran.error
        if error is None or came_over(error):
            return
        if (isinstance(error, OSError) and error.errno in OURS) or isinstance(error, NoSandbox):
            raise OurFault(f"{type(error).__name__}: {error}")
        if isinstance(error, MemoryError) and memory_left() < ENOUGH_MEMORY:
            raise error  # what it has kept leaves none for the next test, which a fresh process has

    # The names of the student's

    def _bind(self) -> Connection | None:
        """Let every name that the instructor's code uses and does not define stand for the student's."""
        line = self._live_line()
        for name, value in self.theirs.items():
            if name in self.bench.names and self.bench.names[name] is value:
                del self.bench.names[name]
        self.theirs = {}
        builtins_ = vars(self.bench.names["__builtins__"])
        wanted = [name for name in self.wanted if name not in self.bench.names]
        if line is None or not wanted:
            return line
        with self._bounded():
            found = line.names(wanted)
        for name, value in found.items():
            if isinstance(value, Module) or name in self.template.instructors_names:
                continue
            if name in builtins_ and name not in self.template.answer_names:
                continue  # a student's own `len` is not for the tests
            self.theirs[name] = self._as_caught(line, name, value)
        for name in wanted:
            module = self.template.modules.get(name, ALIASES.get(name, ""))
            if module and name not in self.template.answer_names and name not in builtins_:
                self.theirs.pop(name, None)
                with suppress(ImportError):
                    self.theirs[name] = module_named(module)
        self.bench.names.update(self.theirs)
        return line

    def _as_caught(self, line: Connection, name: str, value: Any) -> Any:
        """A value of the student's as a cell may catch errors with it; one that it compares stays as is."""
        return value if name in self.compared else line.caught.own(value)

    def _moved(self, values: dict[str, Any]) -> None:
        """A call changed global variables of the student's; a test sees it, if it has not set them itself."""
        for name, value in values.items():
            if self.line and name in self.theirs and self.bench.names.get(name) is self.theirs[name]:
                self.theirs[name] = self.bench.names[name] = self._as_caught(self.line, name, value)

    def _own(self) -> None:
        """Names that the instructor's cell has given a value are the instructor's until an answer defines
        them.
        """
        self.theirs = {
            name: value for name, value in self.theirs.items() if self.bench.names.get(name) is value
        }

    def forget(self, names: frozenset[str]) -> None:
        """An answer is expected to define these: what the instructor's cells had under them no longer
        counts.
        """
        for name in names:
            self.bench.names.pop(name, None)

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """What is sent may be made to be slow to read: that takes its time from the student, not from us."""
        try:
            with limited(self.limits.a_cell + 10, Stopwatch(self.budget.read)):
                yield
        except TestTooLong:
            lost = SandboxLost("what the student's process sent took too long to read", timed_out=True)
            if self.line is not None:
                self.line.lost = lost  # in the middle of a conversation
            raise lost from None

    # The sandbox

    def _live_line(self) -> Connection | None:
        """The connection to a sandbox in which everything before has run; None where none can be had any
        more.
        """
        while self.line is None or self.line.lost is not None:
            if self.restarts > MOST_RESTARTS:
                self.over = self.over or "the student's process had to be started too often"
                return None
            self._end_sandbox()
            self._start_sandbox()
            self._replay()
            if self.budget.left_now() <= 0:
                return None
        self.line.seconds = self.limits.a_cell
        self.line.left = lambda: max(self.budget.left_now(), 0.1)
        return self.line

    def _start_sandbox(self) -> None:
        began = time.monotonic()
        self.sandbox = self.backend.start(self.settings)
        self.restarts += 1
        self.around.begin_anew()
        classes = Classes(
            self.template.classes_asked_for, self.template.classes_in_common, self.bench.names.get
        )
        self.line = Connection(
            self.sandbox.channel,
            sandbox=self.sandbox,
            patience=self.patience,
            state=self.around,
            classes=classes,
            moved=self._moved,
            waiting=self.waiting,
        )
        self.line.seconds = self.limits.a_cell
        MemoryWatch(self.sandbox).start()
        self.budget.begin(self.sandbox, time.monotonic() - began)

    def _replay(self) -> None:
        """Run again what had run before the process was lost, without what killed it."""
        for number in list(self.ran_inside):
            assert self.line is not None
            try:
                with self._bounded():
                    self._run_inside(self.line, number)
                    if number in self.drawn:
                        self.line.define(decode(self.drawn[number]))
            except SandboxLost:
                self.ran_inside.remove(number)
                return

    def _lost(self, number: int, step: Step, lost: SandboxLost) -> None:
        here = self._place(number, step)
        what = f"the student's process died in {here}"
        if self.sandbox is not None and self.sandbox.over_memory:
            what = f"{here} used more than {self.settings.memory_mb} MB of memory"
        elif lost.timed_out:
            what = f"{here} ran too long and could not be interrupted"
        elif "nonsense" in str(lost):
            what = f"{here}: {lost}"
        self.events.append((Status.TIMED_OUT if lost.timed_out else Status.CRASHED, what))
        if step.inside is not None and step.role != "test":
            self.outputs[number] = [failure("ProcessLost", what)]
        self._end_sandbox()

    def _end_sandbox(self) -> None:
        if self.sandbox is not None:
            self.budget.end()
            self.sandbox.end()
            self.sandbox.channel.close()
        if self.line is not None and self.line.lost is None:
            self.line.lost = SandboxLost("the student's process was ended")
        self.sandbox = self.line = None
