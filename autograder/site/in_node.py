"""Runs Python in Pyodide under node: the interpreter and the NumPy that a browser gets, without a browser."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from autograder.course import CourseError

RUNNER = Path(__file__).with_name("run.mjs")


def run_in_pyodide(
    folder: Path, code: str, packages: Sequence[str] = ("numpy",), given: str = "", seconds: float = 3600
) -> str:
    """Run `code` in the Pyodide of `folder`, with these packages of its; returns what it printed.

    The code finds the text `given` as a global of that name. Raises CourseError if it fails, or if there is
    no node.
    """
    told = json.dumps({"folder": f"{folder.resolve()}/", "packages": packages, "code": code, "given": given})
    try:
        ran = subprocess.run(
            ["node", str(RUNNER)], input=told, capture_output=True, text=True, timeout=seconds, check=False
        )
    except FileNotFoundError as error:
        raise CourseError(
            "node is not installed, and it runs Pyodide: install Node.js 18 or newer"
        ) from error
    if ran.returncode != 0:
        raise CourseError(f"Python for the browser failed under node:\n{ran.stderr[-3000:]}")
    return ran.stdout
