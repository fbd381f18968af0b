"""The kernels of every step, emulated on the CPU, against the specification (as tests/library for `gpu`)."""

from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cs_conv import im2col, naive
from cs_conv.gpu import columns, direct, emulator, tensor, tiled
from cs_conv.gpu.emulator import on_cpu
from tests.library.drawing import Array, Convolution, convolutions
from tests.library.test_promises import OPERATIONS, arguments_of

from .places import on_gpu

STEPS = [direct, columns, tiled, tensor]
TF32 = 2e-3  # of the largest value: both factors of a product are off by up to 2**-11


def far_off(results: Any, expected: Any) -> float:
    """The largest error, as a part of the largest value; NaN where there is one."""
    errors = [
        np.abs(result - right).max(initial=0) / max(np.abs(right).max(initial=0), 1e-30)
        for result, right in zip(results, expected, strict=True)
    ]
    return float(np.max(errors))


def both_ways(module: Any, case: Convolution) -> list[Any]:
    out = module.conv_forward(case.x, case.w, case.b, **case.options)
    return [out, *module.conv_backward(case.dout, case.x, case.w, **case.options)]


def as_tf32(array: Array) -> Array:
    """Round each mantissa to 10 bits, halves away from zero: what tensor cores read."""
    return ((array.view(np.uint32) + 0x1000) & np.uint32(0xFFFFE000)).view(np.float32)


@pytest.mark.parametrize("step", [direct, columns])
@settings(max_examples=30)
@given(case=convolutions())
def test_each_step_is_the_specification(step: ModuleType, case: Convolution) -> None:
    with on_cpu():
        results = both_ways(step, case)
    assert far_off(results, both_ways(naive, case)) < case.tolerance


@pytest.mark.parametrize("step", [direct, columns, tiled])
@settings(max_examples=10)
@given(case=convolutions(grouped=True))
def test_each_step_has_groups(step: ModuleType, case: Convolution) -> None:
    with on_cpu():
        results = both_ways(step, case)
    assert far_off(results, both_ways(naive, case)) < case.tolerance


@settings(max_examples=30)
@given(case=convolutions(dtypes=(np.float32,)))
def test_tensor_cores_multiply_what_has_been_rounded(case: Convolution) -> None:
    with on_cpu():
        out, dx, dw, db = both_ways(tensor, case)
    rounded = replace(case, x=as_tf32(case.x), w=as_tf32(case.w), dout=as_tf32(case.dout))
    expected = both_ways(naive, rounded)[:3]
    assert far_off([out, dx, dw], expected) < 1e-5
    assert far_off([db], [case.dout.sum(axis=(0, 2, 3))]) < 1e-5  # no product, nothing is rounded
    assert {array.dtype for array in (out, dx, dw, db)} == {np.dtype(np.float32)}


def large(dtype: Any = np.float64) -> Convolution:
    """More filters, channels and places than any tile holds, and none of them a multiple of one."""
    rng = np.random.default_rng(0)
    shapes = (2, 9, 15, 14), (131, 9, 3, 2), (131,), (2, 131, 8, 16)
    x, w, b, dout = (rng.standard_normal(shape).astype(dtype) for shape in shapes)
    options = {"stride": (2, 1), "pad": ((1, 1), (2, 1))}
    return Convolution(x, w, b, dout, options, ((1, 1), (2, 1)), (2, 1), (1, 1))


@pytest.mark.parametrize("step", STEPS)
def test_ragged_tiles(step: ModuleType) -> None:
    case = large(np.float32)
    with on_cpu():
        results = both_ways(step, case)
    assert far_off(results, both_ways(im2col, case)) < (TF32 if step is tensor else 1e-5)


@pytest.mark.parametrize("step", STEPS)
def test_threads_may_take_turns_in_any_order(step: ModuleType) -> None:
    """A result that depends on it would be a race."""
    case = large(np.float32)
    with on_cpu():
        forwards = both_ways(step, case)
    with on_cpu(backwards=True):
        backwards = both_ways(step, case)
    for one, other in zip(forwards, backwards, strict=True):
        np.testing.assert_array_equal(one, other)


def test_columns_of_a_few_images_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    case = large()
    monkeypatch.setattr(columns, "COLUMN_BYTES", 1)
    with on_cpu():
        assert far_off(both_ways(columns, case), both_ways(im2col, case)) < 1e-12


@pytest.mark.parametrize("parts", [2, 7, 256])
def test_gradients_of_filters_in_parts(monkeypatch: pytest.MonkeyPatch, parts: int) -> None:
    case = large()
    places = case.dout.size // len(case.w)
    monkeypatch.setattr(tiled, "LEAST_SHARE", places // parts)
    layers = []
    launch = emulator.Emulator.launch

    def watch(self: Any, file: str, kernel: str, *args: Any) -> None:
        layers.append(args[3][2])
        launch(self, file, kernel, *args)

    monkeypatch.setattr(emulator.Emulator, "launch", watch)
    with on_cpu():
        assert far_off(both_ways(tiled, case), both_ways(im2col, case)) < 1e-12
    assert max(layers) == parts


@pytest.mark.parametrize("step", STEPS)
def test_no_images(step: ModuleType) -> None:
    case = {"x": np.ones((0, 3, 5, 6), np.float32), "w": np.ones((4, 3, 3, 2), np.float32)}
    with on_cpu():
        out = step.conv_forward(**case, b=np.ones(4, np.float32))
        dx, dw, db = step.conv_backward(out, **case)
    assert (out.shape, dx.shape) == ((0, 4, 3, 5), (0, 3, 5, 6))
    assert not dw.any()
    assert not db.any()


@pytest.mark.gpu
@pytest.mark.parametrize("step", STEPS)
def test_each_step_on_a_gpu(step: ModuleType) -> None:
    for dtype in (np.float32, np.float64)[: 1 if step is tensor else 2]:
        case = large(dtype)
        assert far_off(both_ways(on_gpu(step), case), both_ways(im2col, case)) < (
            TF32 if step is tensor else 1e-5
        )


@pytest.mark.gpu
def test_a_numpy_array_is_refused_on_a_gpu() -> None:
    from cs_conv import gpu

    for name in OPERATIONS:
        with pytest.raises(TypeError, match="not a NumPy array, which the GPU cannot see"):
            getattr(gpu, name)(**arguments_of(name))
