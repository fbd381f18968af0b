"""One notebook to grade, as plain data that can travel to a worker."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict

import cs_conv
from autograder.grading.trusted.notebook.template import Template
from autograder.grading.trusted.sandbox.contents import holdings


class Job(BaseModel):
    """One notebook of one student, with everything that its grade depends on but the environment."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    student: str
    assignment: str
    template: Template
    submitted: bytes
    files: dict[str, bytes] = {}
    """Files that the student handed in beside the notebook: only the answers find them."""
    given: dict[str, bytes] = {}
    """Files of the assignment: the answers find them, and tests may read or import them."""
    allow: tuple[str, ...] = ()
    seconds_a_cell: float
    seconds_in_all: float
    memory_mb: int
    processes: int = 32
    file_mb: int = 64
    output_kb: int = 256
    seed: int
    backend: str
    unsafe: bool = False

    def key(self, environment: str) -> str:
        """A digest of everything that this grade depends on, the same in every process."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(f"{environment}\n{text}".encode()).hexdigest()


def environment_of(allow: tuple[str, ...]) -> str:
    """What else a grade depends on, as text: Python, the packages in the sandbox, the course's own code."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[2]
    parts = [package / part for part in ("grading", "checks", "exercises", "notebooks")]
    for folder in (*parts, Path(cs_conv.__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return "\n".join([sys.version, *holdings(allow).packages, digest.hexdigest()])
