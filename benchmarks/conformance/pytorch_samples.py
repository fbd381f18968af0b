"""PyTorch's own sample inputs (`op_db`, of which its tests are made) and random geometry, with gradients.

What is expected is what PyTorch computes on the CPU, forward and by autograd, in float32 and float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from torch.testing._internal.common_methods_invocations import op_db

from benchmarks.conformance import Array, Case, LeftOut, Skipped, Way, ours

RANDOM = 200  # convolutions, poolings and other layers, of random sizes
DTYPES = (torch.float32, torch.float64)


def cases() -> Iterator[Case | Skipped]:
    """Yield the samples of every operation that cs_conv has, then random geometry."""
    for op in op_db:
        name = op.name.removeprefix("nn.functional.")
        if name not in OPERATIONS or op.variant_test_name:
            continue
        for dtype in DTYPES:
            for number, sample in enumerate(op.sample_inputs("cpu", dtype, requires_grad=True)):
                title = f"sample {number}, {str(dtype).removeprefix('torch.')}"
                yield _case(name, title, op.op, sample.input, sample.args, sample.kwargs)
    rng = np.random.default_rng(0)
    for number in range(RANDOM):
        for dtype in DTYPES:
            yield _random_convolution(rng, f"random {number}", dtype)
            yield _random_pooling(rng, f"random {number}", dtype, number % 3)
            yield from _random_units(rng, f"random {number}", dtype)


def _case(
    name: str, title: str, op: Callable[..., Any], x: Any, args: Any, kwargs: dict[str, Any]
) -> Case | Skipped:
    try:
        given = [argument for argument in (x, *args, *kwargs.values()) if torch.is_tensor(argument)]
        if any(tensor.requires_grad and not tensor.is_leaf for tensor in given):
            raise LeftOut("tensors that are made of others")
        ways, wanted = OPERATIONS[name](x, *args, **kwargs)
        out = op(x, *args, **kwargs)
    except LeftOut as why:
        return Skipped(name, title, str(why))
    return _expected(name, title, ways, out, wanted)


def _expected(name: str, title: str, ways: dict[str, Way], out: Any, wanted: list[Any]) -> Case:
    """A case whose expected results are `out` and the gradients of these tensors."""
    generator = torch.Generator().manual_seed(0)
    dout = torch.randn(out.shape, generator=generator, dtype=out.dtype) if out.ndim else torch.ones_like(out)
    gradients = torch.autograd.grad(out, wanted, dout)
    expected = [tensor.detach().numpy() for tensor in (out, *gradients)]
    return Case(name, title, ways, expected, dout.numpy())


def _array(tensor: Any) -> Array:
    array: Array = tensor.detach().numpy()
    return array


def _pair(value: Any) -> ours.Pair:
    return (value, value) if isinstance(value, int) else (value[0], value[-1])


def _sides(pad: Any) -> ours.Sides:
    vertical, horizontal = _pair(pad)
    return (vertical, vertical), (horizontal, horizontal)


def _images(x: Any) -> Array:
    if x.ndim != 4:
        raise LeftOut("one image without an axis for images")
    return _array(x)


def _conv2d(
    x: Any, w: Any, b: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> tuple[dict[str, Way], list[Any]]:
    if padding == "valid":
        padding = 0
    elif padding == "same":
        padding = tuple(d * (f - 1) // 2 for d, f in zip(_pair(dilation), w.shape[2:], strict=True))
        if any(d * (f - 1) % 2 for d, f in zip(_pair(dilation), w.shape[2:], strict=True)):
            raise LeftOut("'same' with an even window")
    wanted = [x, w] if b is None else [x, w, b]
    b = torch.zeros(len(w), dtype=x.dtype) if b is None else b
    ways = ours.convolution(
        _images(x), _array(w), _array(b), _pair(stride), _sides(padding), _pair(dilation), groups
    )
    return {name: _only(way, 1 + len(wanted)) for name, way in ways.items()}, wanted


def _only(way: Way, count: int) -> Way:
    """The same way, but for the gradients that nobody asks for."""
    return lambda dout: way(dout)[:count]


def _max_pool2d(
    x: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> tuple[dict[str, Way], list[Any]]:  # fmt: skip
    if ceil_mode or return_indices or _pair(dilation) != (1, 1):
        raise LeftOut("sizes rounded up, indices, or dilation")
    size = _pair(kernel_size)
    stride = size if stride is None else _pair(stride)
    return ours.pooling("max", _images(x), size, stride, _sides(padding)), [x]


def _avg_pool2d(
    x: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> tuple[dict[str, Way], list[Any]]:  # fmt: skip
    if ceil_mode or divisor_override or not count_include_pad:
        raise LeftOut("sizes rounded up, or another divisor")
    size = _pair(kernel_size)
    stride = _pair(stride) if stride else size
    return ours.pooling("average", _images(x), size, stride, _sides(padding)), [x]


def _adaptive_avg_pool2d(x: Any, output_size: Any) -> tuple[dict[str, Way], list[Any]]:
    if output_size not in (1, (1, 1)):
        raise LeftOut("means of parts of a channel")
    return ours.global_average_pool(_images(x)), [x]


def _batch_norm(
    x: Any, mean: Any, var: Any, weight: Any = None, bias: Any = None, training: bool = False,
    momentum: float = 0.1, eps: float = 1e-5,
) -> tuple[dict[str, Way], list[Any]]:  # fmt: skip
    if x.ndim < 2:
        raise LeftOut("no channels")
    gamma, beta, wanted = _affine(x, weight, bias)
    moments = None if training else (_array(mean), _array(var))
    ways = ours.batch_norm(_array(x), gamma, beta, eps, moments)
    return {name: _only(way, 1 + len(wanted)) for name, way in ways.items()}, wanted


def _group_norm(
    x: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> tuple[dict[str, Way], list[Any]]:
    gamma, beta, wanted = _affine(x, weight, bias)
    ways = ours.group_norm(_array(x), gamma, beta, num_groups, eps)
    return {name: _only(way, 1 + len(wanted)) for name, way in ways.items()}, wanted


def _affine(x: Any, weight: Any, bias: Any) -> tuple[Array, Array, list[Any]]:
    """Gamma, beta, and the tensors whose gradients can be asked for."""
    C = x.shape[1]
    wanted = [x, *(tensor for tensor in (weight, bias) if tensor is not None)]
    if weight is None and bias is not None:
        raise LeftOut("beta without gamma")
    weight = torch.ones(C, dtype=x.dtype) if weight is None else weight
    bias = torch.zeros(C, dtype=x.dtype) if bias is None else bias
    return _array(weight), _array(bias), wanted


def _local_response_norm(
    x: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> tuple[dict[str, Way], list[Any]]:
    return ours.local_response_norm(_array(x), size, alpha, beta, k), [x]


def _cross_entropy(scores: Any, labels: Any, **options: Any) -> tuple[dict[str, Way], list[Any]]:
    options = {name: value for name, value in options.items() if value is not None}
    if options.pop("reduction", "mean") != "mean" or options or scores.ndim != 2:
        raise LeftOut("a loss with weights or smoothing, of pixels, or not the mean")
    if labels.is_floating_point():
        raise LeftOut("probabilities for labels")
    return ours.softmax(_array(scores), _array(labels)), [scores]


OPERATIONS: dict[str, Callable[..., tuple[dict[str, Way], list[Any]]]] = {
    "conv2d": _conv2d,
    "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d,
    "adaptive_avg_pool2d": _adaptive_avg_pool2d,
    "batch_norm": _batch_norm,
    "group_norm": _group_norm,
    "local_response_norm": _local_response_norm,
    "cross_entropy": _cross_entropy,
}


def _random_convolution(rng: np.random.Generator, title: str, dtype: Any) -> Case | Skipped:
    """Uneven sizes, strides, pads, dilations and groups, padded by hand where the two ends differ.

    Some are depthwise, some have 1x1 filters, and some have many channels, which have variants of their own.
    """
    groups = int(rng.integers(1, 4))
    (N, seen, part), (FH, FW), stride, dilation = (
        rng.integers(1, high, size=size).tolist() for high, size in ((4, 3), (4, 2), (4, 2), (3, 2))
    )
    kind = rng.choice(["any", "any", "depthwise", "1x1", "wide"])
    if kind == "depthwise":
        groups, seen, part = groups * 2, 1, 1
    elif kind == "1x1":
        FH, FW = 1, 1
    elif kind == "wide":
        N, groups, seen, part, (FH, FW), stride = 1, 1, 32, 32, (3, 3), [1, 1]
    pad = tuple(map(tuple, rng.integers(0, 3, size=(2, 2)).tolist()))
    pad = ((0, 0), (0, 0)) if kind == "1x1" else pad
    H, W = rng.integers(1, 12, size=2).tolist()
    x, w, b = (
        torch.from_numpy(rng.standard_normal(shape)).to(dtype).requires_grad_()
        for shape in ((N, seen * groups, H, W), (part * groups, seen, FH, FW), (part * groups,))
    )
    try:
        ways = ours.convolution(_array(x), _array(w), _array(b), tuple(stride), pad, tuple(dilation), groups)
    except LeftOut as why:
        return Skipped("conv2d", title, str(why))
    (top, bottom), (left, right) = pad
    padded = functional.pad(x, (left, right, top, bottom))
    out = functional.conv2d(padded, w, b, stride, 0, dilation, groups)
    return _expected("conv2d", title, ways, out, [x, w, b])


def _random_pooling(rng: np.random.Generator, title: str, dtype: Any, which: int) -> Case | Skipped:
    kind = ("max", "average", "l2")[which]
    name = {"max": "max_pool2d", "average": "avg_pool2d", "l2": "lp_pool2d"}[kind]
    size, stride = (tuple(rng.integers(1, 4, size=2).tolist()) for _ in range(2))
    (top, bottom), (left, right) = pad = tuple(
        tuple(rng.integers(0, window, size=2).tolist()) for window in size
    )
    N, C, H, W = rng.integers(1, (4, 4, 12, 12)).tolist()
    x = torch.from_numpy(rng.standard_normal((N, C, H, W))).to(dtype).requires_grad_()
    try:
        ways = ours.pooling(kind, _array(x), size, stride, pad)
    except LeftOut as why:
        return Skipped(name, title, str(why))
    padded = functional.pad(x, (left, right, top, bottom), value=-torch.inf if kind == "max" else 0.0)
    if kind == "l2":
        squares = functional.avg_pool2d(padded**2, size, stride) * (size[0] * size[1])
        if not bool((squares > 0).all()):
            return Skipped(name, title, "the norm of zeros, whose gradient PyTorch calls NaN")
        out = squares.sqrt()
    else:
        out = getattr(functional, name)(padded, size, stride)
    return _expected(name, title, ways, out, [x])


def _random_units(rng: np.random.Generator, title: str, dtype: Any) -> Iterator[Case | Skipped]:
    """What is computed for each channel or image, on images of random sizes."""
    N, part, groups, H, W = rng.integers((1, 1, 1, 2, 1), (4, 4, 4, 9, 9)).tolist()
    C = part * groups

    def draw(*shape: int) -> Any:
        return torch.from_numpy(rng.standard_normal(shape)).to(dtype).requires_grad_()

    x, gamma, beta = draw(N, C, H, W), draw(C), draw(C)
    mean, var = draw(C).detach(), draw(C).detach() ** 2
    size = int(rng.choice([1, 3, 5, 7]))
    yield _case("adaptive_avg_pool2d", title, functional.adaptive_avg_pool2d, x, (1,), {})
    yield _case("group_norm", title, functional.group_norm, x, (groups, gamma, beta), {})
    yield _case("local_response_norm", title, functional.local_response_norm, x, (size, 0.3, 0.75, 2.0), {})
    for training in (False, True):
        moments = (mean.clone(), var.clone())  # PyTorch moves them in training
        yield _case("batch_norm", title, functional.batch_norm, x, (*moments, gamma, beta, training), {})
    labels = torch.from_numpy(rng.integers(C, size=N))
    yield _case("cross_entropy", title, functional.cross_entropy, draw(N, C), (labels,), {})
