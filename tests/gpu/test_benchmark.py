"""The GPU benchmark as far as it goes without one: its rows, its page, its picture, and what it says here."""

import sys
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from benchmarks import gpu, gpu_report
from benchmarks.workloads import DIRECTIONS, WORKLOADS, Data
from cs_conv import naive
from cs_conv.gpu import machine
from cs_conv.gpu.emulator import on_cpu
from tests.library.test_promises import arrays_in

LIMITS = gpu.Limits(4e12, {"float32": 5e13, "tf32": 4e14}, 2e10, 5e10, 2e10)


def record() -> dict[str, Any]:
    work = next(work for work in WORKLOADS if work.name == "W2")
    rows = [
        gpu.row_of(work, way, name, peer, [2e-4, 3e-4, 4e-4], [1e-4, 1e-4, 2e-4], LIMITS)
        for name, peer in (("float32", "tiled"), ("float32", "PyTorch"), ("tf32", "tensor"))
        for way in DIRECTIONS
    ]
    return {"about": {"date": "2026-01-02", "gpu": "a GPU"}, "limits": vars(LIMITS), "rows": rows}


def test_a_row() -> None:
    row = record()["rows"][0]
    assert row["ratio_to_pytorch"] == 2
    assert row["operations"] == 2 * 64 * 64 * 32 * 32 * 64 * 9
    assert row["bandwidth"] * row["median_s"] == pytest.approx(row["bytes_moved"])
    assert row["of_copy"] == pytest.approx(row["bandwidth"] / 4e12)
    assert row["ratio_to_limit"] == pytest.approx(
        3e-4 / max(row["operations"] / 5e13, row["bytes_moved"] / 4e12)
    )


def test_the_page_and_the_picture(tmp_path: Path) -> None:
    page = gpu_report.markdown(record())
    assert "| W2 conv_forward | 64x64x32x32 K=64 3x3 pad 1 | tiled | 0.300 | 2.00 |" in page
    assert "matrix product 400.0 TFLOP/s" in page
    printed = StringIO()
    gpu_report.show(record(), Console(file=printed, width=200))
    assert "W2 conv_backward" in printed.getvalue()
    gpu_report.roofline(record(), tmp_path / "gpu.png")
    assert (tmp_path / "gpu.png").stat().st_size > 10_000


@pytest.mark.parametrize("work", [work.tiny() for work in WORKLOADS], ids=lambda work: work.name)
def test_every_workload_is_what_it_says(work: Any) -> None:
    """Our array code, called as the benchmark calls it, is the specification."""
    data = work.data(np.float64)[0]
    step = gpu.Step("arrays")
    with on_cpu():
        out = arrays_in(step.forward(work, data).run(None))
        back = arrays_in(step.backward(work, data).run(None))
    window = (work.size, work.stride, work.pad)
    if work.kind == "conv":
        layer = (work.stride, work.pad, work.dilation)
        right = [naive.conv_forward(data.x, data.w, data.b, *layer)]
        right_back = arrays_in(naive.conv_backward(data.dout, data.x, data.w, *layer))
    else:
        right = arrays_in(getattr(naive, f"{work.kind}_forward")(data.x, *window))
        arguments = {
            "max_pool": (data.dout, right[-1], data.x.shape),
            "average_pool": (data.dout, data.x.shape),
            "l2_pool": (data.dout, data.x),
        }[work.kind]
        right_back = [getattr(naive, f"{work.kind}_backward")(*arguments, *window)]
    for result, expected in zip(out + back, right + right_back, strict=True):
        np.testing.assert_allclose(result, expected, rtol=1e-10, atol=1e-12)


def test_without_a_gpu_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine._device.cache_clear()
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert gpu.main([]) == 2
    assert "needs CuPy" in capsys.readouterr().err


@pytest.mark.gpu
def test_a_short_run_on_a_gpu() -> None:
    work = next(work for work in WORKLOADS if work.name == "W1")
    rows, limits = gpu.measure([work], ["float32"])
    assert {row["variant"] for row in rows} >= {"arrays", "direct", "columns", "tiled"}
    assert limits.copy > 1e9
    assert isinstance(gpu.fresh_data(gpu.Clock(), work, "float32")[0], Data)
