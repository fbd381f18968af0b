"""Live pictures in JupyterLab: each is drawn from the learner's own function, and follows what is moved."""

import re
from collections.abc import Iterator

import pytest
from lab import SECONDS
from live_lab import (
    BACKWARD,
    COLUMNS,
    DILATED,
    FORWARD,
    GRADIENT,
    MAXIMA,
    SHAPES,
    SIZE,
    SLIDE,
    Lab,
    cell_of,
    drag_of,
)
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def lab(live_lab: Lab) -> Iterator[Lab]:
    """The page with all components, on which a test leaves no error in the console."""
    before = len(live_lab.complaints)
    yield live_lab
    assert live_lab.complaints[before:] == []


def test_window_by_window_follows_the_learners_function(lab: Lab) -> None:
    component = lab.component("window")
    second = cell_of(component, "output", 1, 0)
    expect(second).to_have_attribute("aria-label", re.compile(": 56"))  # 11 12 16 17
    lab.define(FORWARD.replace("i * stride, j", "i * 1, j"))
    expect(second).to_have_attribute("aria-label", re.compile(": 36"))  # 6 7 11 12
    second.click()
    say = component.locator(".say")
    wrong = "reads 4 pixels for it: 2 outside its window, 2 of its window missing, 2 with another weight"
    expect(say).to_contain_text(wrong)
    expect(component.locator("[data-kind=pixel] .bad")).to_have_count(4)
    lab.define(FORWARD)
    expect(second).to_have_attribute("aria-label", re.compile(": 56"))
    expect(say).to_contain_text("each with its own weight")
    pixel = cell_of(component, "pixel", 2, 0)
    pixel.click()
    lab.page.keyboard.press("+")
    expect(pixel).to_have_attribute("aria-label", re.compile(r": 11\.5"))
    expect(second).to_have_attribute("aria-label", re.compile(r": 56\.5"))
    pixel.hover()
    lab.page.mouse.down()
    lab.page.mouse.move(*drag_of(pixel, 24), steps=4)  # 6 screen pixels a step of a half
    expect(second).to_have_attribute("aria-label", re.compile(r": 58\.5"))
    lab.page.mouse.up()
    component.locator("input[name=pad]").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(component.locator("[data-kind=output] .cell")).to_have_count(9)


def test_sizes_turn_red_what_no_window_reaches(lab: Lab) -> None:
    component = lab.component("sizes")
    say = component.locator(".say")
    expect(say).to_have_text("It fits: 5 windows. Your function says 5, too.")
    component.locator("input[name=S]").focus()
    lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("ArrowRight")
    expect(component.locator(".formula")).to_contain_text("(7 \u2212 3 + 0) / 3 + 1 = 2.33")
    expect(say).to_have_text(
        "It does not fit: after 2 windows 1 pixel remains. Your function says 2, where an error belongs."
    )
    expect(component.locator("rect[fill='var(--wrong)']")).to_have_count(1)
    component.locator("input[name=D]").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(component.locator(".formula")).to_contain_text("F' = (F \u2212 1) D + 1 = (3 \u2212 1) 2 + 1 = 5")
    lab.define(SIZE.replace("+ 1", "+ 2"))
    expect(say).to_contain_text("Your function says 2, where an error belongs.")
    lab.define(SIZE)
    expect(say).to_contain_text("Your function says 1, where an error belongs.")


def test_messages_arrive_one_by_one_and_wrong_pixels_are_marked(lab: Lab) -> None:
    component = lab.component("messages")
    say = component.locator(".say")
    expect(say).to_contain_text("sends 1000 times its weights")
    expect(say).to_contain_text("Yours is right so far.")
    lab.define(BACKWARD.replace("+= dout", "= dout"))
    expect(say).to_contain_text("5 pixels of yours are not right.")
    expect(component.locator("[data-kind=yours] .bad")).to_have_count(5)
    component.locator(".play").click()
    expect(say).to_contain_text(re.compile("sends 10?0? times its weights"))
    component.locator(".play").click()
    cell_of(component, "sent", 0, 0).click()
    expect(say).to_contain_text("row 0, column 0 sends 1 times")
    lab.define(BACKWARD)
    expect(component.locator(".bad")).to_have_count(0)


def test_pooling_shows_which_pixel_is_taken_and_what_is_wrong_with_it(lab: Lab) -> None:
    component = lab.component("pooling")
    say = component.locator(".say")
    expect(say).to_contain_text(
        "Output (0, 0) is 5. Its switch is 1, the pixel at row 0, column 1. 2 pixels are tied"
    )
    expect(component.locator(".bad")).to_have_count(0)
    lab.define(MAXIMA.replace("window.argmax()", "window.argmin()"))
    expect(say).to_contain_text("The first largest value stands at row 0, column 1.")
    expect(component.locator("[data-kind=switch] .bad")).to_have_count(4)
    expect(component.locator("[data-kind=output] .bad")).to_have_count(0)
    lab.define(MAXIMA)
    expect(component.locator(".bad")).to_have_count(0)
    cell_of(component, "pixel", 3, 3).click()
    lab.page.keyboard.press("2")
    lab.page.keyboard.press("0")
    expect(cell_of(component, "output", 1, 1)).to_have_attribute("aria-label", re.compile(": 20"))
    component.locator("input[name=stride]").focus()
    lab.page.keyboard.press("ArrowLeft")
    expect(component.locator("[data-kind=output] .cell")).to_have_count(9)


def test_columns_are_lit_in_the_image_and_pixels_in_the_columns(lab: Lab) -> None:
    component = lab.component("columns")
    say = component.locator(".say")
    expect(say).to_have_text("Column 0 holds the 4 pixels that are framed, and 0 zeros of the padding.")
    expect(component.locator("[data-kind=pixel] .on")).to_have_count(4)
    cell_of(component, "pixel", 1, 1).click()
    expect(say).to_contain_text("stands in 4 columns")
    expect(component.locator("[data-kind=column] .on")).to_have_count(4)
    lab.define(COLUMNS.replace("z = i * stride, j", "z = j * stride, i"))
    expect(say).to_contain_text("24 numbers of the matrix are from another pixel than they should be.")
    lab.define(COLUMNS)
    expect(component.locator("[data-kind=column] .bad")).to_have_count(0)
    component.locator("input[name=pad]").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(component.locator("[data-kind=column] .cell")).to_have_count(100)
    component.locator(".play").click()
    expect(say).to_contain_text(re.compile(r"Column [1-9]\d* holds"), timeout=20 * SECONDS)
    component.locator(".play").click()


def test_filters_are_seen_on_the_photograph_at_once(lab: Lab) -> None:
    component = lab.component("filters")
    say = component.locator(".say")
    expect(say).to_contain_text("The weights add up to 0")
    answer = component.locator("canvas[data-name=answer]")
    before = answer.evaluate("canvas => canvas.toDataURL()")
    component.locator("select").select_option("blur")
    expect(say).to_contain_text("The weights add up to 9.")
    assert answer.evaluate("canvas => canvas.toDataURL()") != before
    weight = component.locator(".cell").first
    weight.click()
    lab.page.keyboard.press("5")
    expect(say).to_contain_text("The weights add up to 13.")
    lab.define(FORWARD.replace("+ b[k]", "* 0"))
    expect(say).to_contain_text("The answer goes from 0.00 to 0.00.")
    lab.define(FORWARD)
    expect(say).not_to_contain_text("The answer goes from 0.00 to 0.00.")


def test_the_error_against_h_is_drawn_for_both_precisions(lab: Lab) -> None:
    component = lab.component("steps")
    say = component.locator(".say")
    expect(say).to_contain_text("At h = 1.0 \u00d7 10^\u22125 the error is")
    expect(component.locator("path")).to_have_count(2)
    before = component.locator("path").first.get_attribute("d")
    lab.define(GRADIENT.replace("f(x - h)) / (2 * h)", "f(x)) / h"))
    expect(component.locator("path").first).not_to_have_attribute("d", before or "")
    component.locator("select").select_option("3 x")
    component.locator("input[name=step]").focus()
    lab.page.keyboard.press("End")
    expect(say).to_contain_text("At h = 1.0 \u00d7 10^0 the error is 0 in float64")
    lab.define(GRADIENT)


def test_one_output_lights_up_its_receptive_field(lab: Lab) -> None:
    component = lab.component("field")
    say = component.locator(".say")
    expect(say).to_contain_text("depends on 49 of 225 pixels, over 7 rows and 7 columns")
    centre = cell_of(component, "first", 7, 7)
    expect(centre).to_have_attribute("aria-label", re.compile(": 49"))
    lab.define(DILATED.replace("i * stride + p * dilation", "i * stride + p * 1"))
    component.locator("input[name=first]").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(say).to_contain_text("pixels of yours are not right.")
    lab.define(DILATED)
    expect(component.locator(".bad")).to_have_count(0)
    expect(say).to_contain_text("over 9 rows and 9 columns")
    cell_of(component, "third", 0, 0).click()
    expect(say).to_contain_text("The output at row 0, column 0 depends on 25 of 225 pixels")


def test_a_heat_map_says_what_a_place_sees(lab: Lab) -> None:
    component = lab.component("heat")
    say = component.locator(".say")
    expect(say).to_contain_text("places are more than half sure to see: ankle boot")
    component.locator("select").select_option("0")
    expect(say).to_contain_text("0 of 9 places are more than half sure to see: T-shirt")
    component.locator("select").select_option("9")
    place = cell_of(component, "heat", 1, 0)
    expect(place).to_have_attribute("aria-label", "per cent sure, row 1, column 0: 32")
    component.locator("input[name=mosaic]").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(place).to_have_attribute("aria-label", "per cent sure, row 1, column 0: 16")
    lab.define(SLIDE.replace("return np", "return -np"))
    expect(say).to_contain_text("the network sees: T-shirt")
    cell_of(component, "heat", 2, 1).click()
    expect(say).to_contain_text("At row 2, column 1 the network sees: T-shirt")
    cell_of(component, "heat", 0, 0).click()
    lab.define(SLIDE)


def test_a_pattern_is_drawn_at_each_key(lab: Lab) -> None:
    component = lab.component("pattern")
    say = component.locator(".say")
    expect(say).to_contain_text("4 layers,")
    expect(component.locator("svg rect")).to_have_count(4)
    text = component.locator("input[type=text]")
    text.focus()
    lab.page.keyboard.press("End")
    lab.page.keyboard.type(" -> FX")
    expect(say).to_contain_text("position 31: no layer FX")
    lab.page.keyboard.press("Backspace")
    lab.page.keyboard.type("C")
    expect(say).to_contain_text("5 layers,")
    expect(text).to_have_value("INPUT -> CONV -> POOL -> FC -> FC")
    lab.define(SHAPES.replace("n // 2", "n // 4"))
    expect(component.locator("svg text", has_text="8x8x16")).to_have_count(1)
    lab.define(SHAPES)
    expect(component.locator("svg text", has_text="16x16x16")).to_have_count(1)


def test_a_network_trains_while_cells_run_and_is_paused_and_changed(lab: Lab) -> None:
    component = lab.component("trainer")
    say, train = component.locator(".say"), component.locator("[name=go]")
    expect(say).to_contain_text("Press Train: 7 layers, 9,098 parameters")
    train.click()
    trains = component.locator(".numbers")
    expect(trains).to_contain_text(re.compile(r"step \d.* held out"), timeout=30 * SECONDS)
    expect(component.locator(".wrongs button")).to_have_count(8)
    lab.define(SIZE)  # a cell runs meanwhile
    component.locator("[name=more]").click()
    expect(say).to_contain_text("rate 0.15. All weights are kept.")
    train.click()
    expect(say).to_contain_text("It waits at step")
    rate, layers = component.locator("[name=rate]"), component.locator("[name=draft]")
    layers.fill("INPUT -> CONV -> RELU -> FX")
    expect(component.locator(".drafted")).to_contain_text("Position 25: no layer is called 'FX'")
    layers.fill("INPUT -> [CONV -> RELU -> POOL]*2 -> FC -> RELU -> FC")
    layers.press("Enter")
    expect(say).to_contain_text("Kept: the weights of CONV 8, CONV 16. New: FC 64 (position 37)")
    expect(component.locator(".layer")).to_have_count(9)
    rate.fill("1e9")
    rate.press("Enter")
    train.click()
    expect(say).to_contain_text("The rate 1e+09 is too large", timeout=30 * SECONDS)
    expect(train).to_have_text("Train")
    rate.fill("0.05")
    rate.press("Enter")
    expect(say).to_contain_text("The weights were lost: all weights begin anew")
    component.locator("[name=reset]").click()
    component.locator("[name=one]").click()
    expect(say).to_contain_text("It waits at step 1;")


def test_the_stop_button_ends_a_training_and_no_cell(lab: Lab) -> None:
    component = lab.component("trainer")
    say, train = component.locator(".say"), component.locator("[name=go]")
    train.click()
    expect(component.locator(".numbers")).to_contain_text("a second", timeout=30 * SECONDS)
    lab.notebook.menu("Kernel", "Interrupt Kernel")
    expect(say).to_contain_text(re.compile("Interrupted at step .* Train goes on from here"))
    expect(train).to_have_text("Train")
    component.locator("[name=own]").click()
    expect(say).to_contain_text("conv_backward is not defined here: run the cell that defines it first.")
    component.locator("[name=own]").click()
