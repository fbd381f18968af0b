"""One cell of the rebuilt notebook: its place in the template, and what of it runs on which side."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.grading.submissions.attachments import Attachments
from autograder.grading.trusted.notebook.template import TemplateCell


@dataclass
class Step:
    """A cell, with what runs of it on the student's side (`inside`) and on the trusted one (`outside`)."""

    cell_type: str
    source: str
    template: TemplateCell | None = None
    inside: str | None = None
    outside: str | None = None
    answered: bool = True
    attachments: Attachments = field(default_factory=dict)
    doubtful: bool = False
    """Whether the answer may be in a cell that the student added."""

    @property
    def role(self) -> str:
        """Its role in the template, or "extra" for a cell that the student added."""
        return self.template.role if self.template else "extra"

    def place(self, number: int) -> str:
        """The cell in words, for the step of this number, counted from 0."""
        name = f" ({self.template.grade_id})" if self.template and self.template.grade_id else ""
        return f"cell {number + 1}{name}"

    @property
    def defines(self) -> frozenset[str]:
        """The names that the student is to define here."""
        known = self.template
        return known.defines if known and known.role in ("answer", "written") else frozenset()

    @property
    def leaves_something(self) -> bool:
        """Whether it runs on either side, or has points: mere prose does not."""
        runs = self.inside is not None or self.outside is not None or bool(self.defines)
        return runs or self.role in ("test", "written", "task")
