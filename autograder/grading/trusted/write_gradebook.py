"""The one writer: it puts outcomes into nbgrader's gradebook and folders, a submission in a transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from autograder.course import Assignment, Course
from autograder.grading.gradebook.discards import discards, record
from autograder.grading.gradebook.kept_points import kept_points
from autograder.grading.gradebook.late_penalty import LatePolicy
from autograder.grading.gradebook.open import connect, database_errors, one_commit
from autograder.grading.gradebook.own_tables import keep_outcomes, make_tables, note_students, outcomes_judged
from autograder.grading.gradebook.read import by_hand, read_together, scores_of, verdicts_in
from autograder.grading.results import Result, Status
from autograder.grading.seeds import read_secret
from autograder.grading.submissions.cells import text_of
from autograder.grading.submissions.intake import NotPlainFile, other_files, read_notebook_file
from autograder.grading.submissions.timestamps import FORM, when_it_came
from autograder.grading.submissions.without_outputs import HANDED_IN, digest_of_file
from autograder.grading.trusted.autograded_folder import carried, mirror, of_the_exchange
from autograder.grading.trusted.outcome import NotebookOutcome

SEVERITY = [Status.NOT_GRADED, Status.UNREADABLE, Status.CRASHED, Status.TIMED_OUT, Status.GRADED]


class Writer:
    """Writes the outcomes of one assignment."""

    def __init__(self, course: Course, assignment: Assignment) -> None:
        self.course, self.assignment = course, assignment
        self.secret = read_secret(course)
        self.given: dict[str, bytes] = {}
        """The assignment's own files, for `autograded/`."""
        self.gradebook = connect(course)
        with database_errors(course):
            make_tables(self.gradebook)
            self.thrown_out = discards(self.gradebook, assignment.name)
            self.kept_points = kept_points(self.gradebook, assignment.name)
        self.late = LatePolicy(course)

    def close(self) -> None:
        """Close the connection to the database."""
        self.gradebook.close()

    def reopen(self) -> None:
        """Connect again after the database was away."""
        try:
            self.gradebook.close()
        finally:
            self.gradebook = connect(self.course)

    def record(self, student: str, outcomes: Sequence[NotebookOutcome]) -> None:
        """Make the gradebook and the autograded folder say what these outcomes say."""
        is_new = not self._note_earlier(student, outcomes)
        self._write_documents(student, outcomes)
        with one_commit(self.gradebook) as session, session.no_autoflush:
            self.gradebook.update_or_create_student(student)
            note_students(self.gradebook, [student])
            came, odd = when_it_came(self.course.submitted(student, self.assignment.name))
            stamp = {"timestamp": came and came.strftime(FORM)} if came or odd else {}
            submission = self.gradebook.update_or_create_submission(self.assignment.name, student, **stamp)
            if is_new:  # a student who is back has their points again
                self.kept_points = kept_points(self.gradebook, self.assignment.name)
            by_name = {outcome.notebook: outcome for outcome in outcomes}
            kept = read_together(session, submission)
            for notebook in submission.notebooks:
                self._record_notebook(notebook, by_name.get(notebook.name))
            session.flush()
            session.expire_all()
            submission = self.gradebook.find_submission(self.assignment.name, student)
            self.late.enter(submission)
            del kept

    def _note_earlier(self, student: str, outcomes: Sequence[NotebookOutcome]) -> bool:
        """Note for which answers grades were given that an earlier version or nbgrader's own commands left.

        The graded notebook in autograded/ tells. If it does not, that is noted too, since a new notebook is
        about to replace it. Returns whether there is a submission.
        """
        try:
            submission = self.gradebook.find_submission(self.assignment.name, student)
        except MissingEntry:
            return False
        by_name = {outcome.notebook: outcome for outcome in outcomes}
        with one_commit(self.gradebook):
            for notebook in submission.notebooks:
                judged = outcomes_judged(self.gradebook, [grade.id for grade in notebook.grades])
                grades = [grade for grade in notebook.grades if grade.id not in judged]
                outcome = by_name.get(notebook.name)
                same = bool(grades) and self._is_as_graded(student, outcome)
                worth = {grade.id: self._worth(grade, outcome) for grade in grades}
                given = {g.id: same and g.auto_score == worth[g.id][0] for g in grades}
                keep_outcomes(self.gradebook, {i: worth[i][1] if given[i] else "" for i in given})
        return True

    def _is_as_graded(self, student: str, outcome: NotebookOutcome | None) -> bool:
        """Whether the notebook in autograded/ has the same cells."""
        if outcome is None or outcome.document is None:
            return False
        path = self.course.autograded(student, self.assignment.name) / f"{outcome.notebook}.ipynb"
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            return list(map(text_of, cells)) == list(map(text_of, outcome.document["cells"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def _record_notebook(self, notebook: Any, outcome: NotebookOutcome | None) -> None:
        """Enter the points. A person is asked (again) only about what has changed since the last time."""
        before = outcomes_judged(self.gradebook, [grade.id for grade in notebook.grades])
        now = {}
        for grade in notebook.grades:
            out = self.thrown_out.get((notebook.name, grade.name))
            score, now[grade.id] = self._worth(grade, outcome)
            needs = None
            if before.get(grade.id) != now[grade.id]:
                by_person = grade.manual_score is not None or score is None
                needs = _readable(outcome) and by_person
            if out is not None:
                record(self.gradebook, grade, out, score, needs)
                continue
            grade.auto_score = score
            if needs is not None:
                grade.needs_manual_grade = needs
        keep_outcomes(self.gradebook, now)
        unanswered = set(outcome.unanswered) if outcome else set()
        for comment in notebook.comments:
            comment.auto_comment = "No response." if comment.name in unanswered else None

    def _worth(self, grade: Any, outcome: NotebookOutcome | None) -> tuple[float | None, str]:
        """The points that an outcome gives a cell (None if a person does), and a text for why."""
        scores = {test.grade_id: test.score for test in outcome.tests} if outcome else {}
        score = scores.get(grade.name, None if _readable(outcome) and by_hand(grade.cell) else 0.0)
        answers = outcome.answers.get(grade.name, "") if outcome else ""
        out = self.thrown_out.get((grade.notebook.name, grade.name))
        if score is not None:
            judged, least = self.kept_points.get(grade.id, ("", 0.0))
            least = least if judged and judged == answers else 0.0
            score = min(max(float(score), least), out.points if out else float(grade.max_score))
        return score, f"{score} {answers}"

    def _write_documents(self, student: str, outcomes: Sequence[NotebookOutcome]) -> None:
        """Write the graded notebooks, and the other files of the assignment and the submission."""
        submitted = self.course.submitted(student, self.assignment.name)
        files = {
            f"{outcome.notebook}.ipynb": (
                json.dumps(_document(outcome, submitted), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
            ).encode("utf-8", "replace")
            for outcome in outcomes
            if outcome.document is not None
        }
        files |= of_the_exchange(submitted, self.secret, f"{student}/{self.assignment.name}")
        others = carried(self.given, other_files(submitted))
        mirror(self.course.autograded(student, self.assignment.name), files | others)

    # Reading back

    def result(
        self,
        student: str,
        outcomes: Sequence[NotebookOutcome],
        status: Status,
        detail: str,
        engine: str,
        seconds: float,
    ) -> Result:
        """What the gradebook now says of this submission, with the mistakes that its tests recognised."""
        session = self.gradebook.db
        session.expire_all()
        submission = self.gradebook.find_submission(self.assignment.name, student)
        kept = read_together(session, submission)
        verdicts = verdicts_in({outcome.notebook: outcome.document or {} for outcome in outcomes})
        score, max_score, tests = scores_of(submission, verdicts, self.late)
        result = Result(
            student=student,
            assignment=self.assignment.name,
            status=status,
            score=score,
            max_score=max_score,
            detail=detail,
            tests=tests,
            seconds=seconds,
            engine=engine,
        )
        del kept
        session.rollback()
        return result


def _document(outcome: NotebookOutcome, submitted: Path) -> dict[str, Any]:
    """The graded notebook, which says which file it was. Outcomes of an earlier version do not know."""
    document = outcome.document or {}
    handed_in = outcome.handed_in
    with suppress(OSError, NotPlainFile):
        handed_in = handed_in or digest_of_file(read_notebook_file(submitted / f"{outcome.notebook}.ipynb"))
    return document | {"metadata": {**document["metadata"], HANDED_IN: handed_in}}


def _readable(outcome: NotebookOutcome | None) -> bool:
    return outcome is not None and outcome.status is not Status.UNREADABLE
