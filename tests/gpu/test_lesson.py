"""What notebook 08 stands on: threads in plain Python, kernels of one's own, pictures, the record."""

import sys
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from cs_conv.gpu import machine, playground, record
from cs_conv.pictures.threads import show_owners, show_tiles
from cs_conv.threads import BarrierError, launch


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    machine._device.cache_clear()
    monkeypatch.setitem(sys.modules, "cupy", None)


# Threads


def test_every_thread_runs_once() -> None:
    seen: list[tuple[object, object]] = []
    launch(lambda block, thread: seen.append((block, thread)), 2, 3)
    assert seen == [(b, t) for b in range(2) for t in range(3)]
    seen.clear()
    launch(lambda block, thread: seen.append((block, thread)), (1, 2), (2, 1))
    assert seen == [((0, b), (t, 0)) for b in range(2) for t in range(2)]
    launch(lambda block, thread: seen.append((block, thread)), 0, 3)
    assert len(seen) == 4


def test_shared_memory_is_a_block_s_own_and_new() -> None:
    before = []

    def kernel(block, thread, close):  # type: ignore[no-untyped-def]
        before.append(close[thread])
        close[thread] = thread
        yield
        assert close.tolist() == [0, 1]

    launch(kernel, 2, 2, close=(2,))
    assert np.isnan(before).all()


def test_a_missing_barrier_shows() -> None:
    got = np.zeros(4)

    def kernel(block, thread, close):  # type: ignore[no-untyped-def]
        close[thread] = thread
        got[thread] = close[3 - thread]

    launch(kernel, 1, 4, close=(4,))
    assert np.isnan(got).tolist() == [True, True, False, False]


def test_a_barrier_that_not_all_meet() -> None:
    def kernel(block, thread):  # type: ignore[no-untyped-def]
        if thread == 2:
            return
        yield

    with pytest.raises(BarrierError, match=r"3 threads of a block wait at a barrier, which 1 never came to"):
        launch(kernel, 1, 4)


def test_blocks_have_a_limit() -> None:
    with pytest.raises(ValueError, match="are 2048, but a block has at most 1024"):
        launch(print, 1, (32, 64))


# Kernels of one's own

SCALE = """
extern "C" __global__ void scale(int n, const float *x, float *out) {
    int t = blockIdx.x * blockDim.x + threadIdx.x;
    if (t < n) out[t] = 2 * x[t];
}
"""


def run(source: str) -> list[float]:
    x, out = np.arange(10, dtype=np.float32), np.zeros(10, np.float32)
    playground.run(source, "scale", 3, 4, [10, x, out])
    return out.tolist()


@pytest.mark.compiler
@pytest.mark.usefixtures("no_gpu")
def test_a_kernel_runs_without_a_gpu() -> None:
    assert playground.where() == "the CPU, through g++"
    assert run(SCALE) == list(range(0, 20, 2))


@pytest.mark.compiler
@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("2 *", "2 **", ValueError, "the compiler does not take this kernel"),
        ("out[t]", "out[t + 5]", RuntimeError, "argument 2: the kernel wrote beside this array"),
        ("out[t]", "out[t + 1000000000LL]", RuntimeError, "touched memory far outside its arrays"),
        ("if (t < n)", "if (t == 1) return; __syncthreads();", RuntimeError, "others never come to it"),
    ],
)
def test_what_goes_wrong_is_told_and_harms_nothing(
    old: str, new: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run(SCALE.replace(old, new))


@pytest.mark.compiler
@pytest.mark.usefixtures("no_gpu")
def test_a_kernel_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playground, "SECONDS", 0.2)
    began = time.monotonic()
    with pytest.raises(RuntimeError, match=r"did not end within 0.2 seconds"):
        run(SCALE.replace("if (t < n)", "for (volatile int i = 0; ; i++) if (t < n)"))
    assert time.monotonic() - began < 30


@pytest.mark.usefixtures("no_gpu")
def test_where_nothing_can_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playground.emulator, "available", lambda: False)
    assert playground.where() == ""
    with pytest.raises(RuntimeError, match="neither a GPU nor a C"):
        run(SCALE)


@pytest.mark.gpu
def test_a_kernel_runs_on_a_gpu() -> None:
    assert playground.where() == "a GPU"
    assert run(SCALE) == list(range(0, 20, 2))


# Pictures and the record


def test_each_output_has_its_thread_and_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plt, "show", lambda: None)
    show_owners(3, 7, threads=8)
    axes = plt.gcf().axes[0]
    assert [text.get_text() for text in axes.texts] == [str(t) for t in range(21)]
    assert len({patch.get_facecolor() for patch in axes.patches}) == 3
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["block 0", "block 1", "block 2 (3 without work)"]
    plt.close("all")


def test_the_tiles_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plt, "show", lambda: None)
    show_tiles(8, 12, 8, 4, (1, 0), 1)
    tiles = [side.patches[-1].get_xy() for side in plt.gcf().axes]
    assert tiles == [(4, 4), (0, 4), (0, 4)]  # column, row
    plt.close("all")


def test_the_record_is_what_the_benchmark_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "FILE", tmp_path / "record.json")
    assert record.recorded() is None
    (tmp_path / "record.json").write_text('{"rows": []}')
    assert record.recorded() == {"rows": []}


def test_how_many_blocks_and_threads_are_whole_numbers_of_python_or_numpy():
    out = np.zeros(6)
    launch(lambda block, thread: out.__setitem__(2 * block + thread, 1), np.prod((3, 1)), np.int32(2))
    assert out.all()
    for blocks in (1.5, 2.0, np.ceil(5 / 2), (1, 2.0), "2"):
        with pytest.raises(
            TypeError, match="blocks must be a whole number, or a tuple of whole numbers, not"
        ):
            launch(lambda block, thread: None, blocks, 2)
    with pytest.raises(TypeError, match="threads must be a whole number"):
        launch(lambda block, thread: None, 2, 64 / 32)
