"""The pictures that follow controls, in JupyterLab: they change with a control, and are drawn whole."""

import re
from pathlib import Path

import jupytext
import pytest
from lab import ROOT, SCREENSHOTS, SECONDS, Notebook, Server
from playwright.sync_api import Page, expect

from autograder.notebooks.source import read_source

pytestmark = pytest.mark.browser


def answered(assignment: str, name: str, course: Path) -> str:
    """Put a released notebook with the course's answers into the server's folder; gives its path there."""
    notebook = jupytext.read(ROOT / "assignments" / assignment / f"{name}.ipynb")
    source = read_source(ROOT / "solutions" / assignment / f"{name}.py")
    answers = {
        cell.metadata["nbgrader"]["grade_id"]: cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    place = course / "mine" / f"{name}-answered.ipynb"
    jupytext.write(notebook, place)
    return place.name


def test_the_arriving_gradient_is_drawn_whole_after_a_change_of_stride(
    page: Page, server: Server, course: Path
) -> None:
    notebook = Notebook(page, server, answered("04-conv-backward", "conv_backward", course))
    notebook.run(notebook.cell("import numpy"))
    notebook.menu("Run", "Run All Cells")
    player = page.locator(".jp-CodeCell", has=page.locator("select")).filter(has_text="output").first
    picture = player.locator(".jp-OutputArea img")
    expect(picture).to_have_count(1, timeout=180 * SECONDS)
    notebook.wait(180)
    for stride in ("3", "1", "2", "3"):
        before = picture.get_attribute("src")
        player.locator("select").select_option(stride)
        expect(picture).not_to_have_attribute("src", before or "", timeout=60 * SECONDS)
    expect(picture).to_have_attribute("alt", re.compile("stride = 3"))
    player.locator(".widget-play button").first.click()
    expect(picture).to_have_attribute("alt", re.compile("output = 8"), timeout=60 * SECONDS)
    picture.scroll_into_view_if_needed()
    page.screenshot(path=SCREENSHOTS / "arriving.png")
