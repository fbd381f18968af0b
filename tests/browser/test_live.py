"""Live pictures in JupyterLab: they are drawn from the learner's own functions, and follow what is moved."""

import re
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from lab import SCREENSHOTS, SECONDS, Notebook, Server
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from autograder.notebooks.source import KERNEL

pytestmark = pytest.mark.browser

FORWARD = """\
import numpy as np

def conv_forward(x, w, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    out = np.zeros((N, K, (H - FH) // stride + 1, (W - FW) // stride + 1))
    for n, k, i, j in np.ndindex(*out.shape):
        y, z = i * STEP, j * stride
        out[n, k, i, j] = np.sum(x[n, :, y : y + FH, z : z + FW] * w[k]) + b[k]
    return out
"""


def notebook_of(course: Path, name: str, *cells: str) -> str:
    """Write a notebook of these cells into the server's folder; gives its path there."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata={"kernelspec": KERNEL}
    )
    place = course / "mine" / f"{name}.ipynb"
    place.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, place)
    return place.name


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Errors in the browser's console meanwhile, without JupyterLab's own of other things."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def live(page: Page, number: int = 0) -> Locator:
    """A component that is drawn."""
    component = page.locator(".live").nth(number)
    expect(component.locator(".cell").first).to_be_attached(timeout=60 * SECONDS)
    return component


def cell_of(component: Locator, kind: str, row: int, column: int, grid: int = 0) -> Locator:
    grids = component.locator(f"[data-kind={kind}] svg")
    return grids.nth(grid).locator("[role=row]").nth(row).locator(".cell").nth(column)


def serious(page: Page) -> list[str]:
    """What axe finds wrong with the components, and is serious."""
    result = Axe().run(page, context=".live")
    return [v["id"] for v in result.response["violations"] if v["impact"] in ("serious", "critical")]


def test_window_by_window_follows_the_learners_function(
    page: Page, server: Server, course: Path, complaints: list[str]
) -> None:
    image = "np.arange(1.0, 26).reshape(1, 5, 5)"
    shown = f"window(globals(), x={image}, w=np.ones((1, 1, 2, 2)), stride=2)"
    path = notebook_of(
        course,
        "live",
        FORWARD.replace("STEP", "1"),
        "from cs_conv.live import window\n" + shown,
        FORWARD.replace("STEP", "stride"),
    )
    notebook = Notebook(page, server, path)
    notebook.menu("Run", "Run All Cells")
    component = live(page)
    second = cell_of(component, "output", 1, 0)
    expect(second).to_have_attribute("aria-label", re.compile(": 56"))  # mended by the last cell: 11 12 16 17
    notebook.run(notebook.cells("i * 1, j")[0])
    expect(second).to_have_attribute("aria-label", re.compile(": 36"))  # 6 7 11 12
    second.click()
    say = component.locator(".say")
    wrong = "reads 4 pixels for it: 2 outside its window, 2 of its window missing, 2 with another weight"
    expect(say).to_contain_text(wrong)
    expect(component.locator("[data-kind=pixel] .bad")).to_have_count(4)
    page.screenshot(path=SCREENSHOTS / "live-window-wrong.png")
    notebook.run(notebook.cells("i * stride, j")[0])
    expect(second).to_have_attribute("aria-label", re.compile(": 56"))
    expect(say).to_contain_text("each with its own weight")
    pixel = cell_of(component, "pixel", 2, 0)
    pixel.click()
    page.keyboard.press("+")
    expect(pixel).to_have_attribute("aria-label", re.compile(r": 11\.5"))
    expect(second).to_have_attribute("aria-label", re.compile(r": 56\.5"))
    component.locator("input[name=pad]").focus()
    page.keyboard.press("ArrowRight")
    expect(component.locator("[data-kind=output] .cell")).to_have_count(9)
    assert serious(page) == []
    page.screenshot(path=SCREENSHOTS / "live-window.png")
    assert complaints == []


def test_sizes_turn_red_what_no_window_reaches(
    page: Page, server: Server, course: Path, complaints: list[str]
) -> None:
    answer = "def output_size(W, F, S=1, P=0):\n    return (W - F + 2 * P) // S + 1"
    path = notebook_of(course, "sizes", "from cs_conv.live import sizes\n" + answer, "sizes(globals())")
    notebook = Notebook(page, server, path)
    notebook.menu("Run", "Run All Cells")
    component = page.locator(".live")
    say = component.locator(".say")
    expect(say).to_have_text("It fits: 5 windows. Your function says 5, too.", timeout=60 * SECONDS)
    component.locator("input[name=S]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(component.locator(".formula")).to_contain_text("(7 \u2212 3 + 0) / 3 + 1 = 2.33")
    expect(say).to_have_text(
        "It does not fit: after 2 windows 1 pixel remains. Your function says 2, where an error belongs."
    )
    expect(component.locator("rect[fill='var(--wrong)']")).to_have_count(1)
    component.locator("input[name=D]").focus()
    page.keyboard.press("ArrowRight")
    expect(component.locator(".formula")).to_contain_text("F' = (F \u2212 1) D + 1 = (3 \u2212 1) 2 + 1 = 5")
    notebook.type(notebook.cell("def output_size"), answer.replace("+ 1", "+ 2"))
    notebook.run(notebook.cell("def output_size"))
    expect(say).to_contain_text("Your function says 2, where an error belongs.")
    assert serious(page) == []
    page.screenshot(path=SCREENSHOTS / "live-sizes.png")
    assert complaints == []


BACKWARD = """\
import numpy as np
from cs_conv.live import messages

def conv_dx(dout, x, w, stride=1, pad=0):
    FH, FW = w.shape[2:]
    dx = np.zeros((1, 1, x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    for i, j in np.ndindex(*dout.shape[2:]):
        y, z = i * stride, j * stride
        dx[0, 0, y : y + FH, z : z + FW] += dout[0, 0, i, j] * w[0, 0]
    return dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
"""


def test_messages_arrive_one_by_one_and_wrong_pixels_are_marked(
    page: Page, server: Server, course: Path, complaints: list[str]
) -> None:
    wrong = BACKWARD.replace("+= dout", "= dout")
    shown = (
        "messages(globals(), x_shape=(3, 3), w=np.array([[1, 2], [3, 4]]), dout=np.array([1, 10, 100, 1000]))"
    )
    notebook = Notebook(page, server, notebook_of(course, "messages", BACKWARD, shown))
    notebook.menu("Run", "Run All Cells")
    component = page.locator(".live")
    say = component.locator(".say")
    expect(say).to_contain_text("sends 1000 times its weights", timeout=60 * SECONDS)
    expect(say).to_contain_text("Yours is right so far.")
    notebook.type(notebook.cell("def conv_dx"), wrong)
    notebook.run(notebook.cell("def conv_dx"))
    expect(say).to_contain_text("5 pixels of yours are not right.")
    expect(component.locator("[data-kind=yours] .bad")).to_have_count(5)
    component.locator(".play").click()
    expect(say).to_contain_text("sends 10 times its weights", timeout=10 * SECONDS)
    component.locator(".play").click()
    cell_of(component, "sent", 0, 0).click()
    expect(say).to_contain_text("row 0, column 0 sends 1 times")
    assert serious(page) == []
    page.screenshot(path=SCREENSHOTS / "live-messages.png")
    assert complaints == []


MAXIMA = """\
import numpy as np
from cs_conv.live import pooling

def max_pool_forward(x, size, stride):
    (FH, FW), (N, C, H, W) = size, x.shape
    out = np.zeros((N, C, (H - FH) // stride + 1, (W - FW) // stride + 1))
    switches = np.zeros(out.shape, int)
    for n, c, i, j in np.ndindex(*out.shape):
        window = x[n, c, i * stride : i * stride + FH, j * stride : j * stride + FW]
        out[n, c, i, j], switches[n, c, i, j] = window.max(), window.argmax()
    return out, switches
"""


def test_pooling_shows_which_pixel_is_taken_and_what_is_wrong_with_it(
    page: Page, server: Server, course: Path, complaints: list[str]
) -> None:
    shown = "pooling(globals(), x=np.array([[1, 5, 2, 0], [5, 3, 7, 7], [0, 0, 1, 2], [0, 9, 4, 3]]))"
    notebook = Notebook(page, server, notebook_of(course, "pooling", MAXIMA, shown))
    notebook.menu("Run", "Run All Cells")
    component = live(page)
    say = component.locator(".say")
    expect(say).to_contain_text(
        "Output (0, 0) is 5. Its switch is 1, the pixel at row 0, column 1. 2 pixels are tied"
    )
    expect(component.locator(".bad")).to_have_count(0)
    notebook.type(notebook.cell("def max_pool_forward"), MAXIMA.replace("window.argmax()", "window.argmin()"))
    notebook.run(notebook.cell("def max_pool_forward"))
    expect(say).to_contain_text("The first largest value stands at row 0, column 1.")
    expect(component.locator("[data-kind=switch] .bad")).to_have_count(4)
    expect(component.locator("[data-kind=output] .bad")).to_have_count(0)
    pixel = cell_of(component, "pixel", 3, 3)
    pixel.click()
    page.keyboard.press("2")
    page.keyboard.press("0")
    expect(cell_of(component, "output", 1, 1)).to_have_attribute("aria-label", re.compile(": 20"))
    component.locator("input[name=stride]").focus()
    page.keyboard.press("ArrowLeft")
    expect(component.locator("[data-kind=output] .cell")).to_have_count(9)
    assert serious(page) == []
    page.screenshot(path=SCREENSHOTS / "live-pooling.png")
    assert complaints == []


COLUMNS = """\
import numpy as np
from cs_conv.live import columns

def im2col(x, size, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    (FH, FW), (N, C, H, W) = size, x.shape
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    cols = np.zeros((C * FH * FW, N * OH * OW))
    for n, i, j in np.ndindex(N, OH, OW):
        y, z = i * stride, j * stride
        cols[:, (n * OH + i) * OW + j] = x[n, :, y : y + FH, z : z + FW].ravel()
    return cols
"""


def test_columns_are_lit_in_the_image_and_pixels_in_the_columns(
    page: Page, server: Server, course: Path, complaints: list[str]
) -> None:
    notebook = Notebook(page, server, notebook_of(course, "columns", COLUMNS, "columns(globals())"))
    notebook.menu("Run", "Run All Cells")
    component = live(page)
    say = component.locator(".say")
    expect(say).to_have_text("Column 0 holds the 4 pixels that are framed, and 0 zeros of the padding.")
    expect(component.locator("[data-kind=pixel] .on")).to_have_count(4)
    cell_of(component, "pixel", 1, 1).click()
    expect(say).to_contain_text("stands in 4 columns")
    expect(component.locator("[data-kind=column] .on")).to_have_count(4)
    notebook.type(notebook.cell("def im2col"), COLUMNS.replace("z = i * stride, j", "z = j * stride, i"))
    notebook.run(notebook.cell("def im2col"))
    expect(say).to_contain_text("24 numbers of the matrix are from another pixel than they should be.")
    component.locator("input[name=pad]").focus()
    page.keyboard.press("ArrowRight")
    expect(component.locator("[data-kind=column] .cell")).to_have_count(100)
    component.locator(".play").click()
    expect(say).to_contain_text("Column 1 holds", timeout=10 * SECONDS)
    component.locator(".play").click()
    assert serious(page) == []
    page.screenshot(path=SCREENSHOTS / "live-columns.png")
    assert complaints == []


def test_filters_are_seen_on_the_photograph_at_once(
    page: Page, server: Server, course: Path, complaints: list[str]
) -> None:
    forward = FORWARD.replace("STEP", "stride")
    path = notebook_of(
        course, "filters", forward, "from cs_conv.live import filters\nfilters(globals(), every=4)"
    )
    notebook = Notebook(page, server, path)
    notebook.menu("Run", "Run All Cells")
    component = live(page)
    say = component.locator(".say")
    expect(say).to_contain_text("The weights add up to 0")
    answer = component.locator("canvas[data-name=answer]")
    before = answer.evaluate("canvas => canvas.toDataURL()")
    component.locator("select").select_option("blur")
    expect(say).to_contain_text("The weights add up to 9.")
    assert answer.evaluate("canvas => canvas.toDataURL()") != before
    weight = component.locator(".cell").first
    weight.click()
    page.keyboard.press("5")
    expect(say).to_contain_text("The weights add up to 13.")
    notebook.type(notebook.cell("def conv_forward"), forward.replace("+ b[k]", "* 0"))
    notebook.run(notebook.cell("def conv_forward"))
    expect(say).to_contain_text("The answer goes from 0.00 to 0.00.")
    assert serious(page) == []
    page.screenshot(path=SCREENSHOTS / "live-filters.png")
    assert complaints == []


GRADIENT = """\
import numpy as np
from cs_conv.live import steps

def numeric_gradient(f, x, dout, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h) * dout
"""


def test_the_error_against_h_is_drawn_for_both_precisions(
    page: Page, server: Server, course: Path, complaints: list[str]
) -> None:
    notebook = Notebook(page, server, notebook_of(course, "steps", GRADIENT, "steps(globals())"))
    notebook.menu("Run", "Run All Cells")
    component = page.locator(".live")
    say = component.locator(".say")
    expect(say).to_contain_text("At h = 1.0 \u00d7 10^\u22125 the error is", timeout=60 * SECONDS)
    expect(component.locator("path")).to_have_count(2)
    before = component.locator("path").first.get_attribute("d")
    one_sided = GRADIENT.replace("f(x - h)) / (2 * h)", "f(x)) / h")
    notebook.type(notebook.cell("def numeric_gradient"), one_sided)
    notebook.run(notebook.cell("def numeric_gradient"))
    expect(component.locator("path").first).not_to_have_attribute("d", before or "")
    component.locator("select").select_option("3 x")
    component.locator("input[name=step]").focus()
    page.keyboard.press("End")
    expect(say).to_contain_text("At h = 1.0 \u00d7 10^0 the error is 0 in float64")
    assert serious(page) == []
    page.screenshot(path=SCREENSHOTS / "live-steps.png")
    assert complaints == []
