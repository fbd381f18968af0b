"""What notebooks ask of IPython, which is not in the sandbox."""

from __future__ import annotations

import ast
import sys
import types
from typing import Any

from .cells import Absent, Stage, compiled, shortened


class Shell:
    """What notebooks ask of get_ipython(), as far as it makes sense without Jupyter.

    What does not is left out with a word, and the cell goes on, as in Jupyter: `!pip install` above an answer
    must not cost the answer.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage, self.user_ns = stage, stage.names

    def __bool__(self) -> bool:
        """False: pyplot, which looks for IPython, then draws without its events."""
        return False

    def run_line_magic(self, name: str, line: str, *ignored: Any) -> Any:
        """Run what a timing magic is about; those that change nothing but speed or looks need nothing."""
        if name in ("time", "timeit"):
            self.stage.execute(compiled(ast.parse(line), f"<%{name}>", "exec"))
        elif name not in (
            "matplotlib",
            "load_ext",
            "reload_ext",
            "autoreload",
            "config",
            "pylab",
            "precision",
        ):
            _leave_out(f"%{name}")

    magic = run_line_magic

    def run_cell_magic(self, name: str, line: str, body: str) -> Any:
        """Run what a timing or capturing magic is about."""
        if name in ("writefile", "file"):
            words = line.split()
            with open(words[-1].strip("'\""), "a" if "-a" in words[:-1] else "w") as file:
                file.write(body)
            return
        if name not in ("time", "timeit", "capture", "prun", "python", "python3"):
            _leave_out(f"%%{name}")
            return
        self.stage.execute(compiled(ast.parse(body), f"<%%{name}>", "exec"))

    def system(self, command: str) -> list[str]:
        """There is no shell, so a command prints nothing."""
        _leave_out(f"!{command}")
        return []

    getoutput = system


def _leave_out(what: str) -> None:
    print(f"{shortened(what.strip())} is left out while an answer is graded")


def install(stage: Stage) -> None:
    """`from IPython.display import display` is in many notebooks; IPython itself is not here."""
    shell = Shell(stage)
    stage.names["get_ipython"] = lambda: shell
    ipython = types.ModuleType("IPython")
    shown = types.ModuleType("IPython.display")
    ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]
    ipython.display = shown  # type: ignore[attr-defined]
    ipython.version_info = (9, 0, 0, "")  # type: ignore[attr-defined]  # pyplot looks here, too
    shown.display = lambda *values, **ignored: stage.display(*values)  # type: ignore[attr-defined]
    shown.clear_output = lambda *ignored, **also: None  # type: ignore[attr-defined]
    for name in ("HTML", "Markdown", "Image", "Latex", "Math", "SVG", "Javascript", "Audio", "IFrame"):
        setattr(shown, name, lambda *ignored, name=name, **also: Absent(name))
    sys.modules.setdefault("IPython", ipython)
    sys.modules.setdefault("IPython.display", shown)
