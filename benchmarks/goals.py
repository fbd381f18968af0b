"""Layers that have a goal: how many times PyTorch's time they may take, forward and backward together.

The goal of a group holds for the geometric mean over its shapes; no shape may take more than SPREAD times as
much. Shapes are those of networks that the course tells of, and of those that it trains.
"""

from __future__ import annotations

from benchmarks.workloads import Workload

SPREAD = 1.25

GOALS = {
    "dense 3x3": 1.3,
    "grouped 3x3": 1.1,
    "depthwise 3x3": 1.6,
    "depthwise 3x3, stride 2": 1.9,
    "1x1": 0.85,
    "locally connected": 1.0,
    "batch norm": 0.95,
    "local response norm": 0.2,
    "global average pooling": 0.6,
    "softmax loss": 0.7,
    "dropout": 0.3,
    "2x2 max pooling backward": 1.25,
}


def _conv(goal: str, N: int, C: int, H: int, K: int, F: int = 3, **more: object) -> Workload:
    stride = f"/{more['stride']}" if "stride" in more else ""
    short = {"dense 3x3": "dense", "grouped 3x3": "grouped", "1x1": "1x1"}.get(goal, goal.split(" ")[0])
    name, pad = f"{short} {C}@{H}{stride}", F // 2
    if "stride" in more:  # the rows that no window reaches at an even size: PyTorch's layer has them, too
        more["pad"] = ((1, 0), (1, 0))
    return Workload(name, "conv", N, C, H, H, K, (F, F), goal=goal, **{"pad": pad} | more)  # type: ignore[arg-type]


def _depthwise(N: int, C: int, H: int) -> Workload:
    return _conv("depthwise 3x3", N, C, H, C, groups=C)


def _depthwise_stride_2(N: int, C: int, H: int) -> Workload:
    return _conv("depthwise 3x3, stride 2", N, C, H, C, groups=C, stride=2)


def _local(N: int, C: int, H: int, K: int) -> Workload:
    goal = "locally connected"
    return Workload(f"local {C}@{H}", "locally_connected", N, C, H, H, K, (3, 3), pad=1, goal=goal)


def _plain(goal: str, kind: str, N: int, C: int, H: int = 1, **more: object) -> Workload:
    short = {"local response norm": "LRN", "global average pooling": "mean"}.get(goal, goal.split(",")[0])
    name = f"{short} {C}" + (f"@{H}" if H > 1 else "")
    return Workload(name, kind, N, C, H, H, 0, (0, 0), goal=goal, **more)  # type: ignore[arg-type]


def _max_pool(N: int, C: int, H: int) -> Workload:
    goal, ways = "2x2 max pooling backward", ("backward",)
    return Workload(f"max {C}@{H}", "max_pool", N, C, H, H, 0, (2, 2), stride=2, goal=goal, directions=ways)


_NORM, _LRN = ("batch norm", "batch_norm"), ("local response norm", "local_response_norm")
_MEAN, _LOSS = ("global average pooling", "global_average_pool"), ("softmax loss", "softmax_loss")
_DROP = ("dropout", "dropout")

GOAL_WORKLOADS: tuple[Workload, ...] = (
    #                   N    C    H    K
    _conv("dense 3x3", 64,  16,  28,  16),
    _conv("dense 3x3", 64,  32,  28,  32),
    _conv("dense 3x3", 64,  64,  28,  64),
    _conv("dense 3x3", 64,  16,  14,  32),
    _conv("dense 3x3", 64,  32,  14,  32),
    _conv("dense 3x3", 64,  64,  14,  64),
    _conv("dense 3x3", 64,  32,   7,  64),
    _conv("dense 3x3", 64,  64,   7,  64),
    _conv("grouped 3x3", 8, 128, 56, 128, groups=32),
    _conv("grouped 3x3", 8, 256, 28, 256, groups=32),
    _conv("grouped 3x3", 8, 192, 13, 192, groups=2),
    _conv("grouped 3x3", 8,  96, 27, 256, groups=2),
    _depthwise(8,  32, 112),
    _depthwise(8, 128,  56),
    _depthwise(8, 256,  28),
    _depthwise(8, 512,  14),
    _depthwise(16, 1024, 7),
    _depthwise_stride_2(8,  64, 112),
    _depthwise_stride_2(8, 128,  56),
    _depthwise_stride_2(8, 256,  28),
    _depthwise_stride_2(8, 512,  14),
    _conv("1x1", 16,  64,  56,  256, 1),
    _conv("1x1", 16, 256,  28,   64, 1),
    _conv("1x1", 16, 512,  14,  128, 1),
    _conv("1x1", 64, 512,   7,  512, 1),
    _conv("1x1", 64,  16,  28,   32, 1),
    _local(16, 16, 28, 16),
    _local(16, 32, 14, 32),
    _local(16, 16, 21, 16),
    _local(16, 64,  7, 64),
    _plain(*_NORM, 16,  64, 56),
    _plain(*_NORM, 32, 128, 28),
    _plain(*_NORM, 64, 256, 14),
    _plain(*_NORM, 64,  16, 28),
    _plain(*_NORM, 64,  64,  7),
    _plain(*_LRN,   8,  96, 55),
    _plain(*_LRN,   8, 256, 27),
    _plain(*_LRN,   8, 192, 56),
    _plain(*_MEAN, 32, 512,  7),
    _plain(*_MEAN, 32, 2048, 7),
    _plain(*_MEAN, 32, 1024, 14),
    _plain(*_MEAN, 64,  64,  8),
    _plain(*_LOSS, 128, 10,      directions=("both",)),
    _plain(*_LOSS, 128, 100,     directions=("both",)),
    _plain(*_LOSS, 128, 1000,    directions=("both",)),
    _plain(*_DROP, 128, 4096),
    _plain(*_DROP, 128, 256, 6),
    _plain(*_DROP, 64,  32, 28),
    _max_pool(64, 64, 32),
    _max_pool(4,  64, 112),
    _max_pool(64, 16, 28),
    _max_pool(64, 32, 14),
)  # fmt: skip
