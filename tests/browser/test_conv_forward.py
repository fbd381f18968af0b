"""A student in JupyterLab: a wrong answer is named, a right one passes, Validate agrees."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab import ROOT, SCREENSHOTS, SECONDS, Notebook, Server
from playwright.sync_api import Page, expect

import autograder
from autograder.checks import Verdict
from autograder.notebooks.source import read_source

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


def judged(source: str) -> Verdict:
    """What the judge says of the conv_forward that `source` defines."""
    names: dict[str, Any] = {"np": np}
    exec(source, names)
    return autograder.judge("conv_forward", names["conv_forward"])


def answers() -> dict[str, str]:
    """The course's own answers in notebook 02, by the line that opens each answer cell."""
    cells = read_source(SOURCE).cells
    solutions = [cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {source.split("(")[0] + "(": source for source in solutions}


@pytest.fixture
def notebook(page: Page, server: Server, course: Path, request: pytest.FixtureRequest) -> Notebook:
    """A fresh copy of notebook 02, opened, with all exercises answered as the course answers them."""
    copy = f"{request.node.name}.ipynb"
    shutil.copy(course / "assignments" / NOTEBOOK, course / "mine" / copy)
    notebook = Notebook(page, server, copy)
    for opening, source in answers().items():
        notebook.type(notebook.cell(opening), source)
    return notebook


def test_a_wrong_answer_is_named_and_a_right_one_passes(notebook: Notebook) -> None:
    (mistake,) = judged(FLIPPED).mistakes
    answer = notebook.cell("def conv_forward(")
    checks = notebook.cells('check("conv_forward"')

    notebook.type(answer, FLIPPED)
    notebook.run_up_to(answer)
    notebook.run(answer)
    said = [notebook.run(cell) for cell in checks]
    notebook.page.screenshot(path=SCREENSHOTS / "wrong-answer.png")
    named = [mistake.name in text and mistake.advice in text for text in said]
    assert any(named)
    assert not any("Traceback" in text for text in said), "the report says it all"
    notebook.picture(checks[named.index(True)], SCREENSHOTS / "check.png")
    validated = notebook.validate(SCREENSHOTS / "wrong-answer-validate.png")
    assert "Success" not in validated
    assert 'check("conv_forward", conv_forward, "values")' in validated
    assert 'check("conv_window"' not in validated
    assert mistake.name in validated, "the report, not a traceback"

    notebook.type(answer, RIGHT)
    notebook.run(answer)
    said = [notebook.run(cell) for cell in checks]
    notebook.page.screenshot(path=SCREENSHOTS / "right-answer.png")
    assert all("passed" in text and mistake.name not in text for text in said)
    assert "Success" in notebook.validate(SCREENSHOTS / "right-answer-validate.png")


def test_run_all_goes_on_after_a_check_that_fails(page: Page, server: Server, course: Path) -> None:
    """In a notebook that nobody has answered, every check fails, and the last cell runs all the same."""
    shutil.copy(course / "assignments" / NOTEBOOK, course / "mine" / "untouched.ipynb")
    notebook = Notebook(page, server, "untouched.ipynb")
    notebook.run(notebook.cell("import numpy"))  # JupyterLab asks for a kernel where none answers yet
    notebook.menu("Run", "Run All Cells")
    last = page.locator(".jp-CodeCell").last
    expect(last.locator(".jp-InputPrompt").first).to_have_text(re.compile(r"\[\d+\]"), timeout=120 * SECONDS)
    outputs = page.locator(".jp-CodeCell .jp-OutputArea-output").all_inner_texts()
    checks = re.findall(r"^check\(", SOURCE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sum("is not answered yet" in said and "Traceback" not in said for said in outputs) == len(checks)
    assert "NotImplementedError: conv_window is not written yet" in [said.strip() for said in outputs]
    page.screenshot(path=SCREENSHOTS / "run-all.png")


def test_filters_of_ones_own_on_the_photograph(notebook: Notebook) -> None:
    play = notebook.cell("filters_of_your_own(globals())")
    notebook.run_up_to(play)
    notebook.run(play)
    component = play.locator(".live")
    say = component.locator(".say")
    expect(say).to_contain_text("The weights add up to 0", timeout=60 * SECONDS)
    answer = component.locator("canvas[data-name=answer]")
    before = answer.evaluate("canvas => canvas.toDataURL()")

    component.locator("select").select_option("blur")
    expect(say).to_contain_text("The weights add up to 9.", timeout=60 * SECONDS)
    changed = "([canvas, before]) => canvas.toDataURL() !== before"
    notebook.page.wait_for_function(changed, arg=[answer.element_handle(), before], timeout=60 * SECONDS)
    component.scroll_into_view_if_needed()
    notebook.page.screenshot(path=SCREENSHOTS / "own-filter.png")


def test_the_worked_example_is_drawn_by_ones_own_layer(notebook: Notebook) -> None:
    shown = notebook.cell("window(globals(), x=example.x")
    notebook.run_up_to(shown)
    notebook.run(shown)
    component = shown.locator(".live")
    expect(component.locator(".cell").first).to_be_attached(timeout=60 * SECONDS)
    component.scroll_into_view_if_needed()
    notebook.page.screenshot(path=SCREENSHOTS / "worked-example.png")
    outputs = component.locator("[data-kind=output] svg").first
    expect(outputs).to_contain_text("\u22125")
