"""IPython's magics, as far as they make sense without Jupyter, and the shell that `get_ipython()` returns."""

from __future__ import annotations

import os
import runpy
import sys
import timeit
import traceback
import types
from collections.abc import Callable
from typing import Any

from .cell_runner import ends_quietly
from .showing import shortened
from .student_cells import Absent, CellTooLong, StudentCells

_NOTHING = (
    *("matplotlib", "load_ext", "reload_ext", "unload_ext", "autoreload", "aimport", "config", "colors"),
    *("xmode", "autosave", "pdb", "autocall", "automagic", "pinfo", "pinfo2", "pdoc", "psource", "pdef"),
)
"""Magics that change nothing but speed or looks, or show help."""

_PYLAB = """
import numpy
import matplotlib
from matplotlib import pylab, mlab, pyplot
np = numpy
plt = pyplot
from IPython.display import display
from pylab import *
from numpy import *
"""


class ZMQInteractiveShell:
    """The shell that notebooks expect, as far as it makes sense without Jupyter.

    Anything else is left out with a note, and the cell goes on: `!pip install` above an answer must not cost
    the answer.
    """

    def __init__(self, cells: StudentCells) -> None:
        self.cells, self.user_ns = cells, cells.names

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return Absent(name)

    def run_line_magic(self, name: str, line: str, *ignored: Any) -> Any:
        """Run a line magic, and return its value."""
        act = _LINES.get(name)
        if act is not None:
            return act(self.cells, line.strip())
        if name not in _NOTHING:
            _leave_out(f"%{name}")
        return None

    def run_cell_magic(self, name: str, line: str, body: str) -> Any:
        """Run a cell magic, and return its value."""
        act = _CELLS.get(name)
        if act is not None:
            return act(self.cells, line.strip(), body)
        _leave_out(f"%%{name}")
        return None

    def magic(self, text: str) -> Any:
        """The older way to run a line magic."""
        name, _, line = text.lstrip("%").partition(" ")
        return self.run_line_magic(name, line)

    def run_cell(self, source: str, *ignored: Any, **also: Any) -> None:
        """Run a cell, and show its error instead of raising it."""
        _shown(self.cells, source)

    def system(self, command: str) -> list[str]:
        """Leave out a command, since there is no shell."""
        _leave_out(f"!{command}")
        return []

    getoutput = system


def _leave_out(what: str) -> None:
    print(f"{shortened(what.strip())} is left out while an answer is graded")


# Magics


def _time(cells: StudentCells, line: str, body: str = "") -> Any:
    return cells.evaluate(body or line, "<timed>")


def _timeit(cells: StudentCells, line: str, body: str | None = None) -> Any:
    """Run it once. Names that it defines do not become the notebook's, as in IPython."""
    options, code = _options(line, "nrpv")
    setup, statement = ("pass", code) if body is None else (code or "pass", body)
    seconds = timeit.Timer(statement or "pass", setup, globals=cells.names).timeit(1)
    result = types.SimpleNamespace(
        loops=1, repeat=1, best=seconds, worst=seconds, average=seconds, stdev=0.0,
        all_runs=[seconds], timings=[seconds], compile_time=0.0,
    )  # fmt: skip
    if "v" in options:
        cells.names[options["v"]] = result
    return result if "o" in options else None


def _profile(cells: StudentCells, line: str, body: str = "") -> None:
    cells.evaluate(body or _options(line, "lsTD")[1], "<profiled>")


def _options(line: str, with_value: str) -> tuple[dict[str, str], str]:
    """The options of a line, `-n1 -r 2 -q`, and the code after them."""
    found: dict[str, str] = {}
    while line.startswith("-") and line[1:2].isalpha():
        word, _, line = line.partition(" ")
        name, value = word[1], word[2:]
        if name in with_value and not value:
            value, _, line = line.lstrip().partition(" ")
        found |= {name: value} if name in with_value else dict.fromkeys(word[1:], "")
        line = line.lstrip()
    return found, line


def _env(cells: StudentCells, line: str) -> Any:
    if not line:
        return dict(os.environ)
    name, sign, value = line.partition("=" if "=" in line else " ")
    if not sign:
        return os.environ.get(name)
    os.environ[name.strip()] = value.strip()
    print(f"env: {name.strip()}={value.strip()}")
    return None


def _cd(cells: StudentCells, line: str) -> None:
    try:
        os.chdir(os.path.expanduser(line.strip("'\"") or "~"))
    except OSError as error:
        print(error)
    else:
        print(os.getcwd())


def _run_file(cells: StudentCells, line: str) -> None:
    options, rest = _options(line, "")
    path, *arguments = rest.split() or [""]
    if os.path.exists(f"{path}.py"):
        path += ".py"
    if path.endswith(".ipynb") or not os.path.exists(path):
        _leave_out(f"%run {path}")
        return
    before, sys.argv = sys.argv, [path, *arguments]
    try:
        if "i" in options:
            with open(path) as file:
                cells.runner.execute(compile(file.read(), path, "exec", dont_inherit=True))
        else:
            made = runpy.run_path(path, run_name="__main__")
            cells.names.update((name, value) for name, value in made.items() if not name.startswith("__"))
    finally:
        sys.argv = before


def _precision(cells: StudentCells, line: str) -> None:
    sys.modules["numpy"].set_printoptions(precision=int(line) if line.isdecimal() else 8)


def _reset(cells: StudentCells, line: str) -> None:
    for name in [name for name in cells.names if not name.startswith("_")]:
        del cells.names[name]


class Captured:
    """The outputs that `%%capture NAME` keeps under the name."""

    def __init__(self, outputs: list[dict[str, Any]]) -> None:
        kept = {
            kind: "".join(each["text"] for each in outputs if each["kind"] == kind)
            for kind in ("stdout", "stderr")
        }
        self.stdout, self.stderr = kept["stdout"], kept["stderr"]
        self.outputs = [each for each in outputs if each["kind"] not in kept]

    def __str__(self) -> str:
        return self.stdout

    def show(self) -> None:
        """Print what was captured."""
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)

    __call__ = show


def _capture(cells: StudentCells, line: str, body: str) -> None:
    name = next((word for word in line.split() if not word.startswith("-")), "")
    with cells.heard(cells.limit) as outputs:
        _shown(cells, body)
    if name and not ends_quietly(body):
        cells.names[name] = Captured(outputs)


def _shown(cells: StudentCells, source: str) -> None:
    """Run a cell and print its error, as IPython's `run_cell` does."""
    try:
        cells.show(source, "<cell>")
    except CellTooLong:
        raise
    except (Exception, SystemExit, KeyboardInterrupt):
        traceback.print_exc(file=sys.stdout)


def _write(cells: StudentCells, line: str, body: str) -> None:
    words = line.split()
    path = os.path.expanduser(words[-1].strip("'\""))
    with open(path, "a" if "-a" in words[:-1] else "w", encoding="utf-8") as file:
        file.write(body)


def _apart(cells: StudentCells, line: str, body: str) -> None:
    """Run `%%python`, which has names of its own, as it would have in a process of its own."""
    exec(compile(body, "<python>", "exec", dont_inherit=True), {"__name__": "__main__"})


_LINES: dict[str, Callable[[StudentCells, str], Any]] = {
    "time": _time,
    "timeit": _timeit,
    "prun": _profile,
    "env": _env,
    "set_env": _env,
    "cd": _cd,
    "pwd": lambda cells, line: os.getcwd(),
    "run": _run_file,
    "pylab": lambda cells, line: cells.evaluate(_PYLAB, "<pylab>"),
    "precision": _precision,
    "reset": _reset,
}
_CELLS: dict[str, Callable[[StudentCells, str, str], Any]] = {
    "time": _time,
    "timeit": _timeit,
    "prun": _profile,
    "capture": _capture,
    "writefile": _write,
    "file": _write,
    "python": _apart,
    "python3": _apart,
}
