"""Lesson 00 in JupyterLab: guess, read the report, repair the function, guess again."""

import shutil
from pathlib import Path

import pytest
from lab import SCREENSHOTS, Notebook, Server
from playwright.sync_api import Page

from autograder.exercises.start.left_edges import exercise

pytestmark = pytest.mark.browser

NOTEBOOK = "00-start/start.ipynb"


def test_a_learner_guesses_and_repairs_the_planted_bug(page: Page, server: Server, course: Path) -> None:
    shutil.copy(course / "assignments" / NOTEBOOK, course / "mine" / "repaired.ipynb")
    notebook = Notebook(page, server, "repaired.ipynb")
    answer, test = notebook.cell("def left_edges("), notebook.cell('check("left_edges"')
    mirrored, added = notebook.cell("mirror(np.array([[1, 2, 3]]))"), notebook.cell("[[3, 5, 4, 9]]")
    notebook.run_up_to(answer)
    assert "What is mirror(np.array([[1, 2, 3]]))?" in notebook.output(mirrored)
    assert "passed" in notebook.output(notebook.cell('check("mirror"'))
    for guess, said in (("[[2, 1, 3]]", "Not [[2, 1, 3]]. Read it backwards."), ("[[3, 2, 1]]", "Right: ")):
        source = f'predict("mirror(np.array([[1, 2, 3]]))", {guess}, hint="Read it backwards.")'
        notebook.type(mirrored, source)
        assert notebook.run(mirrored).startswith(said)

    notebook.run(answer)
    report = notebook.run(test)
    page.screenshot(path=SCREENSHOTS / "start-report.png")
    assert "Traceback" not in report
    assert exercise.mistakes[0].name in report
    notebook.type(answer, answer_source().replace("range(W)", "range(1, W)"))
    notebook.run(answer)
    assert "left_edges, values: passed, 2 of 2 points" in notebook.run(test)
    assert notebook.run(added).startswith("What is left_edges(")
    notebook.type(added, 'predict("left_edges(np.array([[3, 5, 4, 9]])).sum()", 6)')
    assert notebook.run(added).strip() == "Right: left_edges(np.array([[3, 5, 4, 9]])).sum() is 6.0."


def answer_source() -> str:
    """The function as students receive it."""
    import nbformat
    from lab import ROOT

    cells = nbformat.read(ROOT / "assignments" / NOTEBOOK, 4).cells
    return next(cell.source for cell in cells if cell.source.startswith("def left_edges("))
