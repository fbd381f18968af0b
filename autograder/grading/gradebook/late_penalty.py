"""The penalty for late submissions, by nbgrader's plugin as course.yml or nbgrader_config.py sets it now.

The gradebook stores the penalty of the day on which a submission was graded. Points typed in later, an
extension or another policy change it, so all code that shows points computes the penalty here.
"""

from __future__ import annotations

from typing import Any

from autograder.course import Course
from autograder.grading.nbgrader_settings import settings


class LatePolicy:
    """The course's policy on late submissions."""

    def __init__(self, course: Course) -> None:
        from nbgrader.preprocessors import AssignLatePenalties

        self._step = AssignLatePenalties(config=settings(course))
        self._step.init_plugin()

    def penalty(self, submission: Any, notebook: Any) -> float | None:
        """The points that a notebook of a submission in the gradebook loses; None if it came in time."""
        seconds = 0.0 if submission.assignment.duedate is None else submission.total_seconds_late
        if seconds <= 0:
            return None
        self._step.assignment_id = submission.assignment.name
        lost = self._step.plugin_inst.late_submission_penalty(submission.student.id, notebook.score, seconds)
        return None if lost is None else float(self._step._check_late_penalty(notebook, lost))

    def enter(self, submission: Any) -> None:
        """Enter the penalties into the gradebook, where nbgrader's own tools look; the caller commits."""
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = self.penalty(submission, notebook)

    def final_score(self, submission: Any) -> float:
        """What a submission in the gradebook is worth: its points less its penalties."""
        lost = sum(self.penalty(submission, notebook) or 0.0 for notebook in submission.notebooks)
        return max(0.0, float(submission.score) - lost)
