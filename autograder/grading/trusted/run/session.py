"""Grading one notebook, cell by cell: the student's in the sandbox, the instructor's in this process.

Points come from this process alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from autograder.grading.results import Status
from autograder.grading.trusted.bridge.connection import Connection
from autograder.grading.trusted.bridge.mirrored_state import MirroredState
from autograder.grading.trusted.bridge.patience import Patience
from autograder.grading.trusted.bridge.references import Classes
from autograder.grading.trusted.bridge.sandbox_lost import SandboxLost
from autograder.grading.trusted.computing_time import PRECISION, Budget, Meter, TestTooLong
from autograder.grading.trusted.notebook.judged_answers import answers_of, unanswered
from autograder.grading.trusted.notebook.rebuild import Rebuilt
from autograder.grading.trusted.notebook.safe_outputs import (
    capped,
    document,
    failure,
    printable,
    printed,
    student_error,
    valid,
)
from autograder.grading.trusted.notebook.step import Step
from autograder.grading.trusted.notebook.template import Template
from autograder.grading.trusted.outcome import NotebookOutcome
from autograder.grading.trusted.progress import KEEPING, At, Progress
from autograder.grading.trusted.run import our_fault
from autograder.grading.trusted.run.instructor_cells import InstructorCells, Ran, error_output
from autograder.grading.trusted.run.our_fault import OurFault
from autograder.grading.trusted.run.points import after_calls, points
from autograder.grading.trusted.run.record import Record
from autograder.grading.trusted.run.student_side import Seconds, StudentSide
from autograder.grading.trusted.run.students_names import StudentsNames
from autograder.grading.trusted.sandbox.backend import Backend, NoSandbox, Sandbox, Settings

_BY_CHANCE = re.compile(r"rand|rng|shuffle|choice|sample|uuid|secrets|now\(|today\(|time\(")
"""What a cell holds whose values may differ between two runs."""


class Session:
    """One notebook being graded, from where an earlier process came to (`before`).

    `tell` is told what is about to begin and what has been done, `waiting` is called now and then while the
    student's process takes its time.
    """

    def __init__(
        self,
        template: Template,
        rebuilt: Rebuilt,
        backend: Backend,
        settings: Settings,
        seconds: Seconds,
        cells: InstructorCells,
        before: Progress,
        tell: Callable[[At | Progress], None] = lambda news: None,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self._template, self._steps = template, rebuilt.steps
        self._settings, self._seconds = settings, seconds
        self._before, self._tell, self._waiting = before, tell, waiting
        self._backend_name = backend.name
        self._cells = cells
        self._budget = Budget(seconds.in_all)
        self._budget.left, self._budget.cpu = before.left, self._budget.cpu | before.cpu
        self._patience = Patience()
        self._patience.slow_calls = before.slow_calls
        self._state = MirroredState()
        self._names = StudentsNames(template, cells.names)
        self._record = Record(rebuilt.remarks, before)
        self._student = StudentSide(
            template,
            rebuilt.steps,
            backend,
            settings,
            seconds,
            self._budget,
            self._connect,
            before.restarts,
        )

    def _connect(self, sandbox: Sandbox) -> Connection:
        self._state.begin_anew()
        template = self._template
        return Connection(
            sandbox.channel,
            sandbox=sandbox,
            patience=self._patience,
            state=self._state,
            classes=Classes(template.classes_asked_for, template.classes_in_common, self._cells.names.get),
            moved=self._names.move,
            waiting=self._waiting,
        )

    def grade(self) -> NotebookOutcome:
        """Run everything. Raises OurFault if grading itself fails."""
        began, cpu = time.monotonic(), time.process_time()
        self._state.settle()
        again = self._before.to_run_again(self._steps)
        try:
            for number, step in enumerate(self._steps):
                if number < self._before.next:
                    self._again(number, step, number in again)
                else:
                    self._step(number, step)
                    if self._record.outputs[number] or step.leaves_something:
                        self._tell(self._progress(number))
        except NoSandbox as error:
            raise OurFault(str(error)) from error
        finally:
            self._student.end()
        self._budget.cpu["trusted"] += time.process_time() - cpu
        self._tell(At(number=KEEPING, seconds=self._seconds.a_cell))
        status, detail = self._record.status
        return NotebookOutcome(
            notebook=self._template.name,
            status=status,
            detail=detail,
            tests=tuple(self._record.tests),
            unanswered=tuple(unanswered(self._steps)),
            answers=answers_of(self._steps),
            document=document(self._template, self._steps, self._record.outputs),
            sandbox=self._backend_name,
            seconds=round(time.monotonic() - began, 3),
            cpu={name: round(value, 4) for name, value in self._budget.cpu.items()},
        )

    # Steps

    def _step(self, number: int, step: Step) -> None:
        record = self._record
        record.outputs[number] = []
        record.over = record.over or self._student.given_up
        if not record.over and self._budget.left < PRECISION:
            place = step.place(number)
            record.over = f"the notebook used up its {self._seconds.in_all:g} s before {place}"
            record.event(Status.TIMED_OUT, record.over)
        if record.over:
            self._not_run(number, step)
            return
        if step.leaves_something:
            with self._budget.running():
                if step.inside is not None or step.defines:
                    self._inside(number, step)
                if step.outside is not None:
                    self._outside(number, step)
        if step.role == "written":
            record.for_a_person(step)

    def _not_run(self, number: int, step: Step) -> None:
        if step.inside is not None or step.outside is not None:
            self._record.not_run(number, self._record.over)
        if step.role == "test":
            self._record.score(step, 0.0, "not run")
        if step.role == "written":
            self._record.for_a_person(step)

    def _again(self, number: int, step: Step, outside: bool) -> None:
        """Run an earlier step once more for what it leaves behind; what it came to is known."""
        if self._budget.left > 0:
            with self._budget.running():
                if number in self._before.ran_inside:
                    self._inside(number, step)
                if outside:
                    self._outside(number, step)
        self._record.outputs[number] = self._before.outputs.get(number, [])
        self._record.return_to_before()

    def _begin(self, number: int, step: Step) -> None:
        """Say what comes next, to the process that ends this one if it takes too long."""
        seconds = min(self._seconds.a_cell, max(self._budget.left, 0.1))
        self._tell(At.step(number, step, seconds, self._student.has_run))

    def _progress(self, number: int) -> Progress:
        record = self._record
        return Progress(
            next=number + 1,
            left=self._budget.left,
            tests=tuple(record.tests),
            events=tuple(record.events),
            remarks=tuple(record.remarks),
            outputs={number: [valid(output) for output in record.outputs[number]]},
            shown=record.shown,
            ran_inside=tuple(self._student.has_run),
            never_again=self._before.never_again,
            restarts=self._student.restarts,
            slow_calls=self._patience.slow_calls,
            cpu=self._budget.cpu,
        )

    # The student's side of a step

    def _inside(self, number: int, step: Step) -> None:
        """Run a cell on the student's side. Whatever happens there is part of the result."""
        self._begin(number, step)
        connection = self._student.connection()
        if connection is None:
            self._record.not_run(number, self._record.over or self._student.given_up)
            return
        if step.role in ("answer", "written") and step.template is not None:
            self._names.forget(step.template.binds & self._template.answer_names)
        try:
            error, outputs = self._student.run(connection, number)
        except SandboxLost as lost:
            self._lost(number, step, lost)
            return
        self._record.show(number, outputs, self._settings.output_kb << 10)
        slow = connection.was_slow()
        if error is not None:
            self._ended_early(number, step, student_error(error.kinds, error.message, error.trace))
        elif slow:
            self._note_too_long(number, step)

    def _ended_early(self, number: int, step: Step, error: dict[str, Any]) -> None:
        """Say of a student's cell that ended with an error what an instructor would look for."""
        self._record.outputs[number].append(error)
        if error["ename"] == "CellTooLong":
            self._note_too_long(number, step)
        elif step.role == "answer" and step.template is not None and step.answered:
            # An import that is not allowed, a typing error: why the tests found no answer.
            words = ": ".join(filter(None, (error["ename"], *error["evalue"].splitlines()[:1])))
            self._record.remarks.append(f"{step.template.grade_id} ended with {words[:200]}")

    def _note_too_long(self, number: int, step: Step) -> None:
        words = f"{step.place(number)} ran longer than {self._seconds.a_cell:g} s"
        self._record.event(Status.TIMED_OUT, words)

    def _lost(self, number: int, step: Step, lost: SandboxLost) -> None:
        """Note how the student's process was lost; the next use of it gets a new one."""
        status, what = self._student.lose(lost, step.place(number))
        self._record.event(status, what)
        if step.inside is not None and step.role != "test":
            self._record.outputs[number] = [failure("ProcessLost", what)]

    # The instructor's side of a step

    def _outside(self, number: int, step: Step) -> None:
        """Run a cell of the instructor's here, with the student's names bound to the student's values."""
        assert step.outside is not None
        assert step.template is not None
        self._begin(number, step)
        self._names.prepare(step.template, step.outside)
        connection = self._bound(number, step)
        ran = self._run(step.outside, number, connection)
        our_fault.refuse(ran.error)
        self._names.yield_to_cell()
        outputs = capped(ran.outputs)
        if ran.error is not None:
            student = connection.trace if connection is not None else ""
            outputs.append(error_output(ran.error, printable(student, 8000)))
        earned = points(ran, step.template.points) if step.role == "test" else (0.0, "")
        lost = self._note_end(number, step, connection, ran)
        if lost is not None:
            outputs.append(failure("ProcessLost", f"{lost}; this test counts 0"))
        earned = after_calls(earned, lost, connection is not None, self._patience.in_this_test)
        if step.role != "plain" or step.inside is None:  # else the student's side of it is the one to show
            self._record.outputs[number] = outputs
        if step.role == "test":
            self._record.score(step, *earned)
            if earned[1]:
                self._record.outputs[number].append(printed(f"{earned[1]}\n"))
        if step.inside is not None:
            self._same_by_chance(number, step)

    def _bound(self, number: int, step: Step) -> Connection | None:
        """The connection with all names bound; one that is lost over it is made anew once."""
        try:
            return self._bind()
        except SandboxLost as lost:
            self._lost(number, step, lost)
        with suppress(SandboxLost):
            return self._bind()
        return None

    def _bind(self) -> Connection | None:
        connection = self._student.connection()
        wanted = self._names.release()
        if connection is not None and wanted:
            with self._student.bounded():
                found = connection.names(wanted)
            self._names.bind(wanted, found, connection.caught.own)
        return connection

    def _run(self, source: str, number: int, connection: Connection | None) -> Ran:
        seconds = min(self._seconds.a_cell + 0.5, max(self._budget.left_now(), 0.1))
        meter = Meter(self._budget.read)
        self._patience.in_this_test = 0
        if connection is not None:
            connection.allow(self._seconds.a_cell, lambda: seconds - meter.spent())
            connection.trace = ""
        with self._state.of_a_cell():
            return self._cells.run(source, f"cell {number + 1}", seconds, meter)

    def _note_end(
        self, number: int, step: Step, connection: Connection | None, ran: Ran
    ) -> SandboxLost | None:
        """Note what ran too long in an instructor's cell; how the student's process was lost, or None."""
        if connection is not None and connection.was_slow():
            self._record.event(Status.TIMED_OUT, f"{step.place(number)}: a call ran too long")
        lost = connection.lost if connection is not None else None
        if lost is not None:
            self._lost(number, step, lost)
        elif isinstance(ran.error, TestTooLong):
            self._note_too_long(number, step)
            self._student.end()
        return lost

    def _same_by_chance(self, number: int, step: Step) -> None:
        """What the instructor's cell drew by chance, or read from a clock, is the same for the answers."""
        assert step.template is not None
        if not _BY_CHANCE.search(step.template.source):
            return
        names = step.template.binds - self._template.answer_names
        try:
            self._student.define(number, {name: self._cells.names.get(name) for name in names})
        except SandboxLost as lost:
            self._lost(number, step, lost)
