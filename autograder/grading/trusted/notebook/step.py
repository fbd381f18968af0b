"""One cell of the notebook that is run: what the template says of it, and what runs on which side."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.grading.submissions.attachments import Attachments
from autograder.grading.trusted.notebook.template import TemplateCell


@dataclass
class Step:
    """One cell of the rebuilt notebook: what to run on the student's side, what on the trusted side, if
    anything.
    """

    cell_type: str
    source: str
    template: TemplateCell | None = None
    inside: str | None = None
    outside: str | None = None
    answered: bool = True
    attachments: Attachments = field(default_factory=dict)
    doubtful: bool = False
    """Whether the answer to it may be in a cell of the student's own."""

    @property
    def role(self) -> str:
        """What the template says that it is, or "extra" for a cell of the student's own."""
        return self.template.role if self.template else "extra"

    @property
    def defines(self) -> frozenset[str]:
        """The names that the student is to define here."""
        known = self.template
        return known.defines if known and known.role in ("answer", "written") else frozenset()
