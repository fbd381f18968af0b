"""ONNX Runtime: forward only, as it is used. Filters are constants of its model, which it may rearrange."""

from __future__ import annotations

from typing import Any

import onnxruntime

from benchmarks.peers import Call, Peer, Unsupported
from benchmarks.workloads import Data, Workload


class OnnxRuntime(Peer):
    """A model of one node for each workload."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.version = f"onnxruntime {onnxruntime.__version__}"
        self._sessions: dict[tuple[str, str], Any] = {}

    def _session(self, work: Workload, data: Data) -> Any:
        key = (work.name, data.x.dtype.name)
        if key not in self._sessions:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = self.threads
            options.inter_op_num_threads = 1
            options.log_severity_level = 4
            options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others are timed too
            try:
                self._sessions[key] = onnxruntime.InferenceSession(
                    _model(work, data), options, providers=["CPUExecutionProvider"]
                )
            except Exception as error:
                if "NOT_IMPLEMENTED" not in str(error):
                    raise
                raise Unsupported(f"no {work.kind} in {data.x.dtype}") from None
        return self._sessions[key]

    def forward(self, work: Workload, data: Data) -> Call:
        session = self._session(work, data)
        return Call(lambda _: session.run(None, {"x": data.x}))

    def backward(self, work: Workload, data: Data) -> Call:
        raise Unsupported("forward only")


def _model(work: Workload, data: Data) -> bytes:
    try:
        from onnx import helper, numpy_helper
    except ImportError:
        raise Unsupported("needs the package onnx to write its model") from None
    operators = {"conv": "Conv", "max_pool": "MaxPool", "average_pool": "AveragePool", "l2_pool": "LpPool"}
    (top, bottom), (left, right) = work.sides
    details: dict[str, Any] = {
        "kernel_shape": list(work.size),
        "strides": [work.stride] * 2,
        "pads": [top, left, bottom, right],
    }
    if work.kind == "conv":
        details["dilations"] = [work.dilation] * 2
    if work.kind == "average_pool":
        details["count_include_pad"] = 1
    filters = {"w": data.w, "b": data.b} if work.kind == "conv" else {}
    number = helper.np_dtype_to_tensor_dtype(data.x.dtype)
    node = helper.make_node(operators[work.kind], ["x", *filters], ["out"], **details)
    graph = helper.make_graph(
        [node],
        "layer",
        [helper.make_tensor_value_info("x", number, data.x.shape)],
        [helper.make_tensor_value_info("out", number, work.out_shape)],
        [numpy_helper.from_array(array, name) for name, array in filters.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(model.SerializeToString())
