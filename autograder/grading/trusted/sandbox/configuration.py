"""The settings, as JSON, and the environment of the program in a sandbox."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from autograder.grading.trusted.sandbox.backend import Settings
from autograder.grading.trusted.sandbox.contents import Holdings, holdings
from autograder.grading.trusted.sandbox.seccomp import Filter

INSIDE = Path(__file__).resolve().parents[1] / "inside"
"""The package that runs in the sandbox."""


def configuration(settings: Settings, rules: Filter | None, beside: int = 0, **also: Any) -> str:
    """The settings as the student's side reads them.

    `beside` is the number of processes and threads that the kernel counts with those of the sandbox.
    """
    held: Holdings = holdings(settings.allow)
    config: dict[str, Any] = {
        "here": "/grader",
        "path": held.path,
        "work": "/work",
        "random": settings.random,
        "output": settings.output_kb << 10,
        "rlimits": {
            "AS": settings.memory_mb << 20,
            "FSIZE": settings.file_mb << 20,
            "NPROC": settings.processes + beside,
            "CORE": 0,
            "NOFILE": 256,
            "CPU": settings.seconds_in_all + 5,
        },
    }
    if rules is not None:
        config["calls"] = {
            "program": base64.b64encode(rules.program).decode(),
            "own_id_at": rules.own_id_at,
            "installed_by": rules.installed_by,
        }
    return json.dumps(config | also)


ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Variables that keep NumPy's libraries to one thread."""


def environment(home: str) -> dict[str, str]:
    """The variables of a sandbox, none of which is the grader's."""
    return {
        "HOME": home,
        "PATH": "/nonexistent",
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": home,
        **ONE_THREAD,
    }
