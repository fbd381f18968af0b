"""What hypothesis draws of networks: layers and blocks that fit, with the shapes that leave them."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from cs_conv.layers import (
    AveragePool,
    BatchNorm,
    Concatenate,
    Conv,
    Dropout,
    GroupNorm,
    Layer,
    LocallyConnected,
    LocalResponseNorm,
    MaxPool,
    ReLU,
    Row,
    Subsample,
    Sum,
    every_layer,
)
from cs_conv.network import Network

Sizes = tuple[int, int, int]
WINDOWED = ("conv", "depthwise", "local", "max", "average")
POINTWISE = ("relu", "batch", "group", "response", "dropout")


@st.composite
def rows(draw: st.DrawFn, shape: Sizes, depth: int = 2, most: int = 3) -> list[Layer]:
    """Up to `most` layers for images of `shape`, blocks among them, blocks inside blocks up to `depth`."""
    layers: list[Layer] = []
    for _ in range(draw(st.integers(0, most), label="layers")):
        step = draw(st.sampled_from([1, 1, 2]), label="step")
        kinds = ["windowed", "pointwise"] + (["row", "sum", "concatenate"] if depth else [])
        kind = draw(st.sampled_from(kinds))
        if kind == "windowed":
            layer = draw(windowed(shape, step))
        elif kind == "pointwise":
            layer = draw(pointwise())
        elif kind == "row":
            layer = Row(draw(rows(shape, depth - 1, 2)))
        else:
            layer = draw(blocks(shape, step, depth - 1, kind))
        layers.append(layer)
        shape = layer.output_shape(shape)  # type: ignore[assignment]
    return layers


@st.composite
def blocks(draw: st.DrawFn, shape: Sizes, step: int, depth: int, kind: str) -> Layer:
    """Two or three branches, each of which leaves every `step`-th pixel."""
    K = draw(st.integers(1, 4), label="channels of a sum")
    branches = []
    for _ in range(draw(st.integers(2, 3), label="branches")):
        branch = draw(st.lists(pointwise(), max_size=1))
        if step > 1 or draw(st.booleans()):
            branch.append(draw(windowed(shape, step)))
        middle = Row(branch).output_shape(shape)
        if depth and draw(st.booleans()):
            branch.append(draw(blocks(middle, 1, depth - 1, draw(st.sampled_from(["sum", "concatenate"])))))
        C = Row(branch).output_shape(shape)[0]
        if kind == "sum" and C != K:
            branch.append(Conv(K, 1))
        branches.append(branch)
    return Sum(*branches) if kind == "sum" else Concatenate(*branches)


@st.composite
def windowed(draw: st.DrawFn, shape: Sizes, step: int) -> Layer:
    """A layer with windows that leaves every `step`-th row and column, rounded up."""
    kind = draw(st.sampled_from([*WINDOWED, "subsample"] if step > 1 else WINDOWED))
    if kind == "subsample":
        return Subsample(step)
    dilated = kind in ("conv", "depthwise")
    dilation = draw(st.sampled_from([1, 1, 2])) if dilated else 1
    size = tuple(draw(st.integers(1, 3)) for _ in range(2))
    pad: Any = tuple(
        draw(_pads(pixels, window, step, dilation)) for pixels, window in zip(shape[1:], size, strict=True)
    )
    if any(total is None for total in pad) or (
        not dilated and any(max(p) >= f for p, f in zip(pad, size, strict=True))
    ):
        return Conv(draw(st.integers(1, 4)), 1) if step == 1 else Subsample(step)
    if kind == "max":
        return MaxPool(size, step, pad)
    if kind == "average":
        return AveragePool(size, step, pad)
    if kind == "local":
        return LocallyConnected(draw(st.integers(1, 3)), size, step, pad)
    groups = shape[0] if kind == "depthwise" else 1
    K = groups * draw(st.integers(1, 3))
    return Conv(K, size, step, pad, dilation, groups, bias=draw(st.booleans()))


@st.composite
def _pads(draw: st.DrawFn, pixels: int, window: int, step: int, dilation: int) -> Any:
    """(before, after) with which a window has ceil(pixels / step) places; None if none has."""
    total = step * (-(-pixels // step) - 1) + dilation * (window - 1) + 1 - pixels
    if total < 0:
        return None
    before = draw(st.integers(0, total))
    return before, total - before


@st.composite
def pointwise(draw: st.DrawFn) -> Layer:
    """A layer that keeps the shape."""
    makers = {
        "relu": ReLU,
        "batch": BatchNorm,
        "group": lambda: GroupNorm(1),
        "response": lambda: LocalResponseNorm(3, alpha=0.1),
        "dropout": lambda: Dropout(0.3),
    }
    return makers[draw(st.sampled_from(POINTWISE))]()


@st.composite
def shapes(draw: st.DrawFn) -> Sizes:
    return draw(st.integers(1, 3)), draw(st.integers(1, 8)), draw(st.integers(1, 8))


@st.composite
def networks(draw: st.DrawFn, dtype: Any = np.float64) -> Network:
    shape = draw(shapes())
    return Network(draw(rows(shape)), shape, draw(st.integers(0, 1000)), dtype)


def randomised(network: Network, rng: np.random.Generator) -> Network:
    """Every parameter and running mean at random, so that no term is hidden by a 0 or a 1."""
    for layer in every_layer(network.layers):
        for array in layer.parameters.values():
            array[...] = rng.standard_normal(array.shape)
        for array in layer.buffers.values():
            array[...] = rng.uniform(0.5, 2, array.shape)
    return network
