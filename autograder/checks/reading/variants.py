"""How the variants of a convolution are asked: filters with gaps, groups, filters for each place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cs_conv import naive

from .connected import CONNECTED
from .geometry import Geometry, more
from .layers import Arrays, Layer, Sum

Args = tuple[Any, ...]
Shape = tuple[int, ...]
Opened = tuple[Geometry, Arrays]

USUAL = {"stride": 1, "pad": 0, "dilation": 1}
"""The options of these exercises, with their defaults."""


def _options(g: Geometry, *names: str) -> dict[str, int]:
    """The options of a call, without those that have their default."""
    return {name: getattr(g, name) for name in names if getattr(g, name) != USUAL[name]}


# Filters with gaps

GAPS = (
    Geometry(1, 1, 3, 4, 1, 2, 2, dilation=2),
    Geometry(1, 2, 3, 5, 2, 2, 3, pad=1, dilation=2),
    Geometry(2, 1, 5, 7, 2, 2, 3, stride=2, dilation=2),
    Geometry(1, 2, 5, 5, 1, 3, 2, stride=2, pad=1, dilation=2),
    Geometry(1, 2, 4, 6, 2, 2, 2, stride=2, pad=1, dilation=3),
    Geometry(2, 2, 4, 5, 2, 2, 3),
    Geometry(1, 1, 5, 7, 1, 3, 3, stride=2),
    Geometry(1, 1, 7, 10, 1, 2, 3, stride=3, dilation=3),
    Geometry(3, 1, 2, 3, 2, 1, 1, dilation=2),
    Geometry(1, 3, 1, 7, 1, 1, 3, dilation=2),
)
"""At these every product is read."""


def _with_gaps(g: Geometry, rng: np.random.Generator) -> Geometry:
    """The same with gaps, and mostly with several weights and more pixels, so that there are some."""
    more_pixels = [int(n) for n in rng.integers(1, 7, 2)]
    wide = replace(g, H=g.H + more_pixels[0], W=g.W + more_pixels[1], FH=max(g.FH, int(rng.integers(1, 4))))
    return replace(wide, dilation=int(rng.integers(1, 4)))


SPREAD = (*GAPS, *more(30, _with_gaps))


def _layer(x: Shape, w: Shape, options: Mapping[str, int], groups: int = 1) -> Geometry:
    """The geometry of a layer, from the shapes of its images and filters."""
    (N, C, H, W), (K, _, FH, FW) = x, w
    stride, pad, dilation = (options.get(name, usual) for name, usual in USUAL.items())
    return Geometry(N, C, H, W, K, FH, FW, stride, pad, None, dilation, groups)


def _open_dilated(args: Args, options: Mapping[str, int]) -> Opened:
    x, w, b = args
    return _layer(x.shape, w.shape, options), {"x": x, "w": w, "b": b}


def _open_dilated_dx(args: Args, options: Mapping[str, int]) -> Opened:
    dout, w, x_shape = args
    return _layer(x_shape, w.shape, options), {"dout": dout, "w": w}


# Groups

GROUPED = (
    Geometry(1, 2, 2, 3, 2, 2, 2, groups=2),
    Geometry(2, 4, 3, 3, 2, 2, 2, pad=1, groups=2),
    Geometry(1, 4, 3, 4, 4, 2, 3, groups=2),
    Geometry(1, 6, 3, 5, 3, 3, 3, stride=2, groups=3),
    Geometry(1, 3, 3, 5, 6, 3, 3, stride=2, pad=1, groups=3),
    Geometry(1, 6, 2, 3, 4, 1, 2, groups=2),
    Geometry(1, 2, 3, 3, 2, 2, 2),
    Geometry(1, 3, 4, 2, 3, 2, 2, stride=2, groups=3),
    Geometry(1, 9, 1, 3, 3, 1, 2, groups=3),
    Geometry(1, 3, 1, 3, 9, 1, 2, pad=1, groups=3),
    Geometry(2, 6, 2, 2, 3, 1, 1, groups=3),
)


def _in_groups(g: Geometry, rng: np.random.Generator) -> Geometry:
    groups = int(rng.integers(1, 4))
    return replace(g, C=g.C * groups, K=g.K * groups, groups=groups)


SHARED_OUT = (*GROUPED, *more(30, _in_groups))


def conv_forward(x: Any, w: Any, b: Any, stride: int = 1, pad: int = 0) -> np.ndarray:
    """The right convolution, handed to answers that build on it."""
    x, w, b = (np.asarray(a, np.float64) for a in (x, w, b))
    return naive.conv_forward(x, w, b, stride, pad)


def _open_grouped(args: Args, options: Mapping[str, int]) -> Opened:
    x, w, b, groups, _ = args
    return _layer(x.shape, w.shape, options, groups), {"x": x, "w": w, "b": b}


# Filters for each place

LOCAL = (
    Geometry(1, 1, 2, 3, 1, 2, 2),
    Geometry(1, 1, 3, 4, 2, 2, 2),
    Geometry(2, 2, 3, 2, 2, 2, 1),
    Geometry(1, 2, 3, 5, 1, 1, 3, stride=2),
    Geometry(2, 2, 5, 5, 2, 3, 3, stride=2),
    Geometry(1, 1, 4, 3, 1, 2, 2),
    Geometry(1, 2, 4, 7, 1, 1, 1, stride=3),
    Geometry(1, 1, 2, 8, 2, 2, 2, stride=3),
    Geometry(2, 1, 5, 2, 2, 2, 2),
    Geometry(2, 3, 2, 3, 2, 1, 2),
    Geometry(1, 1, 4, 4, 2, 2, 2),
)
EVERYWHERE = (*LOCAL, *more(30, lambda g, rng: replace(g, pad=0)))


def _open_local(args: Args, options: Mapping[str, int]) -> Opened:
    x, w, b = args
    return _layer(x.shape, w.shape[2:], options), {"x": x, "w[i, j]": w, "b[i, j]": b}


VARIANTS: Mapping[str, Layer] = {
    "dilated_conv": Layer(
        ("x", "w", "b"),
        (Sum("out", "w", "x"), Sum("out", "b")),
        lambda g, arrays: (
            tuple(arrays[name] for name in ("x", "w", "b")),
            _options(g, "stride", "pad", "dilation"),
        ),
        _open_dilated,
        tables=GAPS,
        probes=SPREAD,
    ),
    "dilated_conv_dx": Layer(
        ("dout", "w"),
        (Sum("dx", "dout", "w"),),
        lambda g, arrays: (
            (arrays["dout"], arrays["w"], (g.N, g.C, g.H, g.W)),
            _options(g, "stride", "pad", "dilation"),
        ),
        _open_dilated_dx,
        tables=GAPS,
        probes=SPREAD,
    ),
    "fc_backward": CONNECTED,
    "grouped_conv": Layer(
        ("x", "w", "b"),
        (Sum("out", "w", "x"), Sum("out", "b")),
        lambda g, arrays: (
            (*(arrays[name] for name in ("x", "w", "b")), g.groups, conv_forward),
            _options(g, "stride", "pad"),
        ),
        _open_grouped,
        tables=GROUPED,
        probes=SHARED_OUT,
    ),
    "locally_connected": Layer(
        ("x", "w[i, j]", "b[i, j]"),
        (Sum("out", "w[i, j]", "x"), Sum("out", "b[i, j]")),
        lambda g, arrays: (
            tuple(arrays[name] for name in ("x", "w[i, j]", "b[i, j]")),
            _options(g, "stride"),
        ),
        _open_local,
        tables=LOCAL,
        probes=EVERYWHERE,
    ),
}
"""These exercises, by name."""
