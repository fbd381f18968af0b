"""The emulator finds what goes wrong in kernels: a test of kernels is worth no more than this."""

from typing import Any

import numpy as np
import pytest

from cs_conv.gpu.emulator import BarrierError, compile_text, run

REVERSE = """
extern "C" __global__ void reverse(int n, const float *x, float *out) {
    __shared__ float close[64];
    int t = threadIdx.x, base = blockIdx.x * blockDim.x;
    close[t] = x[base + t];
    __syncthreads();
    out[base + t] = close[blockDim.x - 1 - t];
}
"""


def run_text(text: str, *arguments: Any, blocks: int = 2, threads: int = 64, backwards: bool = False) -> None:
    run(compile_text(text), "reverse", (blocks, 1, 1), (threads, 1, 1), arguments, backwards)


def example() -> tuple[Any, Any]:
    return np.arange(128, dtype=np.float32), np.zeros(128, np.float32)


@pytest.mark.parametrize("backwards", [False, True])
def test_a_right_kernel(backwards: bool) -> None:
    x, out = example()
    run_text(REVERSE, 128, x, out, backwards=backwards)
    np.testing.assert_array_equal(out, x.reshape(2, 64)[:, ::-1].ravel())


@pytest.mark.parametrize("backwards", [False, True])
def test_a_missing_barrier_shows(backwards: bool) -> None:
    x, out = example()
    run_text(REVERSE.replace("__syncthreads();", ""), 128, x, out, backwards=backwards)
    assert np.isnan(out).sum() == 64  # in each block, half of the threads read what nobody has written


def test_a_missing_second_barrier_shows() -> None:
    text = REVERSE.replace("out[base + t] = ", "for (int i = 0; i < 2; i++) { out[base + t] = ").replace(
        "- t];", "- t]; close[t] = 7; /**/ }"
    )
    x, out = example()
    run_text(text.replace("/**/", ""), 128, x, out)
    assert (out == 7).sum() > 0
    run_text(text.replace("close[t] = 7;", "__syncthreads(); close[t] = 7; __syncthreads();"), 128, x, out)
    assert (out == 7).all()


def test_a_barrier_that_not_all_meet() -> None:
    text = REVERSE.replace("__syncthreads();", "if (t == 5) return; __syncthreads();")
    with pytest.raises(BarrierError, match="reverse: some threads of a block wait"):
        run_text(text, 128, *example())
    x, out = example()
    run_text(REVERSE, 128, x, out)  # and the next one runs
    assert out[0] == 63


def test_writing_beside_an_array() -> None:
    x, out = example()
    with pytest.raises(IndexError, match=r"argument 2: the kernel wrote beside this array.*\(120,\)"):
        run_text(REVERSE, 128, x, out[:120])


def test_reading_beside_an_array_gives_nan() -> None:
    x, out = example()
    run_text(REVERSE, 128, x[:120], out)
    assert np.isnan(out).sum() == 8


def test_the_compiler_s_words() -> None:
    with pytest.raises(ValueError, match=r"the compiler does not take this kernel:(.|\n)*nothing"):
        compile_text(REVERSE.replace("x[base + t]", "nothing"))


def test_three_dimensions() -> None:
    text = """
    extern "C" __global__ void where(int *out) {
        int t = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
        int b = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
        out[b * blockDim.x * blockDim.y * blockDim.z + t] = b * 1000 + t;
    }"""
    out = np.zeros(24 * 6, np.int32)
    run(compile_text(text), "where", (3, 2, 1), (2, 3, 4), [out])
    np.testing.assert_array_equal(out, [b * 1000 + t for b in range(6) for t in range(24)])
