"""An exercise, its reference and its notebook say the same: name, arguments, parts, and the program."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

from autograder.checks import find, names
from autograder.notebooks.regions import as_solved, without_comments

SOLUTIONS = Path(__file__).parents[3] / "solutions"
EARLIER = {"conv1d_backward"}
"""No notebook asks for these any more. They stay, so that what was handed in earlier can be judged."""

ASKED = [name for name in names() if name not in EARLIER]
WITH_PROGRAM = [name for name in ASKED if find(name).program]


def solution(exercise):
    """The text of the notebook's cell for an answer, without marks and comments."""
    sources = (path.read_text(encoding="utf-8") for path in SOLUTIONS.glob("*/*.py"))
    cells = [cell for source in sources for cell in re.split(r"^# %%", source, flags=re.MULTILINE)]
    marks = (f' answer="{exercise}"', f' solved="{exercise}"')
    (cell,) = [cell for cell in cells if cell.startswith(marks)]
    return without_comments(as_solved(cell.partition("\n")[2].rstrip()))


def parameters(function):
    return tuple(inspect.signature(function).parameters)


@pytest.mark.parametrize("exercise", WITH_PROGRAM)
def test_the_program_is_the_solution_of_the_notebook(exercise):
    assert without_comments(inspect.getsource(find(exercise).program)).rstrip() == solution(exercise).rstrip()


@pytest.mark.parametrize("exercise", ASKED)
def test_name_arguments_and_options_are_those_of_the_reference_and_of_the_notebook(exercise):
    known = find(exercise)
    (function,) = ast.parse(solution(exercise)).body
    asked = tuple(a.arg for a in function.args.args)
    options = {option for case in known.cases(np.random.default_rng(0)) for option in case.options}
    given = len(known.arguments)  # by position, those with a default perhaps among them
    assert known.name == exercise == function.name
    assert given >= len(asked) - len(function.args.defaults)
    assert known.arguments == asked[:given] == parameters(known.reference)[:given]
    assert options <= {*asked[given:]} <= {*parameters(known.reference)}


@pytest.mark.parametrize("exercise", ASKED)
def test_parts_are_what_the_reference_and_the_notebook_return(exercise):
    known = find(exercise)
    *_, last = (node for node in ast.walk(ast.parse(solution(exercise))) if isinstance(node, ast.Return))
    returned = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    named = [
        part if isinstance(node, ast.Name) else None for part, node in zip(known.parts, returned, strict=True)
    ]
    assert [getattr(node, "id", None) for node in returned] == named
    case = next(iter(known.cases(np.random.default_rng(0))))
    results = known.reference(*case.args, **case.options)
    assert (len(results) if isinstance(results, tuple) else 1) == len(known.parts)
