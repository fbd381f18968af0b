"""A notebook from a few lines, and the points that our engine gives it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any, Literal

from autograder.grading.trusted.job import Job
from autograder.grading.trusted.notebook.template import make_template
from autograder.grading.trusted.outcome import NotebookOutcome
from autograder.grading.trusted.sandbox import choose
from autograder.grading.trusted.worker import grade_job


@dataclass(frozen=True)
class Cell:
    """A cell as it is released, and what the student and the instructor have in its place."""

    kind: Literal["plain", "setup", "answer", "test", "written", "extra"]
    name: str
    source: str
    handed: str | None = None
    solved: str | None = None
    points: float = 0.0

    def notebook_cell(self) -> dict[str, Any]:
        """As a notebook has it."""
        marks = {
            "grade_id": self.name, "grade": self.kind in ("test", "written"),
            "solution": self.kind in ("answer", "written"), "locked": self.kind in ("test", "setup"),
            "task": False, "points": self.points,
        }  # fmt: skip
        return {
            "cell_type": "markdown" if self.kind == "written" else "code",
            "source": self.source, "id": self.name,
            "metadata": {} if self.kind in ("plain", "extra") else {"nbgrader": marks},
        }  # fmt: skip


def sections(text: str) -> list[tuple[str, str]]:
    """What stands after each `# %%`, and what is below."""
    parts = re.split(r"^# %% (.*)\n", text, flags=re.M)[1:]
    return [(heading, body.strip("\n")) for heading, body in zip(parts[::2], parts[1::2], strict=True)]


@cache
def _backend() -> str:
    return choose().name


def outcome_of(cells: list[Cell], files: dict[str, bytes] | None = None, **settings: Any) -> NotebookOutcome:
    """What grading says of what a student handed in."""
    released = [cell.notebook_cell() for cell in cells if cell.kind != "extra"]
    solved = [replace(c, source=c.source if c.solved is None else c.solved).notebook_cell() for c in cells]
    handed = [replace(c, source=c.source if c.handed is None else c.handed).notebook_cell() for c in cells]
    known = {
        cell.name: SimpleNamespace(
            source=cell.source, cell_type=cell.notebook_cell()["cell_type"],
            locked=cell.kind in ("test", "setup"), checksum="",
        )
        for cell in cells if cell.kind not in ("plain", "extra")
    }  # fmt: skip
    points = {cell.name: cell.points for cell in cells if cell.kind in ("test", "written")}
    notebook = {"cells": solved, "metadata": {}}
    template = make_template("nb", {"cells": released, "metadata": {}}, notebook, known, points)
    job = Job(**{
        "student": "s", "assignment": "a", "template": template,
        "submitted": json.dumps({"cells": handed, "metadata": {}, "nbformat": 4}).encode(),
        "files": files or {}, "given": files or {}, "allow": ("matplotlib", "numpy"),
        "seconds_a_cell": 10, "seconds_in_all": 60, "memory_mb": 4096, "seed": 7, "backend": _backend(),
    } | settings)  # fmt: skip
    return grade_job(job)


def scores_of(
    cells: list[Cell], files: dict[str, bytes] | None = None, **settings: Any
) -> dict[str, float | None]:
    """The points of each test."""
    return {test.grade_id: test.score for test in outcome_of(cells, files, **settings).tests}
