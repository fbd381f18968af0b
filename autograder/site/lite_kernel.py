"""JupyterLite's kernel for Python, fetched apart: where it is installed, JupyterLab would load it, too."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.course import CourseError

PINNED = Path(__file__).with_name("lite-kernel.txt")
EXTENSION = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"
"""Where its files for the browser lie, in the folder of `fetch` as in an environment."""


def fetch(cache: Path) -> Path:
    """The folder in which pip has put the package; pip runs only if `cache` does not have it yet.

    Raises CourseError if pip cannot fetch it.
    """
    done = cache / f"lite-kernel-{hashlib.sha256(PINNED.read_bytes()).hexdigest()[:12]}"
    if done.is_dir():
        return done
    begun = done.with_suffix(".part")
    shutil.rmtree(begun, ignore_errors=True)
    words = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    command = [sys.executable, "-m", "pip", *words, "--target", str(begun), "--requirement", str(PINNED)]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        said = "\n".join(tried.stderr.strip().splitlines()[-6:])
        raise CourseError(
            "pip could not fetch JupyterLite's kernel; connect this machine to PyPI, and run the command "
            f"again. pip said:\n{said}"
        )
    begun.replace(done)
    return done
