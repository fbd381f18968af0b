"""Live pictures on a page without Jupyter: the same modules draw, whoever computes the frames.

Here this process does. A host needs no more than `mount(el, store)` and `createStore(send, state)`.
"""

import base64
import contextlib
import functools
import http.server
import importlib
import re
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from lab import SCREENSHOTS, SECONDS
from live_lab import LEARNER, SHOWN, cell_of
from playwright.sync_api import Browser, Locator, Page, expect

from cs_conv.live.component import MODULES
from cs_conv.live.frame import computed, packed
from cs_conv.live.trainer import _sessions

pytestmark = pytest.mark.browser

# Shows a component whose frames `ask` computes; they arrive after `delay` milliseconds.
HOST = """async ({ name, state }) => {
  window.delay = 0;
  const { mount } = await import(`/${name}.mjs`);
  const { createStore, unpack } = await import("/store.mjs");
  const send = async (wanted) => {
    const { header, buffers } = await ask(name, wanted);
    await new Promise((resolve) => setTimeout(resolve, window.delay));
    return unpack(header, buffers.map((text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer));
  };
  document.body.replaceChildren();
  const el = document.body.appendChild(document.createElement("main"));
  const store = createStore(send, state);
  store.ask();
  el.end = mount(el, store);
}"""


# What is drawn, as text.
PICTURE = """() => [
  ...[...document.querySelectorAll(".live svg")].map((svg) => svg.outerHTML),
  ...[...document.querySelectorAll(".live canvas")].map((canvas) => canvas.toDataURL()),
].join("")"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    extensions_map: ClassVar = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
    }

    def log_message(self, *_: object) -> None:
        """Write no line for a request."""


@contextlib.contextmanager
def serving_modules() -> Iterator[str]:
    """Serve the modules as plain files; gives the address."""
    handler = functools.partial(Quiet, directory=str(MODULES))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Bare:
    """A page that is not Jupyter's, and the functions of a learner."""

    def __init__(self, page: Page, site: str) -> None:
        """Open the page."""
        self.page = page
        self.source: dict[str, Any] = {}
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        for text in LEARNER:
            exec(text, self.source)
        page.expose_function("ask", self._ask)
        page.goto(f"{site}/store.mjs")
        page.set_content("<!doctype html><title>Live pictures</title>")

    def _ask(self, name: str, state: dict[str, Any]) -> dict[str, Any]:
        module = importlib.import_module(f"cs_conv.live.{name}")
        header, buffers = packed(computed(module.frame, self.source, state))
        return {"header": header, "buffers": [base64.b64encode(buffer).decode() for buffer in buffers]}

    def show(self, name: str, begin: str = "") -> Locator:
        """Show a component alone; gives it as soon as it is drawn."""
        module = importlib.import_module(f"cs_conv.live.{name}")
        state = eval(f"start({begin})", {"start": module.start, "np": self.source["np"]})
        self.page.evaluate(HOST, {"name": name, "state": state})
        component = self.page.locator(".live")
        expect(component.locator(".say")).not_to_contain_text("Waiting", timeout=20 * SECONDS)
        return component


@pytest.fixture(scope="module")
def bare(browser: Browser) -> Iterator[Bare]:
    """One page for all tests here."""
    page = browser.new_page()
    with serving_modules() as site:
        yield Bare(page, site)
    page.close()


@pytest.mark.parametrize("name", [name for name in SHOWN if name != "demo"])
def test_each_component_draws_on_a_page(bare: Bare, name: str) -> None:
    component = bare.show(name, SHOWN[name])
    before = bare.page.evaluate(PICTURE)
    if name == "filters":
        component.locator("select").select_option("blur")
    else:
        sliders = component.locator("input[type=range]")
        sliders.nth(min(1, sliders.count() - 1)).focus()
        bare.page.keyboard.press("ArrowRight")
    bare.page.wait_for_function(f"before => ({PICTURE})() !== before", arg=before)
    assert bare.complaints == []


def test_an_error_of_the_learner_is_said_beside_the_last_picture(bare: Bare) -> None:
    component = bare.show("window", SHOWN["window"])
    right = bare.source["conv_forward"]
    bare.source["conv_forward"] = lambda x, w, b, stride, pad: x @ w
    try:
        pixel = cell_of(component, "pixel", 0, 0)
        pixel.click()
        bare.page.keyboard.press("7")
        expect(component.locator(".say")).to_contain_text("Your function ended in ValueError: matmul")
        expect(component).to_have_class(re.compile("stale"))
        expect(pixel).to_have_attribute("aria-label", re.compile(": 7"))  # the number that it failed for
        expect(component.locator("[data-kind=output] .cell")).to_have_count(4)
    finally:
        bare.source["conv_forward"] = right


def test_before_the_first_picture_only_the_sentence_can_be_reached(bare: Bare) -> None:
    right = bare.source.pop("conv_forward")
    component = bare.show("window")
    expect(component.locator(".say")).to_have_text(
        "conv_forward is not defined here: run the cell that defines it first."
    )
    assert component.evaluate("root => [...root.children].filter((part) => !part.inert).length") == 1
    bare.source["conv_forward"] = right
    component.evaluate("root => root.store.ask()")
    expect(component.locator("[data-kind=output] .cell")).to_have_count(18)
    assert component.evaluate("root => [...root.children].filter((part) => part.inert).length") == 0


def test_a_long_row_fits_a_phone(bare: Bare) -> None:
    bare.page.set_viewport_size({"width": 360, "height": 740})
    component = bare.show("sizes", "W=32, F=3, S=4, P=5")
    assert component.evaluate("root => document.documentElement.scrollWidth") <= 360
    expect(component.locator("svg rect")).to_have_count(42)
    expect(component.locator("svg text")).to_have_text(["0", "5", "10", "15", "20", "25", "30"])
    component.screenshot(path=SCREENSHOTS / "live-sizes-long.png")


def test_silence_is_said_and_the_next_answer_ends_it(bare: Bare) -> None:
    component = bare.show("sizes")
    say = component.locator(".say")
    bare.page.evaluate("window.delay = 3600")
    component.locator("input[name=W]").focus()
    bare.page.keyboard.press("ArrowRight")
    expect(say).to_contain_text("Nothing answers: this is the last picture that was computed.")
    expect(say).to_contain_text("It fits: 6 windows. Your function says 6, too.")


def test_a_component_that_ends_leaves_nothing(bare: Bare) -> None:
    bare.show("sizes")
    bare.page.evaluate("document.querySelector('main').end()")
    expect(bare.page.locator(".live")).to_have_count(0)
    assert bare.complaints == []


def test_a_training_ends_with_its_page(bare: Bare) -> None:
    component = bare.show("trainer", "batch=5")
    component.locator("[name=go]").click()
    expect(component.locator(".numbers")).to_contain_text("a second", timeout=20 * SECONDS)
    session = list(_sessions.values())[-1]
    assert session.advance()
    bare.page.evaluate("document.querySelector('main').end()")
    bare.page.wait_for_timeout(500)  # the last question says that it ends
    steps = session.engine.history.steps
    bare.page.wait_for_timeout(500)
    assert not session.advance()
    assert session.engine.history.steps == steps
    assert bare.complaints == []
