"""The points of a learner's notebooks. What was run before is remembered, so only what has changed is run.

The points of a run are kept under a digest of everything that they depend on: the code of the notebook as it
would be run, the files beside it, the release, the course's code and packages, Python. With other points, the
digest would be another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograder.course import Assignment, Course, CourseError, short
from autograder.grading.open_notebook import OpenedNotebook, open_notebook
from autograder.grading.trusted.job import environment_of
from autograder.grading.trusted.notebook.rebuild import rebuild
from autograder.learning.record import Earned, LearnersRecord, Ran, now
from autograder.notebooks.check_calls import check_call
from autograder.notebooks.own_copies import own_notebook

if TYPE_CHECKING:
    from autograder.grading.check_notebook import CheckedNotebook


@dataclass(frozen=True)
class NotebookPoints:
    """The points of one notebook, as far as they are known. `key` is the digest under which they are kept.

    `problem` says why they cannot be known; then `opened` is the release, which tells what they could be. If
    `exercises` is None and there is no problem, the notebook has still to be run.
    """

    assignment: Assignment
    name: str
    opened: OpenedNotebook | None = None
    exercises: tuple[Earned, ...] | None = None
    key: str = ""
    begun: bool = True
    problem: str = ""
    why: str = ""
    """The problem in full, with what helps."""

    @property
    def must_be_run(self) -> bool:
        """Whether running it would tell its points."""
        return self.exercises is None and not self.problem

    @property
    def asked_for(self) -> tuple[Earned, ...]:
        """The exercises of the notebook, without points; none if there is not even a release."""
        return tuple(_nothing_earned(self.opened)) if self.opened else ()


def known_points(course: Course, assignments: Iterable[Assignment]) -> list[NotebookPoints]:
    """The points that are known without running anything."""
    remembered = _remembered(course)
    return [
        _known(course, assignment, name, remembered)
        for assignment in assignments
        for name in assignment.notebooks
    ]


def _known(
    course: Course, assignment: Assignment, name: str, remembered: dict[str, tuple[Earned, ...]]
) -> NotebookPoints:
    here = NotebookPoints(assignment, name)
    path = own_notebook(course, assignment, name)
    copy = course.mine / assignment.name / f"{name}.ipynb"
    if not path.is_file():
        return replace(here, begun=False, problem="not here; run: cs-conv release")
    try:
        here = replace(here, opened=(opened := open_notebook(path)))
    except CourseError as error:
        return replace(here, opened=_release(course, here), problem="cannot be read", why=str(error))
    if path != copy and (earned := _earned_before(course, here)):
        why = (
            f"{short(copy)} is not there, but earned {earned:g} points before: put it back, or make a new "
            "copy: cs-conv lab"
        )
        return replace(here, problem=f"is not in {course.mine.name}/", why=why)
    if opened.is_untouched:
        return replace(here, begun=False, exercises=here.asked_for)
    key = content_key(opened)
    return replace(here, key=key, exercises=remembered.get(key))


def _release(course: Course, points: NotebookPoints) -> OpenedNotebook | None:
    """The notebook as it was released; None if that cannot be read, either."""
    try:
        return open_notebook(course.releases / points.assignment.name / f"{points.name}.ipynb")
    except CourseError:
        return None


def _earned_before(course: Course, points: NotebookPoints) -> float:
    """The points of a notebook in its last run."""
    runs = [
        run
        for run in LearnersRecord(course.mine).ran()
        if (run.assignment, run.notebook) == (points.assignment.name, points.name)
    ]
    return sum(exercise.earned for exercise in runs[-1].exercises) if runs else 0.0


def _remembered(course: Course) -> dict[str, tuple[Earned, ...]]:
    """The exercises of every run in the record by its key; the last run counts."""
    return {run.key: run.exercises for run in LearnersRecord(course.mine).ran()}


def content_key(notebook: OpenedNotebook) -> str:
    """A digest of everything that the points of a notebook depend on. Outputs and text are not among it."""
    job = notebook.job
    steps = rebuild(job.template, notebook.handed).steps
    code = [
        (step.role, step.template.grade_id if step.template else "", step.inside, step.outside)
        for step in steps
        if step.leaves_something
    ]
    rest = job.model_copy(update={"submitted": b"", "student": ""})
    return hashlib.sha256(json.dumps([code, rest.key(environment_of(job.allow))]).encode()).hexdigest()


def run_and_remember(course: Course, points: NotebookPoints) -> tuple[NotebookPoints, str]:
    """Run a notebook, and put its points into the record; why that cannot be written ("" if it can).

    It is not run if another process has run it meanwhile.
    """
    from autograder.grading.check_notebook import check_notebook  # slow to import

    assert points.opened is not None
    meanwhile = _remembered(course).get(points.key)
    if meanwhile is not None:
        return replace(points, exercises=meanwhile), ""
    try:
        checked = check_notebook(points.opened)
    except CourseError as error:
        return replace(points, problem="could not be run", why=str(error)), ""
    return replace(points, exercises=_earned(checked)), remember(course, points.opened, checked)


def remember(course: Course, notebook: OpenedNotebook, checked: CheckedNotebook) -> str:
    """Put the points of a run into the record; why it cannot be written ("" if it can)."""
    run = Ran(
        when=now(),
        key=content_key(notebook),
        assignment=notebook.job.assignment,
        notebook=notebook.job.template.name,
        exercises=_earned(checked),
    )
    record = LearnersRecord(course.mine)
    try:
        record.add(run)
    except OSError as error:
        return f"{record.path} cannot be written ({error.strerror}), so these points are not remembered"
    return ""


def is_own(course: Course, notebook: OpenedNotebook) -> bool:
    """Whether this file is the one that counts as the learner's: their copy, or the release without one."""
    own = (own_notebook(course, each, name) for each in course.assignments for name in each.notebooks)
    return notebook.path in (path.resolve() for path in own)


def _earned(checked: CheckedNotebook) -> tuple[Earned, ...]:
    points = ((exercise, *checked.points(exercise)) for exercise in checked.exercises)
    return tuple(Earned(exercise=name, earned=earned, possible=most) for name, earned, most in points)


def _nothing_earned(opened: OpenedNotebook) -> Iterator[Earned]:
    """The exercises of a notebook that is not begun."""
    possible: dict[str, float] = {}
    for cell in opened.job.template.cells:
        if cell.role == "test":
            call = check_call(cell.source)
            exercise = call.exercise if call else cell.grade_id
            possible[exercise] = possible.get(exercise, 0.0) + cell.points
    for exercise, points in possible.items():
        yield Earned(exercise=exercise, earned=0.0, possible=points)
