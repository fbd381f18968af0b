"""The suspects are what they say: a measured gradient finds every planted bug, and no other."""

import numpy as np
import pytest

from cs_conv.gradcheck import numeric_gradient, relative_error
from cs_conv.suspects import FAULTS, LAYERS, line_up


def errors(suspect):
    """The relative errors of dx and dw, against a gradient measured entry by entry."""
    out = suspect.forward(suspect.x, suspect.w)
    dout = np.random.default_rng(0).standard_normal(out.shape)
    dx, dw = suspect.backward(dout, suspect.x, suspect.w)
    measured = (
        numeric_gradient(lambda x: suspect.forward(x, suspect.w), suspect.x, dout, h=1),
        numeric_gradient(lambda w: suspect.forward(suspect.x, w), suspect.w, dout, h=1),
    )
    return {n: relative_error(g, m) for n, g, m in zip(("dx", "dw"), (dx, dw), measured, strict=True)}


@pytest.mark.parametrize("gradients", [(), ("dx",), ("dw",), ("dx", "dw")])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_fault_is_in_the_gradients_that_are_named_and_is_no_rounding(layer, fault, gradients):
    found = errors(layer(np.random.default_rng(1)).with_fault(fault, *gradients))
    assert {name for name, error in found.items() if not error < 1e-3} == set(gradients)
    assert all(error < 1e-12 for name, error in found.items() if name not in gradients)


def test_the_line_up_of_the_lesson():
    suspects = line_up()
    assert sorted(suspects) == list("ABCDEFGH")
    assert {s.kind for s in suspects.values()} == {"line", "fully connected", "convolution"}
    assert {s.wrong for s in suspects.values()} == {(), ("dx",), ("dw",), ("dx", "dw")}
    for suspect in suspects.values():
        assert tuple(n for n, error in errors(suspect).items() if not error < 1e-12) == suspect.wrong
    guilty = suspects["D"]
    assert guilty.kind == "convolution"
    sent = np.ones_like(guilty.forward(guilty.x, guilty.w))
    assert not guilty.backward(sent, guilty.x, guilty.w)[0][
        ..., -1
    ].any()  # as the words below its picture say


def test_a_layer_takes_numbers_in_other_dtypes():
    """Hunters draw integers for dout, or take float32 for one of the arrays."""
    for layer in LAYERS:
        suspect = layer(np.random.default_rng(2)).in_float32()
        out = suspect.forward(suspect.x, suspect.w)
        assert out.dtype == np.float32
        sent = np.ones(out.shape, int)
        dx, dw = suspect.backward(sent, suspect.x.astype(np.float64), suspect.w)
        assert (dx.shape, dw.shape) == (suspect.x.shape, suspect.w.shape)
