"""A review of each notebook when it is released, before anyone receives it.

nbgrader finds a misnamed cell only when the first student's grade is lost.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from math import isclose

from nbformat import NotebookNode

from autograder.course import Assignment
from autograder.notebooks.check_calls import check_call, syntax_tree
from autograder.notebooks.files import graded_as
from autograder.notebooks.free_names import defines, imports
from autograder.notebooks.points import points_of
from autograder.notebooks.regions import BEGIN, END, INSTEAD, planted, solution_regions, without_comments

MARKERS = (
    BEGIN,
    INSTEAD,
    END,
    "BEGIN HIDDEN TESTS",
    "END HIDDEN TESTS",
    "BEGIN MARK SCHEME",
    "END MARK SCHEME",
)


def grader_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode, dict[str, object]]]:
    """The cells with nbgrader metadata: their number (from 1), the cell, the metadata."""
    for number, cell in enumerate(notebook.cells, 1):
        if graded_as(cell):
            yield number, cell, graded_as(cell)


def problems_of_source(notebook: NotebookNode, assignment: Assignment, name: str) -> list[str]:
    """The problems that prevent a release, each with what to do about it; [] if there are none."""
    found = []
    ids: Counter[str] = Counter()
    for number, cell, known in grader_cells(notebook):
        here = f"{name}, cell {number} ({known.get('grade_id', 'no grade_id')})"
        ids[str(known.get("grade_id"))] += 1
        if not known.get("grade_id"):
            found.append(f"{here}: give it a grade_id")
        if known.get("grade") and not known.get("solution"):
            if not known.get("locked"):
                found.append(f'{here}: a test cell needs "locked": true')
            found += [f"{here}: {problem}" for problem in _problems_of_test(cell.source, known)]
        if known.get("solution") and cell.cell_type == "code" and not solution_regions(cell.source):
            found.append(f"{here}: an answer needs ### {BEGIN} and ### {END} around what students write")
    for number, cell in enumerate(notebook.cells, 1):
        if cell.source.count(BEGIN) != cell.source.count(END):
            found.append(f"{name}, cell {number}: ### {BEGIN} and ### {END} do not pair up")
        try:
            planted(cell.source)
        except ValueError as problem:
            found.append(f"{name}, cell {number}: {problem}")
    found += _imported_answers(notebook, name)
    found += [f"{name}: the grade_id {grade_id} is used twice" for grade_id, n in ids.items() if n > 1]
    return found + _other_points(notebook, assignment, name)


def _other_points(notebook: NotebookNode, assignment: Assignment, name: str) -> list[str]:
    """Points in course.yml, if there are any, must be those of the tests."""
    said, points = assignment.notebooks[name], points_of(notebook).by_tests
    if said is None or isclose(points, said):
        return []
    return [
        f"{name}: the test cells in {assignment.name}/{name}.py are worth {points:g} points together, "
        f"course.yml says {said:g}; make them equal, or list the notebook in course.yml without points"
    ]


def _imported_answers(notebook: NotebookNode, name: str) -> list[str]:
    """Names that one cell imports and an answer defines: a test might call either."""
    answers: dict[str, int] = {}
    ours = []
    for number, cell in enumerate(notebook.cells, 1):
        with suppress(SyntaxError):
            if cell.cell_type != "code":
                continue
            if graded_as(cell).get("solution"):
                answers |= dict.fromkeys(defines([syntax_tree(cell.source)]), number)
            else:
                ours.append((number, imports([syntax_tree(cell.source)])))
    return [
        f"{name}, cell {number}: it imports {each}, which the answer in cell {answers[each]} defines; "
        f"give the import another name, for instance `as library_{each}`, or leave it out"
        for number, names in ours
        for each in sorted(names & answers.keys())
    ]


def _problems_of_test(source: str, known: dict[str, object]) -> list[str]:
    """A check must have its aspect's points; other tests must not end in a value (nbgrader's points)."""
    call = check_call(source)
    if call is None:
        try:
            tree = syntax_tree(source)
        except SyntaxError as error:
            return [f"it is not Python: {error.msg} in line {error.lineno}"]
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call):
            return ["its last line is a value, which nbgrader may read as partial credit; end in an assert"]
        return []
    from autograder.checks.registry import find

    try:
        exercise = find(call.exercise)
        worth = exercise.aspect(call.aspect).points if call.aspect else exercise.max_points
    except (KeyError, ValueError) as error:
        return [str(error)]
    if worth != known.get("points"):
        aspect = f"{call.aspect!r} of {call.exercise}" if call.aspect else call.exercise
        return [f"it is worth {known.get('points')} points, but {aspect} is worth {worth}; make them equal"]
    return []


def problems_of_release(notebook: NotebookNode, source: NotebookNode, name: str) -> list[str]:
    """What is in the release that students must not receive: markers, outputs, answers."""
    found = []
    regions = [region for cell in source.cells for region in solution_regions(cell.source)]
    answers = [" ".join(without_comments(region).split()) for region in regions]
    for number, cell in enumerate(notebook.cells, 1):
        here = f"{name}, cell {number}"
        found += [f"{here}: holds the marker {marker}" for marker in MARKERS if marker in cell.source]
        if cell.get("outputs") or cell.get("execution_count"):
            found.append(f"{here}: holds an output")
        text = " ".join(cell.source.split())
        if cell.cell_type == "code" and any(answer and answer in text for answer in answers):
            found.append(f"{here}: holds an answer")
    return found
