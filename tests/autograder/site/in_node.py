"""Runs Python in Pyodide under node: the interpreter and the NumPy that a browser gets, without a browser."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.needs import ROOT

CACHE = ROOT / "build" / "npm"
RUNNER = Path(__file__).with_name("run.mjs")


def run_in_pyodide(
    folder: Path, code: str, packages: Sequence[str] = ("numpy",), given: str = "", seconds: float = 600
) -> str:
    """Run `code` in the Pyodide of `folder`, with these packages of its; returns what it printed.

    The code finds the text `given` as a global of that name.
    """
    told = json.dumps({"folder": f"{folder}/", "packages": packages, "code": code, "given": given})
    ran = subprocess.run(
        ["node", str(RUNNER)], input=told, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return ran.stdout
