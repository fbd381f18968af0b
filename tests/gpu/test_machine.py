"""The path to a real GPU, up to CuPy: what it is given, and what a person is told where it cannot go on."""

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cs_conv import gpu, naive
from cs_conv.gpu import columns, emulator, machine, tensor
from cs_conv.gpu.emulator import on_cpu
from cs_conv.gpu.standin import GPUArray, standin
from tests.library.test_promises import OPERATIONS, arguments_of, arrays_in


class RawModule:
    """CuPy's, with g++ for NVRTC: the text that a GPU would get, with every size a constant in it."""

    def __init__(self, code: str, options: tuple[str, ...]) -> None:
        assert options == machine.OPTIONS
        self.library = emulator.compile_text(code.replace("#define INFINITY", "#define UNUSED"))

    def get_function(self, kernel: str) -> Any:
        def launch(blocks: Any, threads: Any, arguments: tuple[Any, ...]) -> None:
            assert all(type(value) in (GPUArray, np.int32) for value in arguments)
            plain = [value._near if isinstance(value, GPUArray) else int(value) for value in arguments]
            emulator.run(self.library, kernel, blocks, threads, plain)

        return launch


class FakeCupy:
    """As much of CuPy as `Device` uses; its arrays refuse to be brought back."""

    ndarray = GPUArray
    RawModule = RawModule
    cuda = SimpleNamespace(Device=lambda: SimpleNamespace(id=0))

    def __getattr__(self, name: str) -> Any:
        return getattr(standin, name)


@pytest.fixture
def device() -> machine.Device:
    return machine.Device(FakeCupy())  # type: ignore[arg-type]


def on_device(value: Any, number: int = 0) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    array = GPUArray(value)
    array.device = SimpleNamespace(id=number)
    return array


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_on_the_way_to_a_gpu(device: machine.Device, name: str) -> None:
    """The launching code for real GPUs: the constants it writes, the arguments; nothing is read back."""
    case = arguments_of(name)
    with machine.using(device):
        results = arrays_in(getattr(gpu, name)(**{key: on_device(value) for key, value in case.items()}))
    for result, expected in zip(results, arrays_in(getattr(naive, name)(**case)), strict=True):
        assert isinstance(result, GPUArray)
        np.testing.assert_allclose(result._near, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", OPERATIONS)
def test_arrays_on_the_wrong_side(device: machine.Device, name: str) -> None:
    case = arguments_of(name)
    with machine.using(device):
        with pytest.raises(
            TypeError, match=r"must be a cupy array .*, not a NumPy array, which the GPU cannot see"
        ):
            getattr(gpu, name)(**case)
        elsewhere = {key: on_device(value, number=1) for key, value in case.items()}
        with pytest.raises(TypeError, match=r"on GPU 0, not on GPU 1: choose it with cupy.cuda.Device\(1\)"):
            getattr(gpu, name)(**elsewhere)
        for key, value in case.items():
            if isinstance(value, np.ndarray):
                lists = {other: on_device(array) for other, array in case.items()} | {key: value.tolist()}
                with pytest.raises(TypeError, match=f"{key} must be .* array.* not list"):
                    getattr(gpu, name)(**lists)


def no_gpu(monkeypatch: pytest.MonkeyPatch, cupy: Any) -> None:
    machine._device.cache_clear()
    monkeypatch.setitem(sys.modules, "cupy", cupy)


class CUDARuntimeError(Exception):
    pass


def cupy_that(get_device_count: Any) -> Any:
    runtime = SimpleNamespace(getDeviceCount=get_device_count, CUDARuntimeError=CUDARuntimeError)
    return SimpleNamespace(cuda=SimpleNamespace(runtime=runtime))


def raise_no_device() -> int:
    raise CUDARuntimeError("cudaErrorNoDevice: no CUDA-capable device is detected")


@pytest.mark.parametrize(
    ("cupy", "message"),
    [
        (None, r"needs CuPy, which cannot be imported here .* pip install 'cs-conv\[gpu\]'"),
        (cupy_that(raise_no_device), "finds no usable GPU .cudaErrorNoDevice: no CUDA-capable device"),
        (cupy_that(lambda: 0), "finds no GPU"),
    ],
)
def test_no_gpu(monkeypatch: pytest.MonkeyPatch, cupy: Any, message: str) -> None:
    no_gpu(monkeypatch, cupy)
    for name in OPERATIONS:
        with pytest.raises(machine.NoGPUError, match=f"{message}(.|\n)*use cs_conv.im2col"):
            getattr(gpu, name)(**arguments_of(name))


def test_dtypes_that_are_not_for_this() -> None:
    with on_cpu():
        for name in OPERATIONS:
            for dtype in (np.float16, np.int32):
                with pytest.raises(
                    TypeError, match=f"holds {np.dtype(dtype)}, but gradients need float32 or"
                ):
                    getattr(gpu, name)(**arguments_of(name, dtype))
        for name in ("conv_forward", "conv_backward"):
            with pytest.raises(TypeError, match="tensor cores would round it to 10 bits"):
                getattr(tensor, name)(**arguments_of(name))


def test_more_than_a_kernel_can_count() -> None:
    one = np.float32(1)
    x, w, b = (
        np.broadcast_to(one, (2**13, 64, 64, 64)),
        np.broadcast_to(one, (1, 64, 1, 1)),
        np.ones(1, np.float32),
    )
    with on_cpu():
        with pytest.raises(
            ValueError, match=f"are {2**31} numbers, more than .* compute fewer images at a time"
        ):
            gpu.conv_forward(x, w, b)
        with pytest.raises(ValueError, match="compute fewer images at a time"):
            gpu.max_pool_forward(x, 2, 2)
        with pytest.raises(ValueError, match=f"are {2**31} numbers, more than .* fewer filters at a time"):
            gpu.conv_forward(x[:1], np.broadcast_to(one, (2**13, 64, 64, 64)), np.ones(2**13, np.float32))
        x, w = np.broadcast_to(one, (1, 64, 1024, 1024)), np.broadcast_to(one, (1, 64, 7, 7))
        with pytest.raises(
            ValueError, match=r"the columns of one image, 3136 x 1048576, .* use cs_conv.gpu.tiled"
        ):
            columns.conv_forward(x, w, b, pad=3)
