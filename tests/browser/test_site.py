"""The site as a reader meets it: nothing is installed, and Python runs in the page.

`make site` builds it, with Pyodide from npm.
"""

import json
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab import SCREENSHOTS, SECONDS
from live_lab import FORWARD, cell_of
from live_site import SITE, START, Visit, serving_site
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.pyodide

PAGES = {
    "first": "index.html",
    "lesson": "lessons/02-conv-forward.html",
    "formulas": "lessons/04-conv-backward.html",
    "trainer": "train.html",
    "lessons": "lessons/index.html",
    "reference": "reference/im2col.html",
    "learners": "docs/students.html",
    "instructors": "docs/grading.html",
    "contributors": "CONTRIBUTING.html",
    "search": "search.html?q=padding",
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the site."""
    with serving_site() as address:
        yield address


@pytest.fixture
def visit(page: Page, site: str) -> Visit:
    """A fresh window."""
    return Visit(page, site)


@pytest.fixture(scope="module")
def first(browser: Browser, site: str) -> Iterator[Visit]:
    """The first page, with Python started: several tests use it one after the other."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(viewport={"width": 1280, "height": 960})
    page.set_default_timeout(30 * SECONDS)
    visit = Visit(page, site)
    visit.open()
    visit.run(visit.part("window"), visit.part("window").locator("textarea").input_value())
    visit.computes(visit.part("window"))
    yield visit
    page.screenshot(path=SCREENSHOTS / "site-first-last.png")
    page.close()


def output(visit: Visit, i: int = 0, j: int = 0) -> str:
    """A number of the first output, and more, in words."""
    return cell_of(visit.part("window"), "output", i, j).get_attribute("aria-label") or ""


def test_the_first_page_plays_recorded_pictures_says_so_and_needs_no_python(visit: Visit) -> None:
    visit.open()
    part = visit.part("window")
    expect(part.locator(".note")).to_contain_text("computed when the site was built")
    expect(part.locator(".say")).to_contain_text("Your function reads 12 pixels")
    expect(part.locator(".say")).to_contain_text("row 0, column 1")  # it plays
    part.get_by_role("button", name="Pause").click()
    cell_of(part, "output", 2, 2).click()
    expect(part.locator(".say")).to_contain_text("Output 0 at row 2, column 2 is \u22123.")
    expect(part.locator(".note")).to_contain_text("computed when the site was built")
    assert visit.complaints == []


def test_the_first_page_waits_for_one_style_sheet_and_asks_for_its_modules_at_once(visit: Visit) -> None:
    visit.open()
    visit.part("window")
    painted, early, loaded = visit.page.evaluate("""() => [
      performance.getEntriesByName("first-contentful-paint")[0].startTime,
      [...document.querySelectorAll("link[rel=modulepreload], link[rel=preload]")].map(({ href }) => href),
      performance.getEntriesByType("resource").map(({ name, renderBlockingStatus }) =>
        [name, renderBlockingStatus])]""")
    print(f"the first page is painted after {painted:.0f} ms")
    names = [name for name, _ in loaded]
    assert len([status for _, status in loaded if status == "blocking"]) == 1
    assert set(early) <= set(names), "nothing in vain"
    assert len(names) == len(set(names)), "nothing twice"
    late = {name.removeprefix(visit.site) for name in names if name.endswith(".mjs") and name not in early}
    second = {"live/modules/messages.mjs", "live/modules/play.mjs"}  # modules of the part below it
    assert late <= {"live/site.mjs", *second}
    assert visit.complaints == []


def test_a_number_that_is_dragged_starts_python_and_is_drawn(visit: Visit) -> None:
    visit.open()
    part = visit.part("window")
    box = cell_of(part, "pixel", 0, 0).bounding_box()
    assert box
    visit.page.mouse.move(box["x"] + 10, box["y"] + 10)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 58, box["y"] + 10, steps=4)
    visit.page.mouse.up()
    expect(part.locator(".note")).to_have_text(re.compile("Python is starting"))
    visit.computes(part)
    expect(cell_of(part, "pixel", 0, 0)).to_have_attribute("aria-label", re.compile(": 6,"))
    second = cell_of(part, "output", 0, 0, grid=1)
    expect(second).to_have_attribute("aria-label", re.compile(r": 2,"))  # it was -2; the weight is 1
    assert visit.complaints == []


def test_the_code_that_is_edited_draws_forward_and_back(first: Visit) -> None:
    part, back = first.part("window"), first.part("messages")
    code = part.locator("textarea").input_value()
    assert ": 1," in output(first)
    first.run(part, code.replace("np.sum(window * w) + b", "np.sum(window * w) + b + 100"))
    expect(cell_of(part, "output", 0, 0)).to_have_attribute("aria-label", re.compile(": 101,"))
    first.run(part, code.replace("d * w, d * window, d", "d * w[:, ::-1], d * window, d"))
    expect(back.locator(".say")).to_contain_text("of yours are not right")
    part.get_by_role("button", name="Restore").click()
    expect(back.locator(".say")).to_contain_text("Yours is right so far.")
    assert first.complaints == []


def test_parts_come_in_order_and_one_that_does_not_load_stops_no_other(visit: Visit) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: "/live/parts/" in request.url and asked.append(request.url))
    visit.page.route("**/live/parts/window-*.json", lambda route: route.abort())
    scroll = "() => document.querySelector('[data-part*=messages]').scrollIntoView()"
    visit.page.add_init_script(f"addEventListener('DOMContentLoaded', {scroll})")
    visit.open()
    expect(visit.part("messages").locator(".note")).to_contain_text("computed when the site was built")
    assert ["/window-" in asked[0], "/messages-" in asked[1]] == [True, True]


def test_an_error_is_read_as_in_a_notebook(first: Visit) -> None:
    part = first.part("window")
    code = part.locator("textarea").input_value()
    first.run(part, code.replace("np.sum(window * w)", "window @ w.ravel()"))
    expect(part.locator(".trace")).to_contain_text('File "<your code>", line 7, in forward')
    expect(part.locator(".trace")).to_contain_text("ValueError: matmul")
    expect(part.locator(".say")).to_contain_text("Your function ended in ValueError: matmul")
    first.run(part, code.replace("return i * stride", "return i *"))
    expect(part.locator(".trace")).to_contain_text("SyntaxError")
    part.get_by_role("button", name="Restore").click()
    expect(part.locator(".trace")).to_be_hidden()


def test_an_endless_loop_is_ended_and_said_and_python_answers_again(first: Visit) -> None:
    part = first.part("window")
    code = part.locator("textarea").input_value()
    first.run(part, code.replace("return i * stride", "while True: i += 1"))
    expect(part.locator(".say")).to_contain_text(
        "did not end in 10 seconds, so it was ended", timeout=60 * SECONDS
    )
    first.run(part, code.replace("+ b", "+ b + 50"))
    expect(cell_of(part, "output", 0, 0)).to_have_attribute("aria-label", re.compile(": 51,"), timeout=START)
    part.get_by_role("button", name="Restore").click()


def test_the_keyboard_reaches_and_runs_the_code(first: Visit) -> None:
    part = first.part("window")
    cell_of(part, "output", 0, 0).focus()
    first.page.keyboard.press("ArrowRight")
    expect(part.locator(".say")).to_contain_text("row 0, column 1")
    part.locator("textarea").focus()
    first.page.keyboard.press("Control+End")
    first.page.keyboard.type("if True:\nfirst = lambda i, stride: 0\n")
    first.page.keyboard.press("Control+Enter")
    expect(part.locator(".say")).to_contain_text("missing")  # it is indented, and all windows begin at 0
    part.get_by_role("button", name="Restore").click()


def test_a_lesson_draws_and_checks_a_function_of_ones_own(visit: Visit) -> None:
    visit.open(PAGES["lesson"])
    part = visit.part("window")
    part.get_by_text("Draw it with functions of your own").click()
    expect(part.locator("textarea")).to_have_value(re.compile("not written yet"))
    flipped = FORWARD.replace("* w[k])", "* w[k][:, ::-1, ::-1])")
    part.locator("textarea").fill(flipped)
    part.get_by_role("button", name="Check conv_forward").click()
    expect(part.locator(".verdict")).to_contain_text("the filter is flipped", timeout=START)
    expect(part.locator(".say")).to_contain_text("with another weight than theirs")
    part.locator("textarea").fill(FORWARD)
    part.get_by_role("button", name="Check conv_forward").click()
    expect(part.locator(".say")).to_contain_text("each with its own weight")
    assert visit.complaints == []


def test_a_network_is_trained_on_its_page(visit: Visit) -> None:
    visit.open(PAGES["trainer"])
    part = visit.part("trainer")
    part.get_by_role("button", name="Train").click()
    expect(part).to_contain_text(
        re.compile(r"step (\d{3}|[3-9]\d)(, [\d.]+ a second)?; epoch"), timeout=START
    )
    part.get_by_role("button", name=re.compile("Pause|Stop")).click()
    expect(part.locator(".say")).to_contain_text("It waits at step")
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", part.inner_text())]
    assert losses
    assert max(losses) < 2.0  # ten classes: 2.3 is a guess
    part.screenshot(path=SCREENSHOTS / "site-trainer-trained.png")
    part.get_by_text("Train it with functions of your own").click()
    part.get_by_label("my own functions").check()
    for word in ("first", "second"):
        visit.run(part, f"def conv_forward(x, w, b, stride=1, pad=0):\n    raise ValueError('{word}')\n")
        expect(part.locator(".trace")).to_be_hidden()
        part.get_by_role("button", name="one step").click()
        expect(part.locator(".say")).to_contain_text(word)
    assert visit.complaints == []


def test_everything_is_there_again_without_a_network(browser: Browser, site: str) -> None:
    context = browser.new_context()
    visit = Visit(context.new_page(), site)
    visit.open()
    part = visit.part("window")
    visit.run(part, part.locator("textarea").input_value())
    visit.computes(part)
    visit.page.wait_for_function("""async () => (await (await caches.open((await caches.keys())
        .find((name) => name.includes("python")))).keys()).some(({ url }) => url.includes("numpy"))""")
    context.set_offline(True)
    visit.page.reload()
    part = visit.part("window")
    code = part.locator("textarea").input_value()
    visit.run(part, code.replace("+ b", "+ b + 100"))
    expect(cell_of(part, "output", 0, 0)).to_have_attribute("aria-label", re.compile(": 101,"), timeout=START)
    context.close()


def test_another_host_is_asked_for_pyodide_only_if_the_reader_agrees(browser: Browser, site: str) -> None:
    """A site without Pyodide; what its server would send comes from this one's folder."""
    host = "https://pyodide.example/"
    asked: list[str] = []

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(host)
        asked.append(name)
        route.fulfill(path=SITE / "pyodide" / name, headers={"access-control-allow-origin": "*"})

    context = browser.new_context(service_workers="block")
    about = json.loads((SITE / "live" / "python.json").read_text()) | {"pyodide": host}
    context.route("**/live/python.json", lambda route: route.fulfill(json=about))
    context.route(f"{host}**", answer)
    visit = Visit(context.new_page(), site)
    visit.open()
    part = visit.part("window")
    code = part.locator("textarea").input_value()
    visit.run(part, code.replace("+ b", "+ b + 100"))
    expect(part.locator(".note")).to_contain_text("about 10 MB from pyodide.example")
    assert asked == visit.complaints == []
    part.get_by_role("button", name="Start Python").click()
    visit.computes(part)
    expect(cell_of(part, "output", 0, 0)).to_have_attribute("aria-label", re.compile(": 101,"))
    assert "pyodide.asm.wasm" in asked
    context.close()


def test_the_search_finds_words_of_lessons_and_docstrings(visit: Visit) -> None:
    visit.open("search.html?q=padding")
    expect(visit.page.locator("#search-results li")).not_to_have_count(0)
    visit.page.goto(f"{visit.site}search.html?q=max_pool_forward")
    expect(visit.page.locator("#search-results")).to_contain_text("cs_conv")


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody(browser: Browser, site: str, name: str, look: str) -> None:
    size = {"width": 360, "height": 740} if look == "phone" else {"width": 1280, "height": 960}
    scheme = "dark" if look == "dark" else "light"
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    visit = Visit(context.new_page(), site)
    visit.open(PAGES[name])
    for part in visit.page.locator(".live-part").all():
        part.scroll_into_view_if_needed()
        expect(part.locator(".live")).to_be_visible()
    found = Axe().run(visit.page).response["violations"]
    serious = [
        f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")
    ]
    visit.page.screenshot(path=SCREENSHOTS / f"site-{name}-{look}.png", full_page=name != "lesson")
    assert serious == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert visit.complaints == []
    context.close()
