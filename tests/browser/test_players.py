"""The pictures that follow controls, in JupyterLab: they change with a control, and are drawn whole."""

import re
from pathlib import Path

import jupytext
import pytest
from lab import SCREENSHOTS, SECONDS, Notebook, Server
from playwright.sync_api import Page, expect

from autograder.notebooks.source import KERNEL

pytestmark = pytest.mark.browser

PLAYER = """\
# %%
import numpy as np

from cs_conv.naive import conv_backward
from cs_conv.pictures.controls import Choice, Slider, play_with
from cs_conv.pictures.gradients import show_arrival

edge = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
loss_says = np.random.default_rng(3).integers(-3, 4, (7, 7)).astype(float)


def arrive(output, stride):
    dout = loss_says[: 6 // stride + 1, : 6 // stride + 1]
    output = min(output, dout.size - 1)
    so_far = np.where(np.arange(dout.size).reshape(dout.shape) <= output, dout, 0)
    dx, _, _ = conv_backward(so_far[None, None], np.zeros((1, 1, 7, 7)), edge[None, None], stride, pad=1)
    show_arrival(dout, edge, dx[0, 0], output, stride, pad=1, limit=14)


# %%
def last_output(now):
    return (6 // now["stride"] + 1) ** 2 - 1


play_with(arrive, output=Slider(0, 0, 48, play=700, most=last_output), stride=Choice([1, 2, 3], 2))
"""


def test_the_arriving_gradient_is_drawn_whole_after_a_change_of_stride(
    page: Page, server: Server, course: Path
) -> None:
    made = jupytext.reads(PLAYER, "py:percent")
    made.metadata["kernelspec"] = KERNEL
    jupytext.write(made, course / "mine" / "player.ipynb")
    notebook = Notebook(page, server, "player.ipynb")
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
