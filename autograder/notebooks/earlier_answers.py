"""A learner's answers from earlier notebooks, for a notebook that builds on them.

Notebooks are read as JSON, so that this works where nothing of Jupyter is installed.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.checks import find, judge
from autograder.checks.exercise import Function
from autograder.notebooks.free_names import binds, needs
from autograder.notebooks.ipython_syntax import as_python, parsed
from autograder.notebooks.unwritten import is_unanswered

WIDE = 20
"""The characters that a name takes in what `mine` prints."""


def mine(exercise: str, instead: Function, wrong: bool = False, folder: Path | None = None) -> Function:
    """Return your own answer to an exercise of an earlier notebook if it is right, and otherwise `instead`.

    It prints one line on which of the two it is, and why. wrong: use a wrong answer, too. folder: where the
    lessons' folders are; the default is the folder that this notebook's folder is in.
    """
    known = find(exercise)
    try:
        function, place = _answer(exercise, folder or Path.cwd().parent)
    except Exception as error:  # whatever a learner's code raises
        return _say(
            exercise, f"the course's: yours cannot be used ({type(error).__name__}: {error})", instead
        )
    if not function:
        return _say(exercise, f"the course's: {place}", instead)
    verdict = judge(known, function, aspect=known.aspects[0].name)  # not how fast it is
    if verdict.passed:
        return _say(exercise, f"yours, from {place}", function)
    if wrong:
        return _say(exercise, f"yours, from {place}, although its check finds something wrong", function)
    return _say(exercise, f"the course's: the check finds something wrong in {place}", instead)


def _say(exercise: str, words: str, function: Function) -> Function:
    print(f"{exercise:{WIDE}} {words}")
    return function


def _answer(exercise: str, folder: Path) -> tuple[Function | None, str]:
    """The learner's function and the notebook that has it; without one, None and the reason."""
    place = ""
    for path in sorted(folder.glob("*/*.ipynb")):
        try:
            cells = _code_cells(path)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):  # not a notebook
            continue
        for number, (source, marked) in enumerate(cells):
            if marked.get("grade_id") != exercise or not marked.get("solution"):
                continue
            place = f"{path.parent.name}/{path.name}"
            if is_unanswered(source):
                continue
            space: dict[str, Any] = {}
            others = [other for n, (other, _) in enumerate(cells) if n != number]
            for statement in _needed(others, source):
                exec(compile(ast.Module([statement], []), place, "exec"), space)
            function: Function = space[exercise]
            return function, place
    return None, f"yours in {place} is not written yet" if place else "there is no notebook with yours here"


def _code_cells(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """The text of each code cell of a notebook, and what nbgrader says of it."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        ("".join(cell["source"]), cell.get("metadata", {}).get("nbgrader", {}))
        for cell in cells
        if cell["cell_type"] == "code"
    ]


def _needed(sources: list[str], answer: str) -> Iterator[ast.stmt]:
    """The statements of a notebook that an answer needs, in order, and the answer's own at the end."""
    last = parsed(as_python(answer))
    if last is None:
        raise SyntaxError("its cell is not plain Python")
    trees = [tree for source in sources if (tree := parsed(as_python(source)))]
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
    yield from (statements[number] for number in sorted(chosen))
    yield from last.body
