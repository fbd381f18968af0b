"""A student in JupyterLab: a wrong answer is named, a right one passes, Validate agrees."""

import re
from typing import Any

import jupytext
import numpy as np
import pytest
from lab import ROOT, SCREENSHOTS, Notebook, Server
from playwright.sync_api import Locator, Page

import autograder

pytestmark = pytest.mark.browser

NOTEBOOK = "02-conv-forward/conv_forward.ipynb"
SOURCE = ROOT / "solutions" / "02-conv-forward" / "conv_forward.py"

# Convolution as signal processing has it, the filter turned by 180 degrees; the course does not turn it.
FLIPPED = """\
def conv_forward(x, w, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError(f"a {FH}x{FW} filter at stride {stride} does not fit {H}x{W}")
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.zeros((N, K, OH, OW), x.dtype)
    for i in range(OH):
        for j in range(OW):
            window = x[:, None, :, i * stride:i * stride + FH, j * stride:j * stride + FW]
            out[:, :, i, j] = (window * w[:, :, ::-1, ::-1]).sum(axis=(2, 3, 4)) + b
    return out
"""
RIGHT = FLIPPED.replace("w[:, :, ::-1, ::-1]", "w")


def judged(source: str) -> autograder.checks.Verdict:
    """What the judge says of the conv_forward that `source` defines."""
    names: dict[str, Any] = {"np": np}
    exec(source, names)
    return autograder.judge("conv_forward", names["conv_forward"])


def answers() -> dict[str, str]:
    """The course's own answers in notebook 02, by the line that opens each answer cell."""
    cells = jupytext.read(SOURCE).cells
    solutions = [cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {re.search(r"^def \w+\(", source, re.MULTILINE)[0]: source for source in solutions}


def checks(notebook: Notebook, exercise: str) -> list[Locator]:
    """The test cells of one exercise."""
    return notebook.cells(f'check("{exercise}"')


def test_a_wrong_answer_is_named_and_a_right_one_passes(page: Page, server: Server) -> None:
    (mistake,) = judged(FLIPPED).mistakes
    notebook = Notebook(page, server, NOTEBOOK)
    for opening, source in answers().items():
        notebook.type(notebook.cell(opening), source)
    answer = notebook.cell("def conv_forward(")
    notebook.type(answer, FLIPPED)
    notebook.run_up_to(answer)
    notebook.run(answer)
    said = [notebook.run(cell) for cell in checks(notebook, "conv_forward")]
    page.screenshot(path=SCREENSHOTS / "wrong-answer.png")
    assert any(mistake.name in text and mistake.advice in text for text in said)
    assert "conv_forward" in notebook.validate(SCREENSHOTS / "wrong-answer-validate.png")

    notebook.type(answer, RIGHT)
    notebook.run(answer)
    said = [notebook.run(cell) for cell in checks(notebook, "conv_forward")]
    page.screenshot(path=SCREENSHOTS / "right-answer.png")
    assert all("passed" in text and mistake.name not in text for text in said)
    assert "Success" in notebook.validate(SCREENSHOTS / "right-answer-validate.png")
