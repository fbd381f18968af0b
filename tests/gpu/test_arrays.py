"""The array code brings nothing back from the GPU unseen: it runs on arrays that refuse."""

import inspect
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cs_conv import naive
from cs_conv.gpu import arrays, machine
from cs_conv.gpu.standin import GPUArray, array_module, standin
from tests.library.drawing import Convolution, Pooling, convolutions, poolings
from tests.library.test_promises import OPERATIONS, arguments_of, arrays_in


class StandInMachine:
    """A machine for array code alone: it has no kernels."""

    xp = standin
    array = "standin"

    def refuse(self, array: Any) -> str | None:
        return None if isinstance(array, GPUArray) else f"not {type(array).__name__}"

    def empty(self, shape: tuple[int, ...], dtype: Any) -> GPUArray:
        return GPUArray(np.full(shape, np.nan, dtype))


def there(value: Any) -> Any:
    return GPUArray(value) if isinstance(value, np.ndarray) else value


def compare(name: str, *args: Any, **options: Any) -> None:
    expected = arrays_in(getattr(naive, name)(*args, **options))
    with machine.using(StandInMachine()):
        results = arrays_in(getattr(arrays, name)(*map(there, args), **options))
    for result, array in zip(results, expected, strict=True):
        assert isinstance(result, GPUArray)
        np.testing.assert_allclose(result._near, array, rtol=1e-4, atol=1e-4)


def test_every_operation_is_there() -> None:
    for name in OPERATIONS:
        expected = dict(inspect.signature(getattr(naive, name)).parameters)
        assert dict(inspect.signature(getattr(arrays, name)).parameters) == expected


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_transferred(name: str) -> None:
    compare(name, *arguments_of(name).values())
    compare(name, *arguments_of(name, np.float32).values())


@settings(max_examples=25)
@given(case=convolutions())
def test_nothing_is_transferred_by_any_convolution(case: Convolution) -> None:
    compare("conv_forward", case.x, case.w, case.b, **case.options)
    compare("conv_backward", case.dout, case.x, case.w, **case.options)


@settings(max_examples=25)
@given(case=poolings())
def test_nothing_is_transferred_by_any_pooling(case: Pooling) -> None:
    _, switches = naive.max_pool_forward(case.x, **case.options)
    compare("max_pool_forward", case.x, **case.options)
    compare("max_pool_backward", case.dout, switches, case.x.shape, **case.options)
    compare("l2_pool_backward", case.dout, case.x, **case.options)


@pytest.mark.parametrize(
    "transfer",
    [
        bool,
        float,
        np.asarray,
        np.sort,
        lambda x: x.item(),
        lambda x: x + np.ones(1),
        lambda x: np.ones(1).__iadd__(x),
        lambda x: np.ones(1) + x,
        lambda x: 1 if x > 0 else 0,
        lambda x: standin.where(x, np.ones(1), x),
        lambda x: standin.pad(np.ones(1), 1),
        lambda x: x.__setitem__(0, np.ones(1)),
    ],
)
def test_the_arrays_do_refuse(transfer: Any) -> None:
    with pytest.raises(TypeError):
        transfer(GPUArray(np.ones(1)))


def test_trips_are_counted() -> None:
    standin.trips.clear()
    there = standin.asarray(np.arange(3.0))
    assert standin.asarray(there) is there
    total = sum(row * np.float64(2) for row in there) + np.float32(1)
    assert standin.trips == ["there (3,)"]
    assert standin.asnumpy(total) == 7
    assert standin.trips == ["there (3,)", "back ()"]


def test_the_module_is_the_stand_in_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    machine._device.cache_clear()
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert array_module() is standin
    with machine.using(StandInMachine()):
        assert array_module() is StandInMachine.xp
