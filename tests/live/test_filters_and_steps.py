"""The frames of filters on a photograph, and of the error of numeric gradients."""

import numpy as np
import pytest

from cs_conv import im2col
from cs_conv.gradcheck import numeric_gradient
from cs_conv.live.filters import STARTS
from cs_conv.live.filters import frame as filtered
from cs_conv.live.filters import start as a_filter
from cs_conv.live.frame import computed
from cs_conv.live.steps import FUNCTIONS, H, frame, start, still

FORWARD = {"conv_forward": im2col.conv_forward}
GRADIENT = {"numeric_gradient": numeric_gradient}


@pytest.mark.parametrize("name", STARTS)
def test_the_photograph_goes_through_the_learners_function(name: str) -> None:
    arrays = filtered(FORWARD, a_filter(name, every=8))
    assert arrays["image"].shape == (25, 32)
    assert arrays["answer"].shape == (23, 30)
    assert arrays["answer"].dtype == np.float32


def test_weights_are_shared_out_unless_they_add_up_to_0() -> None:
    blurred = filtered(FORWARD, a_filter("blur", every=8))["answer"]
    assert 0 <= blurred.min() <= blurred.max() <= 1
    whole = filtered(FORWARD, a_filter("blur", every=8, share=False))["answer"]
    assert np.allclose(whole, 9 * blurred, atol=1e-5)
    edges = filtered(FORWARD, a_filter("left to right", every=8))["answer"]
    assert edges.min() < 0 < edges.max()


def test_the_error_falls_with_h_and_rises_again() -> None:
    arrays = frame(GRADIENT, start())
    double, single = arrays["double"], arrays["single"]
    assert double.min() < 1e-9 < double[0]
    assert double[-1] > 0.1
    assert 1e-7 < single.min() < 1e-3
    assert 1e-6 < H[double.argmin()] < 1e-4 < H[single.argmin()]


def test_a_straight_line_has_no_error_but_rounding() -> None:
    assert frame(GRADIENT, start("3 x"))["double"][-1] < 1e-15


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_are_those_of_their_functions(name: str) -> None:
    assert np.nanmin(frame(GRADIENT, start(name, x=0.7))["double"]) < 1e-8


def test_a_gradient_of_another_shape_and_none_become_sentences() -> None:
    wrong = {"numeric_gradient": lambda f, x, dout, h: np.zeros(3)}
    assert "(1,), was expected" in computed(frame, wrong, start())
    assert "numeric_gradient is not defined here" in computed(frame, {}, start())
    assert len(still(frame(GRADIENT, start()), start())) == 1
