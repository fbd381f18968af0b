"""Short markers in a source, which become nbgrader's metadata.

    # %% answer="conv_window"                 what students write
    # %% test="values"                        a check of that aspect: its points are those of the exercise
    # %% test="no_numbers" points=3           a test of plain asserts has points of its own
    # %% locked="setup"                       students may not change this cell
    # %% solved="mirror"                      an exercise that is solved for them: an ordinary cell
    # %% [markdown] answer="essay" points=5   a person gives the points
    # %% [markdown] task="survey" points=4

`id="other_name"` sets the cell's grade_id. A source may also have nbgrader's own metadata in full.
"""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode

from autograder.notebooks.check_calls import check_call

KINDS = ("answer", "test", "locked", "task")


def expand(cell: NotebookNode) -> None:
    """Replace a cell's short marker by nbgrader's metadata; a cell without one stays as it is.

    Raises ValueError if something about the marker is wrong.
    """
    cell.metadata.pop("solved", None)
    found = [kind for kind in (*KINDS, "nbgrader") if kind in cell.metadata]
    if found in ([], ["nbgrader"]):
        return
    if len(found) > 1:
        raise ValueError(f"it has {' and '.join(found)}; keep one of them")
    (kind,) = found
    name, points, given = (cell.metadata.pop(key, None) for key in (kind, "points", "id"))
    if type(name) is not str or not name:
        raise ValueError(f'{kind}={name!r} is not a name; write {kind}="name"')
    if kind == "test":
        name, points = _test(cell.source, name, points)
    elif kind == "task" and points is None:
        raise ValueError(f'task="{name}" has no points; write task="{name}" points=4')
    elif kind == "locked" and points is not None:
        raise ValueError(f'locked="{name}" earns nothing; take points={points} away')
    cell.metadata["nbgrader"] = _noted(kind, _grade_id(given or name), _points(points))


def _noted(kind: str, grade_id: str, points: float | None) -> dict[str, Any]:
    """nbgrader's metadata for a cell of this kind. A person grades an answer that has points."""
    noted: dict[str, Any] = {
        "grade": kind == "test" or (kind == "answer" and points is not None),
        "grade_id": grade_id,
        "locked": kind != "answer",
        "schema_version": 3,
        "solution": kind == "answer",
        "task": kind == "task",
    }
    return noted if points is None else noted | {"points": points}


def _test(source: str, name: str, points: Any) -> tuple[str, Any]:
    """The grade_id and the points of a test. For a check they are those of its exercise and aspect."""
    call = check_call(source)
    if call is None:
        if points is None:
            raise ValueError(f'test="{name}" is not a check, so it needs points: test="{name}" points=2')
        return name, points
    from autograder.checks.registry import find

    exercise, judged = find(call.exercise), call.aspect or call.exercise
    if name != judged:
        raise ValueError(f'test="{name}", but its check judges "{judged}"; make them equal')
    worth = exercise.aspect(call.aspect).points if call.aspect else exercise.max_points
    if points not in (None, worth):
        raise ValueError(f'test="{name}" has points={points}, {call.exercise} says {worth}; take it away')
    words = [call.exercise, call.aspect] if call.aspect else [call.exercise]
    return re.sub(r"[^A-Za-z0-9]+", "_", "_".join(words)), worth


def _grade_id(name: Any) -> str:
    if type(name) is not str or not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ValueError(f"{name!r} cannot be a grade_id; use letters, digits, - and _")
    return name


def _points(points: Any) -> float | None:
    if points is None or (type(points) in (int, float) and 0 <= points < 1e6):
        return points
    raise ValueError(f"points={points!r} is not a number of points; write for instance points=2")
