"""In a notebook, an answer that nobody has written yet takes one line, any other error its traceback."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.notebooks.unwritten import NOT_WRITTEN

CELLS = [
    f"import autograder\n\ndef layer(x):\n    raise NotImplementedError('{NOT_WRITTEN}')",
    "out = layer(1)",
    "print(out)",
    "raise NotImplementedError('an abstract method')",
    "def typo():\n    return outt\n\ntypo()",
    "1 / 0",
]


@pytest.fixture(scope="module")
def shown() -> list[str]:
    """What each cell shows."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, allow_errors=True, timeout=60).execute()
    return ["\n".join("\n".join(o.get("traceback", [])) for o in cell.outputs) for cell in notebook.cells]


def test_an_unwritten_answer_and_what_builds_on_it_take_one_line(shown):
    assert shown[1] == "NotImplementedError: layer is not written yet"
    assert shown[2].startswith("NameError: name 'out' is not defined; a cell above stopped")
    assert len(shown[2].splitlines()) == 1


@pytest.mark.parametrize(
    ("cell", "words"), [(3, "an abstract method"), (4, "outt"), (5, "ZeroDivisionError")]
)
def test_other_errors_keep_their_traceback(shown, cell, words):
    assert "Traceback" in shown[cell]
    assert words in shown[cell]
    assert len(shown[cell].splitlines()) > 3
