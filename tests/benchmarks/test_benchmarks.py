"""The benchmark's parts: workloads that compute, peers that agree, rows that say what they should."""

import importlib.util
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks import machine, measure, peers, report
from benchmarks.__main__ import main
from benchmarks.goals import GOAL_WORKLOADS, GOALS
from benchmarks.peers import Unsupported
from benchmarks.worker import SLOWEST, difference
from benchmarks.workloads import DIRECTIONS, WORKLOADS, Data, Workload, chosen
from cs_conv import naive, naive_layers
from cs_conv.layers import softmax_loss

NAMES = [work.name for work in WORKLOADS]
ALL = WORKLOADS + GOAL_WORKLOADS
OURS = peers.ours()


def reference(work: Workload, direction: str) -> list[np.ndarray]:
    """The loops' results, in float64."""
    (data,) = work.data(np.float64)
    if work.goal and work.kind not in ("conv", "max_pool"):
        return goal_reference(work, data, direction)
    forward = getattr(naive, f"{work.kind}_forward")
    backward = getattr(naive, f"{work.kind}_backward")
    if work.kind == "conv":
        where = (work.stride, work.pad, work.dilation, work.groups)
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


def goal_reference(work: Workload, data: Data, direction: str) -> list[np.ndarray]:
    x, w, b, dout = data.x, data.w, data.b, data.dout
    if work.kind == "softmax_loss":
        loss, dscores = softmax_loss(x[:, :, 0, 0], np.arange(work.N) % work.C)
        return [np.array(loss), dscores]
    if work.kind == "dropout":  # as if all were kept
        return [2 * (x if direction == "forward" else dout)]
    if work.kind == "batch_norm":
        out, mean, var = naive_layers.batch_norm_forward(x, w, b)
        backward = naive_layers.batch_norm_backward
        return [out] if direction == "forward" else list(backward(dout, x, w, mean, var))
    if work.kind == "locally_connected":
        where = (work.stride, work.pad, work.dilation)
        if direction == "forward":
            return [naive_layers.locally_connected_forward(x, w, b, *where)]
        return list(naive_layers.locally_connected_backward(dout, x, w, *where))
    if direction == "forward":
        return [getattr(naive_layers, f"{work.kind}_forward")(x)]
    backward = getattr(naive_layers, f"{work.kind}_backward")
    return [backward(dout, x.shape if work.kind == "global_average_pool" else x)]


@pytest.fixture(scope="module")
def expected() -> dict[tuple[str, str], list[np.ndarray]]:
    tiny = [work.tiny() for work in ALL]
    return {(work.name, way): reference(work, way) for work in tiny for way in work.directions}


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
    assert work.tiny().out_shape[2:] == (3 * work.dilation, 3 * work.dilation)
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
    for work in (work.tiny() for work in ALL):
        for way in work.directions:
            try:
                call = peers.prepare(peer, work, way, work.data(dtype)[0])
            except Unsupported:
                continue
            for _ in range(2):  # a second call must not depend on the first
                found = call.arrays(call.run(call.before()))
            assert difference(found, expected[work.name, way]) < measure.CLOSE[dtype], (work.name, way)
            assert all(array.dtype == dtype for array in found) or name == "numpy-ml"
            compared += 1
    assert compared >= 2


def test_a_layer_that_is_left_to_another_variant_is_not_timed() -> None:
    (dense,), (depthwise,) = chosen(["W2"]), chosen(["depthwise 512@14"], among=GOAL_WORKLOADS)
    peer = peers.load("depthwise", threads=1)
    with pytest.raises(Unsupported, match=r"leaves this layer to cs_conv\.shifted"):
        peer.forward(dense.tiny(), dense.tiny().data(np.float32)[0])
    assert peer.forward(depthwise.tiny(), depthwise.tiny().data(np.float32)[0])


def test_a_difference_is_seen() -> None:
    a = np.ones((2, 3))
    assert difference([a, a], [a, a]) == 0
    assert difference([a, a * 1.5], [a, a]) == 0.5
    assert not difference([a, a * np.nan], [a, a]) < measure.CLOSE["float32"]
    with pytest.raises(ValueError, match="shapes"):
        difference([a.T], [a])


def test_an_environment_holds_threads() -> None:
    assert machine.environment(3)["OPENBLAS_NUM_THREADS"] == "3"


KEYS = {"workload", "operation", "dtype", "threads", "variant", "median_s", "spread", "ratio_to_pytorch",
        "ratio_to_limit", "peak_bytes", "date", "machine", "command"}  # fmt: skip


def found_in(times: dict[str, float]) -> list[dict]:
    """Rows of W1, as if each peer's calls had taken what `times` says, and twice that in the second turn."""
    plan = measure.Plan(
        works=chosen(["W1"]), dtypes=["float32"], peers=list(times), command="cs-conv bench --workload W1"
    )
    found = measure.Found(plan, gemm={"float32": 1e11}, copy=1e10)
    for case in plan.cases:
        for name, seconds in times.items():
            found.turns[case, name] = {(0, 0): seconds, (0, 1): 2 * seconds}
    return found.rows()


def test_rows_say_all_and_ratios_are_of_the_same_turn() -> None:
    rows = found_in({"im2col": 0.002, "PyTorch": 0.004})
    assert len(rows) == 4
    assert all(row.keys() >= KEYS for row in rows)
    assert json.loads(json.dumps(rows)) == rows
    assert [row["operation"] for row in rows] == ["conv_forward"] * 2 + ["conv_backward"] * 2
    assert rows[0]["median_s"] == 0.003
    assert rows[0]["ratio_to_pytorch"] == 0.5
    assert rows[0]["ratio_spread"] == [0.5, 0.5]
    limit = max(rows[0]["operations"] / 1e11, rows[0]["bytes_moved"] / 1e10)
    assert rows[0]["ratio_to_limit"] == pytest.approx(0.003 / limit)


def test_without_pytorch_there_are_times_and_no_ratios() -> None:
    rows = found_in({"im2col": 0.002})
    assert [row["ratio_to_pytorch"] for row in rows] == [None, None]
    assert report.means(rows) == {}
    page = report.markdown(rows)
    assert "PyTorch was not installed: no ratios" in page
    assert "| W1: 64x3x32x32 K=32 3x3 pad 1 | forward | 3.00 |" in page


def test_pages_tables_and_the_plot_are_made_of_rows(tmp_path: Path) -> None:
    rows = found_in({"im2col": 0.002, "PyTorch": 0.004, "SciPy": 1.0})
    assert report.means(rows)["conv"] == pytest.approx({"im2col": 0.5, "PyTorch": 1.0, "SciPy": 250.0})
    assert "3.00 (0.50) | 6.00 | 1500 (250.00)" in report.markdown(rows)
    console = Console(record=True, width=150, file=io.StringIO())
    for table in report.tables(rows):
        console.print(table.printed())
    assert "3.00 (0.50) 0.50-0.50" in console.export_text()
    source, page, plot = tmp_path / "rows.json", tmp_path / "page.md", tmp_path / "roofline.png"
    source.write_text(json.dumps({"rows": rows}))
    assert main(["--from", str(source), "--markdown", str(page), "--plot", str(plot)]) == 0
    assert page.read_text(encoding="utf-8") == report.markdown(rows, "roofline.png")
    for said in ("(roofline.png)", "\n    cs-conv bench --workload W1\n", machine.describe()):
        assert said in page.read_text(encoding="utf-8")
    assert plot.stat().st_size > 10_000


def test_every_goal_has_workloads_and_every_workload_of_theirs_a_goal() -> None:
    assert {work.goal for work in GOAL_WORKLOADS} == set(GOALS)
    assert len({work.name for work in ALL}) == len(ALL)
    for work in GOAL_WORKLOADS:
        assert all(work.operations(way) > 0 and work.moved(way, 4) > 0 for way in work.directions)


def test_goals_are_held_against_mean_and_worst_shape() -> None:
    works = [work for work in GOAL_WORKLOADS if work.goal == "batch norm"][:2]
    plan = measure.Plan(works=works, dtypes=["float32"], peers=["layers", "PyTorch"])
    found = measure.Found(plan, gemm={"float32": 1e11}, copy=1e10)
    for work, ratio in zip(works, (0.5, 2.0), strict=True):
        for way in work.directions:
            found.turns[(work, "float32", way), "layers"] = {(0, 0): ratio}
            found.turns[(work, "float32", way), "PyTorch"] = {(0, 0): 1.0}
    (row,) = report.goals(found.rows())
    assert row["mean"] == pytest.approx(1.0)
    assert (row["goal"], row["limit"], row["shapes"]) == ("batch norm", GOALS["batch norm"], 2)
    assert (row["worst"], row["worst_ratio"]) == (works[1].name, 2.0)
    assert row["worst_limit"] == 1.25 * row["limit"]
    page = report.markdown(found.rows())
    assert f"| batch norm | {works[1].name} | 2 | 1.00 | 0.95 | 2.00 | 1.19 |" in page


def no_limits(found: measure.Found, process: measure.Process) -> None:
    """What measuring the machine leaves, without the time it takes."""
    found.gemm["float32"], found.copy = 1e11, 1e10


def test_the_command_measures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "_limits", no_limits)
    file = tmp_path / "rows.json"
    command = ["--quick", "--workload", "LeNet-1", "--variant", "im2col", "--json", str(file)]
    assert main(command) == 0
    rows = json.loads(file.read_text(encoding="utf-8"))["rows"]
    assert [(row["variant"], row["operation"]) for row in rows] == [
        ("im2col", "conv_forward"),
        ("im2col", "conv_backward"),
    ]
    assert all(row["error"] < 1e-5 and row["median_s"] > 0 and row["turns"] == 6 for row in rows)
    if sys.platform == "linux":
        out_bytes = 64 * 6 * 28 * 28 * 4
        assert all(row["peak_bytes"] > out_bytes // 2 for row in rows)


def test_who_cannot_be_loaded_or_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = measure.Plan(works=chosen(["LeNet-1"]), dtypes=["float32"], peers=["im2col", "nobody"])
    monkeypatch.setattr(measure, "_limits", no_limits)
    monkeypatch.setitem(measure.CLOSE, "float32", 0.0)  # nothing is close enough
    found = measure.Found(plan)
    measure.measure(found)
    assert "No module named 'cs_conv.nobody'" in found.wrong[0]
    assert "im2col is off by" in found.wrong[1]
    assert found.rows() == []


def test_an_interruption_keeps_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "_limits", no_limits)
    take_turns = measure._take_turns

    def first_alone(found: measure.Found, *rest: object) -> None:
        if found.turns:
            raise KeyboardInterrupt  # what Ctrl+C raises, unless a shell has it ignored in the background
        take_turns(found, *rest)

    monkeypatch.setattr(measure, "_take_turns", first_alone)
    file = tmp_path / "rows.json"
    asked = ["--workload", "W3", "--variant", "im2col", "--no-memory", "--json", str(file)]
    assert main(asked) == 0
    assert [row["operation"] for row in json.loads(file.read_text(encoding="utf-8"))["rows"]] == [
        "conv_forward"
    ]


def test_slow_peers_have_fewer_turns_and_the_slowest_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = measure.Plan(
        works=chosen(["W1"]), dtypes=["float32"], peers=["fast", "slow", "once"], slow=["once"]
    )
    found = measure.Found(plan, versions=dict.fromkeys(plan.peers, ""))
    case = plan.cases[0]
    for name, seconds in {"fast": 0.001, "slow": plan.budget / 2, "once": 2 * SLOWEST}.items():
        found.rough[case, name] = seconds

    class Stand:
        def ask(self, do: str, **what: object) -> dict[str, list[float]]:
            return {"seconds": [0.5]}

    for number in range(plan.rounds):
        measure._take_turns(found, dict.fromkeys(plan.peers, Stand()), case, number)
    turns = {name: len(found.turns[case, name]) for name in plan.peers}
    assert turns == {"fast": plan.rounds * plan.turns, "slow": plan.rounds * 2, "once": 1}


def test_cs_conv_forwards_to_it() -> None:
    command = [sys.executable, "-m", "autograder", "bench", "--threads", "999"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "--threads 999: this machine has" in ended.stderr
