"""Live pictures where they are hardest to get right: dark, on a phone, by keyboard, in a hurry."""

import re
from collections.abc import Iterator

import pytest
from lab import SECONDS
from live_lab import FORWARD, SHOWN, Lab, cell_of
from playwright.sync_api import expect

import cs_conv.live

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 1500}
"""As wide as a small phone, and high enough for a screenshot of any component."""

DESK = {"width": 1280, "height": 960}


@pytest.fixture
def lab(live_lab: Lab) -> Iterator[Lab]:
    """The page with all components, on which a test leaves no error in the console."""
    before = len(live_lab.complaints)
    yield live_lab
    assert live_lab.complaints[before:] == []


# The least contrast of the texts of a component, and the text that has it. SVG texts are not judged by axe.
CONTRAST = """root => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  const rgb = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = getComputedStyle(root).getPropertyValue("--bg");
    pen.fillRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return pen.getImageData(0, 0, 1, 1).data;
  };
  const light = (colour) => [0.2126, 0.7152, 0.0722].reduce((sum, share, q) => {
    const v = rgb(colour)[q] / 255;
    return sum + share * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  let worst = [99, ""];
  for (const text of root.querySelectorAll("svg text")) {
    const under = text.parentElement.querySelector(":scope > rect.value");
    const ground = under ? getComputedStyle(under).fill : getComputedStyle(root).backgroundColor;
    const found = ratio(getComputedStyle(text).fill, ground);
    if (text.textContent && found < worst[0]) worst = [found, text.textContent];
  }
  return worst;
}"""


def readable(lab: Lab) -> dict[str, list[object]]:
    """Components with a text whose contrast is less than 4.5."""
    found = {name: lab.component(name).evaluate(CONTRAST) for name in SHOWN}
    return {name: worst for name, worst in found.items() if worst[0] < 4.5}


def test_every_component_is_on_the_page() -> None:
    assert {*SHOWN} - {"demo"} == {*cs_conv.live.__all__}


def test_in_the_light(lab: Lab) -> None:
    assert lab.serious() == []
    assert readable(lab) == {}
    lab.photograph("light")


def test_in_the_dark(lab: Lab) -> None:
    lab.theme("JupyterLab Dark")
    for name in SHOWN:
        expect(lab.component(name)).to_have_class(re.compile("dark"))
    assert lab.serious() == []
    assert readable(lab) == {}
    lab.photograph("dark")
    lab.theme("JupyterLab Light")
    expect(lab.component("window")).not_to_have_class(re.compile("dark"))


# What sticks out of a component to the right (a figure may scroll what is in it), and the smallest side of
# what can be touched: controls, and cells.
OVERHANG = """root => {
  const edge = root.getBoundingClientRect().right + 1;
  const parts = [...root.querySelectorAll("*:not(figure *)")];
  return parts.filter((part) => part.getBoundingClientRect().right > edge).length;
}"""
TARGET = """root => Math.min(...[...root.querySelectorAll("input, select, button")].map((e) => {
  const { width, height } = e.closest("label")?.getBoundingClientRect() ?? e.getBoundingClientRect();
  return Math.min(width, height);
}))"""
CELL = """root => {
  const widths = [...root.querySelectorAll(".cell .value")].map((cell) => cell.getBoundingClientRect().width);
  return Math.min(99, ...widths);
}"""


def test_on_a_phone(lab: Lab) -> None:
    lab.page.set_viewport_size(PHONE)
    try:
        for name in SHOWN:
            component = lab.component(name)
            assert component.evaluate(OVERHANG) == 0, name
            assert component.evaluate(TARGET) >= 24, name
            assert component.evaluate(CELL) >= 19, name
        assert lab.serious() == []
        lab.photograph("phone")
    finally:
        lab.page.set_viewport_size(DESK)


@pytest.mark.parametrize("name", list(SHOWN))
def test_by_keyboard_alone(lab: Lab, name: str) -> None:
    """Tab visits each control and one cell of each grid, each with a ring; then it leaves the component."""
    component = lab.component(name)
    stops = component.evaluate(
        "root => [...root.querySelectorAll('input, select, button, [tabindex=\"0\"]')].length"
    )
    component.locator("input, select, .cell[tabindex='0']").first.focus()
    for stop in range(stops):
        assert component.evaluate("root => root.contains(document.activeElement)"), f"{stop} of {stops} stops"
        lab.page.keyboard.press("Tab")
    assert not component.evaluate("root => root.contains(document.activeElement)")
    cell = component.locator(".cell[tabindex='0']").first
    if cell.count():
        cell.focus()
        before = cell.get_attribute("aria-label") or ""
        lab.page.keyboard.press("ArrowRight")
        ring = component.locator(".cell:focus .ring")
        expect(ring).to_have_css("visibility", "visible")
        expect(component.locator(".cell:focus")).not_to_have_attribute("aria-label", before)


# After each repaint, the drawn pixel and the drawn outputs, as one text.
WATCH = """root => {
  root.seen = [];
  const text = (kind) => root.querySelector(`[data-kind=${kind}] .cell text`).textContent;
  const note = () => {
    const now = `${text("pixel")} ${text("output")}`;
    if (root.seen.at(-1) !== now) root.seen.push(now);
    root.watch = requestAnimationFrame(note);
  };
  note();
}"""


def test_a_second_change_while_the_first_is_computed(lab: Lab) -> None:
    """The newest numbers win, and no picture has a pixel of one and an output of another."""
    component = lab.component("window")
    component.locator("input[name=pad]").fill("0")
    expect(component.locator("[data-kind=output] .cell")).to_have_count(4)
    for row, column in ((0, 1), (1, 0), (1, 1)):  # the first output is then the first pixel
        cell_of(component, "weight", row, column).click()
        lab.page.keyboard.press("0")
    pixel = cell_of(component, "pixel", 0, 0)
    pixel.click()
    lab.page.keyboard.press("1")
    expect(cell_of(component, "output", 0, 0)).to_have_attribute("aria-label", re.compile(": 1,|: 1$"))
    slow = FORWARD.replace("    x = np.pad", "    import time\n\n    time.sleep(0.4)\n    x = np.pad", 1)
    lab.define(slow)
    component.evaluate(WATCH)
    pixel.focus()
    for _ in range(6):
        lab.page.keyboard.press("+")
        lab.page.wait_for_timeout(60)
    expect(cell_of(component, "output", 0, 0)).to_have_attribute(
        "aria-label", re.compile(": 4"), timeout=20 * SECONDS
    )
    seen = component.evaluate("root => { cancelAnimationFrame(root.watch); return root.seen; }")
    assert seen[0] == "1 1"
    assert seen[-1] == "4 4"
    assert len(seen) < 7  # numbers that were overtaken are not computed
    assert [pair for pair in seen if len(set(pair.split())) > 1] == []
    lab.define(FORWARD)


def test_run_all_after_a_restart_draws_everything(lab: Lab) -> None:
    for name in SHOWN:
        lab.component(name).evaluate("root => root.setAttribute('data-old', '')")
    lab.notebook.menu("Run", "Restart Kernel and Run All Cells")
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    for name in SHOWN:
        expect(lab.component(name)).not_to_have_attribute("data-old", "", timeout=60 * SECONDS)
        expect(lab.component(name).locator("svg, canvas").first).to_be_visible()
