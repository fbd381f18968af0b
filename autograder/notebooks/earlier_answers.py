"""A learner's answers from earlier notebooks, for a notebook that builds on them.

Notebooks are read as JSON, so that this works where nothing of Jupyter is installed.
"""

from __future__ import annotations

import ast
import json
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograder.checks import Verdict, find, judge
from autograder.checks.errors import message_of
from autograder.checks.exercise import Exercise, Function
from autograder.notebooks.free_names import binds, needs
from autograder.notebooks.ipython_syntax import tree_of
from autograder.notebooks.unwritten import is_unanswered

WIDE = 20
"""The characters that a name takes in what `mine` prints."""


class Written(NamedTuple):
    """An answer in a notebook: where it is, its cell, and the cells above and below."""

    place: str
    answer: str
    above: list[str]
    below: list[str]


def mine(exercise: str, instead: Function, wrong: bool = False, folder: Path | None = None) -> Function:
    """Return your own answer to an exercise of an earlier notebook if it is right, and otherwise `instead`.

    It prints one line on which of the two it is, and why. A right answer that is too slow for a training is
    not taken. wrong: use such an answer, and a wrong one, too. folder: where the lessons' folders are; the
    default is the folder that this notebook's folder is in.
    """
    known = find(exercise)
    print(f"{exercise:{WIDE}} ", end="", flush=True)  # now, since the answer may run for long
    with np.errstate():  # an answer may set it
        words, function = _chosen(known, folder or Path.cwd().parent, wrong)
    print(words)
    return function or instead


def _chosen(exercise: Exercise, folder: Path, wrong: bool) -> tuple[str, Function | None]:
    """The words to print, and the learner's function, or None if it is not to be used."""
    written = _written(exercise.name, folder)
    if isinstance(written, str):
        return f"the course's: {written}", None
    try:
        function, verdict = _best(exercise, written)
    except (Exception, SystemExit) as error:  # whatever a learner's code raises
        said = ": ".join(filter(None, (type(error).__name__, message_of(error))))
        return f"the course's: yours cannot be used ({said})", None
    place = written.place
    if verdict.passed:
        return f"yours, from {place}", function
    slow = _is_only_slow(exercise, verdict)
    if wrong:
        found = "it is too slow for a training" if slow else "its check finds something wrong"
        return f"yours, from {place}, although {found}", function
    if slow:
        return f"the course's: yours in {place} is right, but too slow for a training", None
    alone = "(run without the other cells of that notebook)"
    return f"the course's: the check finds something wrong in {place} {alone}", None


def _written(exercise: str, folder: Path) -> Written | str:
    """The learner's answer, or the reason why there is none."""
    place = ""
    for path in sorted(folder.glob("*/*.ipynb")):
        try:
            cells = _code_cells(path)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):  # not a notebook
            continue
        sources = [source for source, _ in cells]
        for number, (source, marked) in enumerate(cells):
            if marked.get("grade_id") != exercise or not marked.get("solution"):
                continue
            place = f"{path.parent.name}/{path.name}"
            if not is_unanswered(source):
                return Written(place, source, sources[:number], sources[number + 1 :])
    return f"yours in {place} is not written yet" if place else "there is no notebook with yours here"


def _code_cells(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """The text of each code cell of a notebook, and what nbgrader says of it."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        ("".join(cell["source"]), cell.get("metadata", {}).get("nbgrader", {}))
        for cell in cells
        if cell["cell_type"] == "code"
    ]


def _best(exercise: Exercise, written: Written) -> tuple[Function, Verdict]:
    """The answer with what it needs from the cells above it, or from all cells if it is wrong so."""
    above = _needed(written.above, written.answer)
    every = _needed([*written.above, *written.below], written.answer)
    if len(above) < len(every):
        with suppress(Exception, SystemExit):  # the cells below may have what is missing
            function = _made(exercise.name, written.place, above)
            verdict = judge(exercise, function)
            if verdict.passed or _is_only_slow(exercise, verdict):
                return function, verdict
    function = _made(exercise.name, written.place, every)
    return function, judge(exercise, function)


def _is_only_slow(exercise: Exercise, verdict: Verdict) -> bool:
    failed = {a.name for a in verdict.aspects if not a.passed}
    return exercise.speed is not None and failed == {exercise.speed.aspect}


def _made(name: str, place: str, statements: list[ast.stmt]) -> Function:
    """The function that these statements define. Raises whatever a learner's code raises."""
    space: dict[str, Any] = {}
    for statement in statements:
        exec(compile(ast.Module([statement], []), place, "exec"), space)
    function: Function = space[name]
    if not callable(function):
        raise TypeError(f"{name} is {type(function).__name__}, not a function")
    return function


def _needed(sources: list[str], answer: str) -> list[ast.stmt]:
    """The statements of a notebook that an answer needs, in order, and the answer's own at the end."""
    last = tree_of(answer)
    if last is None:
        raise SyntaxError("its cell is not plain Python")
    trees = [tree for source in sources if (tree := tree_of(source))]
    statements = [statement for tree in trees for statement in tree.body]
    wanted, chosen = needs(last), set[int]()
    while more := {
        number
        for number, statement in enumerate(statements)
        if number not in chosen and not isinstance(statement, ast.Expr) and binds([statement]) & wanted
    }:
        chosen |= more
        for number in more:
            wanted |= needs(ast.Module([statements[number]], []))
    return [*(statements[number] for number in sorted(chosen)), *last.body]
