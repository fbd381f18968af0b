"""What hypothesis draws: geometries that fit, and arrays for them.

Sizes are built backwards, from the number of places a window visits to the size of the image, so that every
draw fits and none is thrown away.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Side:
    """One axis of a geometry that fits."""

    size: int
    window: int
    stride: int
    pad: tuple[int, int]
    dilation: int
    steps: int


@st.composite
def sides(draw: st.DrawFn, dilated: bool = True, pad_below_window: bool = False) -> Side:
    window = draw(st.integers(1, 4), label="window")
    stride = draw(st.integers(1, 4), label="stride")
    dilation = draw(st.integers(1, 3 if dilated else 1), label="dilation")
    steps = draw(st.integers(1, 4), label="steps")
    padded = (steps - 1) * stride + dilation * (window - 1) + 1
    most = min(window - 1 if pad_below_window else 3, padded - 1)
    even = draw(st.integers(0, min(most, (padded - 1) // 2)), label="pad at both ends")
    more = draw(st.sampled_from([0, 0, 0, 1, 2]), label="more pad at one end")
    uneven = min(more, most - even, padded - 1 - 2 * even)
    pad = (even + uneven, even) if draw(st.booleans()) else (even, even + uneven)
    return Side(padded - sum(pad), window, stride, pad, dilation, steps)


def as_typed(first: Any, second: Any) -> Any:
    """One value where both axes share it, as a person would type it."""
    return first if first == second else (first, second)


def pad_as_typed(vertical: tuple[int, int], horizontal: tuple[int, int]) -> Any:
    """The shortest of the three ways to write a pad."""
    if vertical[0] == vertical[1] and horizontal[0] == horizontal[1]:
        return as_typed(vertical[0], horizontal[0])
    return vertical, horizontal


def draw_values(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any, tied: bool = False) -> Array:
    """Normal values, or small integers, which tie and are exact."""
    values = rng.integers(-2, 3, shape) if tied else rng.standard_normal(shape)
    return values.astype(dtype)


@dataclass(frozen=True)
class Convolution:
    """A convolution that fits: arrays, and the hyperparameters as keywords."""

    x: Array
    w: Array
    b: Array
    dout: Array
    options: dict[str, Any]
    pads: tuple[tuple[int, int], tuple[int, int]]
    strides: tuple[int, int]
    dilations: tuple[int, int]

    @property
    def tolerance(self) -> float:
        return 1e-9 if self.x.dtype == np.float64 else 1e-4


@st.composite
def convolutions(
    draw: st.DrawFn,
    dtypes: tuple[Any, ...] = (np.float64, np.float32),
    grouped: bool = False,
    depthwise: bool = False,
) -> Convolution:
    vertical, horizontal = draw(sides()), draw(sides())
    N, seen, K = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    seen, K = (1, 1) if depthwise else (seen, K)
    groups = draw(st.integers(1, 3), label="groups") if grouped or depthwise else 1
    C, K = seen * groups, K * groups
    dtype = draw(st.sampled_from(dtypes))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1), label="seed"))
    shapes = (
        (N, C, vertical.size, horizontal.size),
        (K, seen, vertical.window, horizontal.window),
        (K,),
        (N, K, vertical.steps, horizontal.steps),
    )
    x, w, b, dout = (draw_values(rng, shape, dtype) for shape in shapes)
    return Convolution(
        x=x,
        w=w,
        b=b,
        dout=dout,
        options={
            "stride": as_typed(vertical.stride, horizontal.stride),
            "pad": pad_as_typed(vertical.pad, horizontal.pad),
            "dilation": as_typed(vertical.dilation, horizontal.dilation),
            **({"groups": groups} if grouped or depthwise else {}),
        },
        pads=(vertical.pad, horizontal.pad),
        strides=(vertical.stride, horizontal.stride),
        dilations=(vertical.dilation, horizontal.dilation),
    )


@dataclass(frozen=True)
class Pooling:
    """A pooling that fits: images, a gradient, and the hyperparameters as keywords."""

    x: Array
    dout: Array
    options: dict[str, Any]
    size: tuple[int, int]
    pads: tuple[tuple[int, int], tuple[int, int]]
    strides: tuple[int, int]

    @property
    def tolerance(self) -> float:
        return 1e-9 if self.x.dtype == np.float64 else 1e-4


@st.composite
def poolings(
    draw: st.DrawFn, dtypes: tuple[Any, ...] = (np.float64, np.float32), tied: bool | None = None
) -> Pooling:
    vertical = draw(sides(dilated=False, pad_below_window=True))
    horizontal = draw(sides(dilated=False, pad_below_window=True))
    N, C = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    dtype = draw(st.sampled_from(dtypes))
    tied = draw(st.booleans(), label="tied") if tied is None else tied
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1), label="seed"))
    return Pooling(
        x=draw_values(rng, (N, C, vertical.size, horizontal.size), dtype, tied),
        dout=draw_values(rng, (N, C, vertical.steps, horizontal.steps), dtype),
        options={
            "size": as_typed(vertical.window, horizontal.window),
            "stride": as_typed(vertical.stride, horizontal.stride),
            "pad": pad_as_typed(vertical.pad, horizontal.pad),
        },
        size=(vertical.window, horizontal.window),
        pads=(vertical.pad, horizontal.pad),
        strides=(vertical.stride, horizontal.stride),
    )


def off(result: Array, expected: Array) -> float:
    """How far a result is from what is expected of drawn values, as a part of the largest.

    Where terms cancel, what is left may be small, but rounding errors are not: a sum of terms is about 5.
    """
    assert result.shape == expected.shape
    return float(np.abs(result - expected).max() / max(5.0, np.abs(expected).max()))


def pad_with(x: Array, pads: tuple[tuple[int, int], tuple[int, int]], value: float = 0.0) -> Array:
    return np.pad(x, ((0, 0), (0, 0), *pads), constant_values=value)
