"""The ways to compute each operation with cs_conv, for sizes as other libraries take them.

Others round sizes that do not fit down, which leaves the last rows and columns unread. cs_conv refuses them.
Here it is first seen that it does; then the rows and columns that nobody reads are cut off.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks import peers
from benchmarks.conformance import Array, LeftOut, Way
from cs_conv import global_pool, im2col, naive, naive_layers, normalisation
from cs_conv.geometry import window_geometry
from cs_conv.layers import softmax_loss

Pair = tuple[int, int]
Sides = tuple[Pair, Pair]

MODULES = [importlib.import_module(f"cs_conv.{name}") for name in peers.ours()]
CONVOLUTIONS = [module for module in MODULES if hasattr(module, "conv_forward")]


def convolution(
    x: Array, w: Array, b: Array, stride: Pair, pad: Sides, dilation: Pair, groups: int
) -> dict[str, Way]:
    """Images x (N, C, H, W), filters w (K, C / groups, FH, FW), biases b (K,)."""
    fitting, pad = fitted(x, w.shape[2:], stride, pad, dilation)
    options: dict[str, Any] = {"stride": stride, "pad": pad, "dilation": dilation, "groups": groups}

    def way(module: ModuleType) -> Way:
        def compute(dout: Array | None) -> list[Array]:
            out = module.conv_forward(fitting, w, b, **options)
            if dout is None:
                return [out]
            dx, dw, db = module.conv_backward(dout, fitting, w, **options)
            return [out, uncut(dx, x), dw, db]

        return compute

    return {module.__name__: way(module) for module in CONVOLUTIONS}


def pooling(kind: str, x: Array, size: Pair, stride: Pair, pad: Sides) -> dict[str, Way]:
    """Pooling of a kind, "max", "average" (padding counts as zeros) or "l2", over windows of `size`."""
    if max(max(pad[0]) / size[0], max(pad[1]) / size[1]) >= 1:
        raise LeftOut("a pad as large as the window")
    fitting, pad = fitted(x, size, stride, pad, (1, 1))

    def way(module: ModuleType) -> Way:
        def compute(dout: Array | None) -> list[Array]:
            out = getattr(module, f"{kind}_pool_forward")(fitting, size, stride, pad)
            out, *switches = out if kind == "max" else (out,)
            if dout is None:
                return [out]
            seen = {"max": [*switches, fitting.shape], "average": [fitting.shape], "l2": [fitting]}[kind]
            dx = getattr(module, f"{kind}_pool_backward")(dout, *seen, size, stride, pad)
            return [out, uncut(dx, x)]

        return compute

    return {module.__name__: way(module) for module in (naive, im2col)}


def batch_norm(
    x: Array, gamma: Array, beta: Array, eps: float, moments: tuple[Array, Array] | None
) -> dict[str, Way]:
    """Batch normalisation of x (N, C, ...): in training, or in use with these means and variances."""
    if moments is None and len(x) and x.size == x.shape[1]:
        raise LeftOut("one value a channel, in training")

    def way(module: ModuleType) -> Way:
        def compute(dout: Array | None) -> list[Array]:
            images = four_axes(x)
            if moments is None:
                out, mean, var = module.batch_norm_forward(images, gamma, beta, eps)
                backward = module.batch_norm_backward
            else:
                mean, var = moments
                out = module.batch_norm_inference(images, gamma, beta, mean, var, eps)
                backward = module.batch_norm_inference_backward
            out = out.reshape(x.shape)
            if dout is None:
                return [out]
            dx, dgamma, dbeta = backward(four_axes(dout), images, gamma, mean, var, eps)
            return [out, dx.reshape(x.shape), dgamma, dbeta]

        return compute

    return {module.__name__: way(module) for module in (naive_layers, normalisation)}


def group_norm(x: Array, gamma: Array, beta: Array, groups: int, eps: float) -> dict[str, Way]:
    """Group normalisation of x (N, C, ...)."""
    if eps < 0:
        raise LeftOut("a negative eps")

    def way(module: ModuleType) -> Way:
        def compute(dout: Array | None) -> list[Array]:
            images = four_axes(x)
            out, mean, var = module.group_norm_forward(images, gamma, beta, groups, eps)
            if dout is None:
                return [out.reshape(x.shape)]
            dx, dgamma, dbeta = module.group_norm_backward(four_axes(dout), images, gamma, mean, var, eps)
            return [out.reshape(x.shape), dx.reshape(x.shape), dgamma, dbeta]

        return compute

    return {module.__name__: way(module) for module in (naive_layers, normalisation)}


def local_response_norm(x: Array, size: int, alpha: float, beta: float, k: float) -> dict[str, Way]:
    """Local response normalisation of x (N, C, ...); the paper's alpha is alpha / size."""
    if size % 2 == 0:
        raise LeftOut("an even number of neighbours")
    options = {"size": size, "alpha": alpha / size, "beta": beta, "k": k}

    def way(module: ModuleType) -> Way:
        def compute(dout: Array | None) -> list[Array]:
            images = pictures(x)
            out = module.local_response_norm_forward(images, **options).reshape(x.shape)
            if dout is None:
                return [out]
            dx = module.local_response_norm_backward(pictures(dout), images, **options)
            return [out, dx.reshape(x.shape)]

        return compute

    return {module.__name__: way(module) for module in (naive_layers, normalisation)}


def global_average_pool(x: Array) -> dict[str, Way]:
    """The mean of each channel of x (N, C, H, W): (N, C, 1, 1)."""

    def way(module: ModuleType) -> Way:
        def compute(dout: Array | None) -> list[Array]:
            out = module.global_average_pool_forward(x)
            return [out] if dout is None else [out, module.global_average_pool_backward(dout, x.shape)]

        return compute

    return {module.__name__: way(module) for module in (naive_layers, global_pool)}


def softmax(scores: Array, labels: Array) -> dict[str, Way]:
    """The mean loss of scores (N, classes), as an array without axes; dout is 1."""

    def compute(dout: Array | None) -> list[Array]:
        loss, dscores = softmax_loss(scores, labels)
        out = np.asarray(loss, scores.dtype)
        return [out] if dout is None else [out, dscores]

    return {"cs_conv.layers": compute}


def fitted(x: Array, size: Pair, stride: Pair, pad: Sides, dilation: Pair) -> tuple[Array, Sides]:
    """Return images and pad without the last rows and columns, if no window reads them."""
    if x.ndim != 4:
        raise LeftOut(f"{x.ndim - 2} axes for pixels")
    cut: list[Pair] = []
    for pixels, window, step, (before, after), spread in zip(
        x.shape[2:], size, stride, pad, dilation, strict=True
    ):
        span = before + pixels + after - spread * (window - 1) - 1
        if span < 0:
            raise LeftOut("a window that is larger than the image")
        rest = span % step
        cut.append((min(rest, after), max(0, rest - after)))  # of the pad, of the image
    if any(of_pad or of_image for of_pad, of_image in cut):
        try:
            window_geometry(x.shape, size, stride, pad, dilation)
        except ValueError:
            pass
        else:
            raise AssertionError(f"sizes that do not fit are accepted: {x.shape}, {size}, {stride}, {pad}")
    (top, bottom), (left, right) = pad
    H, W = x.shape[2] - cut[0][1], x.shape[3] - cut[1][1]
    if H < 1 or W < 1:
        raise LeftOut("windows that see nothing but padding")
    return x[:, :, :H, :W], ((top, bottom - cut[0][0]), (left, right - cut[1][0]))


def uncut(dx: Array, x: Array) -> Array:
    """The gradient of the whole images: 0 for the pixels that were cut off."""
    missing = [(0, whole - part) for whole, part in zip(x.shape, dx.shape, strict=True)]
    return np.pad(dx, missing)


def four_axes(x: Array) -> Array:
    """Values (N, C) as they are; anything with pixels as images of one column, (N, C, pixels, 1)."""
    if x.ndim == 2:
        return x
    if x.ndim < 2:
        raise LeftOut("no channels")
    return x.reshape(*x.shape[:2], int(np.prod(x.shape[2:])), 1)


def pictures(x: Array) -> Array:
    """As four_axes, with values (N, C) as images of one pixel."""
    return x[:, :, None, None] if x.ndim == 2 else four_axes(x)
