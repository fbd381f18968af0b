"""What holds for every function of every variant: dtype, memory, layout, errors, names."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cs_conv import naive
from cs_conv.gradcheck import relative_error

from .drawing import Array

OPERATIONS = [name for name, _ in inspect.getmembers(naive, inspect.isfunction) if name.endswith("ward")]
ARRAYS = ("x", "w", "b", "dout", "switches")


def arguments_of(name: str, dtype: Any = np.float64, N: int = 2, **options: Any) -> dict[str, Any]:
    """A case that fits, with only the arguments that this operation takes."""
    rng = np.random.default_rng(0)
    convolution = name.startswith("conv")
    shapes = {"x": (N, 3, 5, 6), "w": (4, 3, 3, 2), "b": (4,), "dout": (N, 4 if convolution else 3, 2, 5)}
    case: dict[str, Any] = {key: rng.standard_normal(shape).astype(dtype) for key, shape in shapes.items()}
    case["switches"] = rng.integers(0, 6, shapes["dout"])
    case |= {"x_shape": shapes["x"], "size": (3, 2), "stride": (2, 1), "pad": 0, "dilation": 1}
    case |= options
    return {key: case[key] for key in inspect.signature(getattr(naive, name)).parameters if key in case}


def arrays_in(result: Any) -> list[Array]:
    return list(result) if isinstance(result, tuple) else [result]


def test_there_are_operations() -> None:
    assert len(OPERATIONS) == 8


def test_the_interface_is_the_same(variant: ModuleType) -> None:
    for name in OPERATIONS:
        expected = dict(inspect.signature(getattr(naive, name)).parameters)
        assert dict(inspect.signature(getattr(variant, name)).parameters) == expected
        assert inspect.getdoc(getattr(variant, name))


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_dtype_in_is_dtype_out(variant: ModuleType, name: str, dtype: Any) -> None:
    for array in arrays_in(getattr(variant, name)(**arguments_of(name, dtype))):
        assert type(array) is np.ndarray
        assert array.dtype == dtype or np.issubdtype(array.dtype, np.integer)


def one_tap(name: str) -> dict[str, Any]:
    """The case most likely to hand back a view: a 1x1 window at stride 1, with no padding."""
    case = arguments_of(name, stride=1, size=1, w=np.ones((4, 3, 1, 1)))
    dout = (2, 4 if name.startswith("conv") else 3, 5, 6)
    changes = {"dout": np.ones(dout), "switches": np.zeros(dout, int)}
    return {key: changes.get(key, value) for key, value in case.items()}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("case_of", [arguments_of, one_tap])
def test_inputs_are_not_changed_and_not_handed_back(
    variant: ModuleType, name: str, case_of: Callable[[str], dict[str, Any]]
) -> None:
    case = case_of(name)
    before = {key: value.copy() for key, value in case.items() if key in ARRAYS}
    results = arrays_in(getattr(variant, name)(**case))
    for key, copy in before.items():
        np.testing.assert_array_equal(case[key], copy)
        for result in results:
            assert not np.shares_memory(result, case[key])
            assert result.flags.writeable
            assert result.flags.c_contiguous
    for result in results:
        result[...] = 0  # and whoever writes into a result changes no input
    for key, copy in before.items():
        np.testing.assert_array_equal(case[key], copy)


def test_columns_are_not_handed_back() -> None:
    from cs_conv.im2col import col2im, im2col

    x = np.random.default_rng(0).standard_normal((1, 3, 4, 4))
    cols = im2col(x, 1)
    assert not np.shares_memory(cols, x)
    assert cols.flags.writeable
    assert not np.shares_memory(col2im(cols, x.shape, 1), cols)


def strided(array: Array) -> Array:
    """Every second element of a larger array."""
    large = np.full([2 * n for n in array.shape], np.nan if array.dtype.kind == "f" else -1, array.dtype)
    view = large[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view


def reversed_strides(array: Array) -> Array:
    return np.ascontiguousarray(np.flip(array))[tuple(slice(None, None, -1) for _ in array.shape)]


def channels_last(array: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(array, 1, -1)).transpose(0, 3, 1, 2) if array.ndim == 4 else array


def read_only(array: Array) -> Array:
    locked = array.copy()
    locked.flags.writeable = False
    return locked


def unaligned(array: Array) -> Array:
    memory = np.empty(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    memory[...] = array
    return memory


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize(
    "layout", [strided, reversed_strides, channels_last, np.asfortranarray, read_only, unaligned]
)
def test_any_layout_gives_the_same(variant: ModuleType, name: str, layout: Callable[[Array], Array]) -> None:
    case = arguments_of(name)
    laid_out = {key: layout(value) if key in ARRAYS else value for key, value in case.items()}
    function = getattr(variant, name)
    for expected, result in zip(arrays_in(function(**case)), arrays_in(function(**laid_out)), strict=True):
        assert relative_error(result, expected) < 1e-12


def test_one_value_stretched_over_an_image(variant: ModuleType) -> None:
    """np.broadcast_to makes arrays whose strides are 0."""
    x = np.broadcast_to(np.float64(2), (2, 3, 5, 6))
    w = np.broadcast_to(np.float64(1), (4, 3, 3, 2))
    out = variant.conv_forward(x, w, np.zeros(4))
    np.testing.assert_array_equal(out, np.full((2, 4, 3, 5), 36.0))
    dx, dw, db = variant.conv_backward(np.broadcast_to(np.float64(1), out.shape), x, w)
    assert (dx.sum(), dw.sum(), db.sum()) == (120 * 18, 120 * 18 * 2, 120)


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_images(variant: ModuleType, name: str) -> None:
    """An empty batch is a batch: the last one of an epoch may be."""
    case = arguments_of(name, N=0)
    for expected, array in zip(
        arrays_in(getattr(naive, name)(**arguments_of(name))),
        arrays_in(getattr(variant, name)(**case)),
        strict=True,
    ):
        batched = expected.ndim == 4 and expected.shape[0] == 2
        assert array.shape == ((0, *expected.shape[1:]) if batched else expected.shape)
        assert not array.any()


def test_threads_do_not_meet(variant: ModuleType) -> None:
    """Each computes on images of its own, all at the same time."""

    def compute(number: int) -> list[Array]:
        cases = {name: arguments_of(name, N=number % 4 + 1) for name in OPERATIONS}
        return [array for name, case in cases.items() for array in arrays_in(getattr(variant, name)(**case))]

    alone = [compute(number) for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(compute, range(8)))
    for number, arrays in enumerate(together):
        for one, other in zip(arrays, alone[number % 4], strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", OPERATIONS)
def test_positions_and_keywords_are_the_same(variant: ModuleType, name: str) -> None:
    case = arguments_of(name)
    function = getattr(variant, name)
    for one, other in zip(arrays_in(function(**case)), arrays_in(function(*case.values())), strict=True):
        np.testing.assert_array_equal(one, other)


WRONG = {
    "x": [
        (lambda x: x.astype(np.int64), TypeError, "x holds int64"),
        (lambda x: x.tolist(), TypeError, "x must be a numpy array"),
        (lambda x: x[0], ValueError, r"x must be \(N, C, H, W\)"),
        (lambda x: x[:, :, :4], ValueError, r"does not fit a 4x6 input"),
    ],
    "w": [
        (lambda w: w.astype(np.float32), TypeError, "w holds float32 but x holds float64"),
        (lambda w: w[:, :2], ValueError, "filters of 2 channels"),
    ],
    "b": [
        (lambda b: b[:3], ValueError, r"b must be \(K,\) = \(4,\), but its shape is \(3,\)"),
        (lambda b: b[:, np.newaxis], ValueError, r"b must be \(K,\)"),
        (lambda b: None, TypeError, r"b must be a numpy array \(K,\), not None"),
        (lambda b: b.astype(np.float32), TypeError, "b holds float32 but x holds float64"),
    ],
    "dout": [
        (lambda dout: dout[:, :, :, :4], ValueError, r"dout must be \(N, [KC], OH, OW\) = \(2, [34], 2, 5\)"),
        (lambda dout: dout.astype(np.int32), TypeError, "dout holds int32"),
        (lambda dout: float(dout.sum()), TypeError, "dout must be a numpy array"),
    ],
    "switches": [
        (lambda switches: switches.astype(np.float64), TypeError, "switches must be an integer array"),
        (lambda switches: switches.tolist(), TypeError, "switches must be an integer array, not list"),
        (lambda switches: switches[:1], ValueError, r"switches must be \(N, C, OH, OW\)"),
        (lambda switches: switches + 1, ValueError, "a 3x2 window has the indices 0 to 5"),
        (lambda switches: switches - 1, ValueError, "switches run from -1 to 4"),
    ],
    "x_shape": [
        (lambda shape: shape[1:], ValueError, r"x_shape must be \(N, C, H, W\)"),
        (lambda shape: (2, 3, 6, 6), ValueError, "does not fit a 6x6 input"),
        (lambda shape: np.zeros(shape), TypeError, r"as x.shape is, not an array of shape \(2, 3, 5, 6\)$"),
    ],
    "stride": [
        (lambda stride: 0, ValueError, "stride must be at least 1, not 0"),
        (lambda stride: 1.5, TypeError, "stride must be an integer, not 1.5"),
        (lambda stride: np.zeros((9, 9)), TypeError, r"must be an integer, not an array of shape \(9, 9\)$"),
        (lambda stride: 4, ValueError, "at stride 4 does not fit"),
    ],
    "pad": [
        (lambda pad: -1, ValueError, "pad must be at least 0, not -1"),
        (lambda pad: True, TypeError, "pad must be an integer, not True"),
    ],
    "dilation": [(lambda dilation: 9, ValueError, r"with dilation 9 \(it spans 19x10\) is larger than")],
    "size": [(lambda size: 7, ValueError, "a 7x7 pooling window is larger than a 5x6 input")],
}


OF_VALUES = ("a 3x2 window has the indices 0 to 5", "switches run from -1 to 4")


@pytest.mark.parametrize(
    ("name", "argument", "make_wrong", "error", "message"),
    [
        (name, argument, *wrong)
        for name in OPERATIONS
        for argument in arguments_of(name)
        for wrong in WRONG.get(argument, [])
    ],
)
def test_bad_input_is_a_clear_error(
    variant: ModuleType,
    name: str,
    argument: str,
    make_wrong: Callable[[Any], Any],
    error: type[Exception],
    message: str,
) -> None:
    case = arguments_of(name)
    case[argument] = make_wrong(case[argument])
    if message in OF_VALUES and not getattr(variant, "reads_values", True):
        getattr(variant, name)(**case)  # a wrong switch then gives its gradient to nobody, and harms nothing
        return
    with pytest.raises(error, match=message):
        getattr(variant, name)(**case)


def test_the_library_needs_numpy_alone() -> None:
    """Students' and grading processes start fast, and one variant can be withheld without the others."""
    code = (
        "import sys, cs_conv; assert not [m for m in sys.modules if m.startswith('cs_conv.')];"
        "import cs_conv.naive; assert 'cs_conv.im2col' not in sys.modules;"
        "import cs_conv.im2col, cs_conv.gradcheck;"
        "heavy = {'matplotlib', 'scipy', 'IPython', 'nbgrader', 'autograder'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
