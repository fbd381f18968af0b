"""PyTorch on the CPU, in its default layout and in channels last.

Backward is timed without the forward pass: the graph is made beforehand and kept, and `torch.autograd.grad`
walks it anew in each call. Max pooling forward returns the indices of the maxima too, as ours does.
In channels last, images and gradients are in that layout before the clock starts.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from benchmarks.peers import Call, Peer, Unsupported, everything_kept, labels_of
from benchmarks.workloads import Array, Data, Workload


def even_pad(work: Workload) -> tuple[int, int]:
    """The padding for a library that pads both sides alike and leaves out what no window reaches.

    Raises Unsupported where that is another layer.
    """
    sizes = zip((work.H, work.W), work.size, work.sides, work.out_shape[2:], strict=True)
    for size, window, (before, after), outputs in sizes:
        reached = (size + 2 * before - work.dilation * (window - 1) - 1) // work.stride + 1
        if after > before or reached != outputs:
            raise Unsupported(f"pads both sides alike, not {before} and {after}")
    return work.sides[0][0], work.sides[1][0]


class PyTorch(Peer):
    """The default layout, (N, C, H, W) in memory as ours."""

    goals = True
    layout = torch.contiguous_format

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        torch.set_num_threads(threads)
        self.version = f"torch {torch.__version__}"

    def _tensor(self, array: Any) -> torch.Tensor:
        tensor = torch.from_numpy(array)
        return tensor.contiguous(memory_format=self.layout) if tensor.ndim == 4 else tensor

    def _layer(self, work: Workload, x: Any, w: Any, b: Any) -> Any:
        if work.kind == "batch_norm":
            return functional.batch_norm(x, None, None, w, b, training=True)
        if work.kind == "local_response_norm":
            return functional.local_response_norm(x, 5, 5 * 1e-4, 0.75, 2.0)  # divides alpha by the size
        if work.kind == "global_average_pool":
            return functional.adaptive_avg_pool2d(x, 1)
        if work.kind == "dropout":
            return functional.dropout(x, 0.5)
        pad = even_pad(work)
        if work.kind == "locally_connected":
            return _locally_connected(work, x, w, b, pad)
        if work.kind == "conv":
            return functional.conv2d(x, w, b, work.stride, pad, work.dilation, work.groups)
        if work.kind == "max_pool":
            return functional.max_pool2d(x, work.size, work.stride, pad, return_indices=True)
        if work.kind == "average_pool":
            return functional.avg_pool2d(x, work.size, work.stride, pad)
        if work.kind != "l2_pool" or pad != (0, 0):
            raise Unsupported("L2 pooling without padding only")
        return functional.lp_pool2d(x, 2.0, work.size, work.stride)

    def forward(self, work: Workload, data: Data) -> Call:
        x, w, b = (self._tensor(array) for array in (data.x, data.w, data.b))

        def run(_: None) -> Any:
            with torch.no_grad():
                return self._layer(work, x, w, b)

        def arrays(found: Any) -> list[Array]:
            out: Array = (found[0] if work.kind == "max_pool" else found).numpy()
            return [everything_kept(data.x, out) if work.kind == "dropout" else out]

        return Call(run, arrays=arrays)

    def backward(self, work: Workload, data: Data) -> Call:
        x, w, b, dout = (self._tensor(array) for array in (data.x, data.w, data.b, data.dout))
        wanted = [t.requires_grad_() for t in ((x, w, b) if w.numel() else (x,))]
        out = self._layer(work, x, w, b)
        out = out[0] if work.kind == "max_pool" else out

        def arrays(grads: Any) -> list[Array]:
            found = [grad.numpy() for grad in grads]
            return [everything_kept(data.dout, found[0])] if work.kind == "dropout" else found

        return Call(lambda _: torch.autograd.grad(out, wanted, dout, retain_graph=True), arrays=arrays)

    def both(self, work: Workload, data: Data) -> Call:
        scores = self._tensor(data.x)[:, :, 0, 0].contiguous().requires_grad_()
        labels = torch.from_numpy(labels_of(data))

        def run(_: None) -> Any:
            loss = functional.cross_entropy(scores, labels)
            return loss, *torch.autograd.grad(loss, scores)

        return Call(run, arrays=lambda found: [tensor.detach().numpy() for tensor in found])


def _locally_connected(work: Workload, x: Any, w: Any, b: Any, pad: tuple[int, int]) -> Any:
    """PyTorch has no such layer; this is how its users write one: unfold, and a product for each place."""
    N, K, OH, OW = work.out_shape
    windows = functional.unfold(x, work.size, work.dilation, pad, work.stride)  # (N, C FH FW, OH OW)
    filters = w.reshape(OH * OW, K, -1)
    out = torch.matmul(filters, windows.permute(2, 1, 0))  # (OH OW, K, N)
    return (out + b.reshape(OH * OW, K, 1)).permute(2, 1, 0).reshape(N, K, OH, OW)


class ChannelsLast(PyTorch):
    """Channels beside each other in memory: (N, H, W, C)."""

    layout = torch.channels_last
