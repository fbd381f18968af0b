"""The benchmark's parts: workloads that compute, peers that agree, rows that say what they should."""

import importlib.util

import numpy as np
import pytest

from benchmarks import machine, measure, peers
from benchmarks.peers import Unsupported
from benchmarks.worker import difference
from benchmarks.workloads import DIRECTIONS, WORKLOADS, Workload, chosen
from cs_conv import naive

NAMES = [work.name for work in WORKLOADS]
OURS = peers.ours()


def reference(work: Workload, direction: str) -> list[np.ndarray]:
    """The loops' results, in float64."""
    (data,) = work.data(np.float64)
    forward = getattr(naive, f"{work.kind}_forward")
    backward = getattr(naive, f"{work.kind}_backward")
    if work.kind == "conv":
        where = (work.stride, work.pad, work.dilation)
        if direction == "forward":
            return [forward(data.x, data.w, data.b, *where)]
        return list(backward(data.dout, data.x, data.w, *where))
    window = (work.size, work.stride, work.pad)
    out = forward(data.x, *window)
    if direction == "forward":
        return [out[0] if work.kind == "max_pool" else out]
    if work.kind == "max_pool":
        return [backward(data.dout, out[1], data.x.shape, *window)]
    return [backward(data.dout, data.x.shape if work.kind == "average_pool" else data.x, *window)]


@pytest.fixture(scope="module")
def expected() -> dict[tuple[str, str], list[np.ndarray]]:
    tiny = [work.tiny() for work in WORKLOADS]
    return {(work.name, way): reference(work, way) for work in tiny for way in DIRECTIONS}


def test_names_are_unique_and_found() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert [work.name for work in chosen(None)] == NAMES
    assert [work.name for work in chosen(["W2", "max*"])] == [
        "W2",
        "max2-32",
        "max3-32",
        "max2-112",
        "max3-112",
    ]
    assert 0 < len(chosen(None, quick=True)) < len(NAMES)
    with pytest.raises(ValueError, match="no workload is named 'W9'; there are W1"):
        chosen(["W9"])


@pytest.mark.parametrize("work", WORKLOADS, ids=NAMES)
def test_workloads_fit_and_are_counted(work: Workload) -> None:
    g = work.geometry
    assert work.out_shape == (work.N, work.K or work.C, g.OH, g.OW)
    assert work.tiny().out_shape[2:] == (3, 3)
    assert all(work.operations(way) > 0 and work.moved(way, 4) > 0 for way in DIRECTIONS)


def test_operations_and_bytes_by_hand() -> None:
    (work,) = chosen(["W1"])
    assert work.operations("forward") == 2 * 64 * 32 * 32 * 32 * 3 * 9
    assert work.operations("backward") == 2 * work.operations("forward")
    x, out, w = 64 * 3 * 32 * 32, 64 * 32 * 32 * 32, 32 * 3 * 9 + 32
    assert work.moved("forward", 4) == 4 * (x + out + w)
    assert work.moved("backward", 8) == 8 * (2 * x + out + 2 * w)


def test_data_are_the_same_on_every_run_and_in_memory_of_their_own() -> None:
    work = chosen(["W3"])[0].tiny()
    first, second = work.data(np.float32, 2)
    assert first.x.dtype == first.w.dtype == np.float32
    np.testing.assert_array_equal(first.x, second.x)
    assert not np.shares_memory(first.x, second.x)
    np.testing.assert_array_equal(first.x, work.data(np.float64)[0].x)


def test_our_variants_are_found() -> None:
    assert OURS[0] == "im2col"
    assert "naive" in OURS
    assert "gpu" not in OURS
    assert "naive" not in peers.chosen(None)
    assert peers.chosen(["naive"]) == ["naive"]
    with pytest.raises(ValueError, match="no variant is named 'fast'"):
        peers.chosen(["fast"])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", [*OURS, *peers.LIBRARIES])
def test_every_peer_computes_what_the_loops_compute(name: str, dtype: str, expected: dict) -> None:
    if name in peers.LIBRARIES and name not in peers.installed():
        assert importlib.util.find_spec(peers.LIBRARIES[name][0]) is None  # absent: it takes no part
        return
    peer = peers.load(name, threads=1)
    compared = 0
    for work in (work.tiny() for work in WORKLOADS):
        for way in DIRECTIONS:
            try:
                call = getattr(peer, way)(work, work.data(dtype)[0])
            except Unsupported:
                continue
            for _ in range(2):  # a second call must not depend on the first
                found = call.arrays(call.run(call.before()))
            assert difference(found, expected[work.name, way]) < measure.CLOSE[dtype], (work.name, way)
            assert all(array.dtype == dtype for array in found) or name == "numpy-ml"
            compared += 1
    assert compared >= 2


def test_a_difference_is_seen() -> None:
    a = np.ones((2, 3))
    assert difference([a, a], [a, a]) == 0
    assert difference([a, a * 1.5], [a, a]) == 0.5
    with pytest.raises(ValueError, match="shapes"):
        difference([a.T], [a])


def test_an_environment_holds_threads() -> None:
    assert machine.environment(3)["OPENBLAS_NUM_THREADS"] == "3"
