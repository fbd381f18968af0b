"""nbgrader's plugin for late penalties, with the `late:` of course.yml."""

from __future__ import annotations

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Dict

from autograder.course import Late


class CourseLatePolicy(LateSubmissionPlugin):
    """The policy of the assignment in course.yml; without one, nbgrader's own `penalty_method`."""

    policies = Dict(help="What course.yml says under `late:`, by assignment.").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The points that a notebook loses; None if it loses none."""
        policy = self.policies.get(self.parent.assignment_id)
        if policy is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        return Late(**policy).penalty(score, total_seconds_late) or None
