"""The array code brings nothing back from the GPU unseen: it runs on arrays that refuse."""

import inspect
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from cs_conv import naive
from cs_conv.gpu import arrays, machine
from tests.library.drawing import Convolution, Pooling, convolutions, poolings
from tests.library.test_promises import OPERATIONS, arguments_of, arrays_in

from .far import FarArray, far


class FarMachine:
    """A machine for array code alone: it has no kernels."""

    xp = far
    array = "far"

    def refuse(self, array: Any) -> str | None:
        return None if isinstance(array, FarArray) else f"not {type(array).__name__}"

    def empty(self, shape: tuple[int, ...], dtype: Any) -> FarArray:
        return FarArray(np.full(shape, np.nan, dtype))


def there(value: Any) -> Any:
    return FarArray(value) if isinstance(value, np.ndarray) else value


def compare(name: str, *args: Any, **options: Any) -> None:
    expected = arrays_in(getattr(naive, name)(*args, **options))
    with machine.using(FarMachine()):
        results = arrays_in(getattr(arrays, name)(*map(there, args), **options))
    for far_result, array in zip(results, expected, strict=True):
        assert isinstance(far_result, FarArray)
        np.testing.assert_allclose(far_result._near, array, rtol=1e-4, atol=1e-4)


def test_every_operation_is_there() -> None:
    for name in OPERATIONS:
        assert inspect.signature(getattr(arrays, name)) == inspect.signature(getattr(naive, name))


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
        list,
        np.asarray,
        np.sort,
        lambda x: x.item(),
        lambda x: x + np.ones(1),
        lambda x: np.ones(1) + x,
        lambda x: 1 if x > 0 else 0,
        lambda x: far.where(x, np.ones(1), x),
        lambda x: far.pad(np.ones(1), 1),
        lambda x: x.__setitem__(0, np.ones(1)),
    ],
)
def test_the_arrays_do_refuse(transfer: Any) -> None:
    with pytest.raises(TypeError):
        transfer(FarArray(np.ones(1)))
