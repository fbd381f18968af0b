"""ONNX's own test cases: a graph of nodes each, inputs, and the outputs that every back end must give.

Both those of single operators and those that were converted from PyTorch's tests. Forward passes only.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.loader import load_model_tests

from benchmarks.conformance import Array, Case, LeftOut, Skipped, Way, ours

OPERATORS = {
    "AveragePool", "BatchNormalization", "Conv", "GlobalAveragePool", "GroupNormalization", "LRN",
    "LpPool", "MaxPool", "SoftmaxCrossEntropyLoss",
}  # fmt: skip


def cases() -> Iterator[Case | Skipped]:
    """Yield every case whose graph is a single node of an operator that cs_conv has."""
    for name, model, inputs, outputs in _models():
        nodes = [node for node in model.graph.node if node.op_type not in ("Constant", "Identity")]
        if len(nodes) != 1 or nodes[0].op_type not in OPERATORS:
            continue
        (node,) = nodes
        try:
            known = {array.name: numpy_helper.to_array(array) for array in model.graph.initializer}
            names = [value.name for value in model.graph.input if value.name not in known]
            known |= dict(zip(names, inputs, strict=True))
            arguments = [known[name] for name in node.input if name]
            version = next(o.version for o in model.opset_import if not o.domain)
            options = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            if arguments[0].dtype not in (np.float32, np.float64):
                raise LeftOut(f"{arguments[0].dtype}")
            ways = _ways(node.op_type, arguments, options, version)
            yield Case(node.op_type, name, ways, [np.asarray(outputs[0])])
        except LeftOut as why:
            yield Skipped(node.op_type, name, str(why))


def _models() -> Iterator[tuple[str, Any, list[Array], list[Array]]]:
    for case in collect_testcases(None):
        for inputs, outputs in case.data_sets or []:
            yield case.name, case.model, list(inputs), list(outputs)
    for case in load_model_tests(kind="pytorch-converted"):
        folder = Path(case.model_dir)
        model = onnx.load(folder / "model.onnx")
        for data in sorted(folder.glob("test_data_set_*")):
            yield case.name, model, _arrays(data, "input"), _arrays(data, "output")


def _arrays(folder: Path, which: str) -> list[Array]:
    files = [folder / f"{which}_{number}.pb" for number in range(len(list(folder.glob(f"{which}_*.pb"))))]
    return [numpy_helper.to_array(onnx.load_tensor(file)) for file in files]


def _ways(operator: str, arguments: list[Array], options: dict[str, Any], version: int) -> dict[str, Way]:
    x, *others = arguments
    if operator == "Conv":
        w, *bias = others
        b = bias[0] if bias else np.zeros(len(w), w.dtype)
        dilation = _pair(options.get("dilations", [1, 1]))
        groups = options.get("group", 1)
        return ours.convolution(x, w, b, *_window(x, w.shape[2:], options), dilation, groups)
    if operator in ("MaxPool", "AveragePool", "LpPool"):
        return _pooling(operator, x, options)
    if operator == "BatchNormalization":
        gamma, beta, *moments = others
        in_use = not options.get("training_mode", 0)
        eps = options.get("epsilon", 1e-5)
        return ours.batch_norm(x, gamma, beta, eps, (moments[0], moments[1]) if in_use else None)
    if operator == "GroupNormalization":
        if version < 21:
            raise LeftOut("weights of groups, not of channels")
        return ours.group_norm(x, *others, options["num_groups"], options.get("epsilon", 1e-5))
    if operator == "LRN":
        alpha, beta, k = (options.get(*pair) for pair in (("alpha", 1e-4), ("beta", 0.75), ("bias", 1.0)))
        return ours.local_response_norm(x, options["size"], alpha, beta, k)
    if operator == "SoftmaxCrossEntropyLoss":
        if len(others) > 1 or x.ndim != 2 or options.get("reduction", b"mean") != b"mean":
            raise LeftOut("a loss with weights, of pixels, or not the mean")
        if "ignore_index" in options:
            raise LeftOut("a loss that leaves out a class")
        return ours.softmax(x, others[0])
    return ours.global_average_pool(x)


def _pooling(operator: str, x: Array, options: dict[str, Any]) -> dict[str, Way]:
    size = _pair(options["kernel_shape"])
    if options.get("ceil_mode", 0):
        raise LeftOut("sizes rounded up")
    if set(options.get("dilations", [1])) != {1}:
        raise LeftOut("pooling with dilation")
    stride, pad = _window(x, size, options)
    if operator == "AveragePool" and np.any(pad) and not options.get("count_include_pad", 0):
        raise LeftOut("averages that do not count the padding")
    if operator == "LpPool" and options.get("p", 2) != 2:
        raise LeftOut("norms but the second")
    return ours.pooling(
        {"MaxPool": "max", "AveragePool": "average", "LpPool": "l2"}[operator], x, size, stride, pad
    )


def _window(x: Array, size: tuple[int, ...], options: dict[str, Any]) -> tuple[ours.Pair, ours.Sides]:
    """Stride and pad of a node; its auto_pad says on which side an odd pixel of padding goes."""
    if x.ndim != 4:
        raise LeftOut(f"{x.ndim - 2} axes for pixels")
    stride = _pair(options.get("strides", [1, 1]))
    top, left, bottom, right = options.get("pads", [0, 0, 0, 0])
    how = options.get("auto_pad", b"NOTSET")
    if not how.startswith(b"SAME"):
        return stride, ((top, bottom), (left, right))
    sides = []
    for pixels, window, step, spread in zip(
        x.shape[2:], size, stride, options.get("dilations", [1, 1]), strict=True
    ):
        total = max(0, (-(-pixels // step) - 1) * step + spread * (window - 1) + 1 - pixels)
        less, more = total // 2, total - total // 2
        sides.append((less, more) if how == b"SAME_UPPER" else (more, less))
    return stride, (sides[0], sides[1])


def _pair(values: list[int]) -> ours.Pair:
    if len(values) != 2:
        raise LeftOut(f"{len(values)} axes for pixels")
    return values[0], values[1]
