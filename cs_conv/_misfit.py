"""The error for a window that does not fit: all numbers, and the nearest ones that would fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from cs_conv._axis import Axis


def misfit(axes: Sequence[Axis], noun: str, pad_below: tuple[int, int] | None = None) -> str:
    """Return why a window does not fit one axis or both, and what would fit.

    noun: "filter", "pooling window". pad_below: a limit for each axis; only smaller pads are proposed.
    """
    larger = any(axis.span < 0 for axis in axes)
    advice = [_smaller_window(axes, noun)] if larger else [f"stride {_nearby_strides(axes)}"]
    pads = [_nearest_pad(axis) for axis in axes]
    if pad_below is None or all(max(pad) < limit for pad, limit in zip(pads, pad_below, strict=True)):
        advice.insert(0, f"pad {_typed_pad(pads)}")
    why = _larger(axes, noun) if larger else _not_whole(axes, noun)
    return f"{why}; use {', or '.join(advice)}"


def _not_whole(axes: Sequence[Axis], noun: str) -> str:
    stride = _typed([axis.stride for axis in axes])
    pad = _typed_pad([axis.pad for axis in axes])
    what = f"{_window(axes, noun)} at stride {stride}"
    return f"{what} does not fit {_input(axes)} with pad {pad}: {_fractions(axes)}"


def _larger(axes: Sequence[Axis], noun: str) -> str:
    pad = _typed_pad([axis.pad for axis in axes])
    padded = _by(axis.size + sum(axis.pad) for axis in axes)
    return f"{_window(axes, noun)} is larger than {_input(axes)} with pad {pad}, {padded} in all"


def _window(axes: Sequence[Axis], noun: str) -> str:
    taps = _by(axis.window for axis in axes)
    text = f"a {noun} of {taps}" if len(axes) == 1 else f"{_a(taps)} {noun}"
    if any(axis.dilation > 1 for axis in axes):
        text += f" with dilation {_typed([axis.dilation for axis in axes])}"
        text += f" (it spans {_by(axis.extent for axis in axes)})"
    return text


def _input(axes: Sequence[Axis]) -> str:
    size = _by(axis.size for axis in axes)
    return f"an input of {size}" if len(axes) == 1 else f"{_a(size)} input"


def _fractions(axes: Sequence[Axis]) -> str:
    """Return the divisions that leave a remainder, as in '(12 - 5 + 0) / 3 is not whole'."""
    rests = [f"({axis.size} - {axis.extent} + {sum(axis.pad)}) / {axis.stride} is not whole" for axis in axes]
    if len(set(rests)) == 1:
        return rests[0]
    named = zip(("vertically", "horizontally"), rests, axes, strict=True)
    return " and ".join(f"{name} {rest}" for name, rest, axis in named if not axis.fits)


def _smaller_window(axes: Sequence[Axis], noun: str) -> str:
    """The largest window that lies within the padded input."""
    return f"a {noun} of at most " + _by(
        (axis.size + sum(axis.pad) - 1) // axis.dilation + 1 for axis in axes
    )


def _nearest_pad(axis: Axis) -> tuple[int, int]:
    """Return the nearest (before, after) that fits, the same at both ends if possible."""
    if axis.fits:
        return axis.pad
    total = sum(axis.pad)
    least = max(0, axis.extent - axis.size)
    below = total - axis.span % axis.stride
    above = below + axis.stride * max(1, -(-(least - below) // axis.stride))
    totals = [t for t in (below, above, above + axis.stride) if t >= least]
    best = min(totals, key=lambda t: (t % 2, abs(t - total)))
    # Of an odd total, pixels are taken from the far end, or added there.
    before = (best + 1) // 2 if best < total else best // 2
    return before, best - before


def _nearby_strides(axes: Sequence[Axis]) -> str:
    """The next smaller stride that fits, and the next larger if there is one, as in '1 or 7'."""
    pairs = [(axis.stride, axis.stride) if axis.fits else _divisors_beside(axis) for axis in axes]
    smaller, larger = zip(*pairs, strict=True)
    return " or ".join(_typed(strides) for strides in (smaller, larger) if all(strides))


def _divisors_beside(axis: Axis) -> tuple[int, int]:
    """Return the nearest divisors of the axis's span below and above its stride; 0 if there is none above."""
    small = [s for s in range(1, math.isqrt(axis.span) + 1) if axis.span % s == 0]
    divisors = [*small, *(axis.span // s for s in small)]
    below = max(s for s in divisors if s < axis.stride)
    above = min((s for s in divisors if s > axis.stride), default=0)
    return below, above


def _by(numbers: Iterable[int]) -> str:
    """Return sizes as text, as in 5x3."""
    return "x".join(map(str, numbers))


def _typed(numbers: Sequence[int]) -> str:
    """Return numbers as a caller types them: 2 or (2, 1)."""
    return str(numbers[0]) if len(set(numbers)) == 1 else f"({', '.join(map(str, numbers))})"


def _typed_pad(pads: Sequence[tuple[int, int]]) -> str:
    """Return a pad as a caller types it: 1, or (1, 0), or ((0, 1), (0, 1)) if the two ends differ."""
    if all(before == after for before, after in pads):
        return _typed([before for before, _ in pads])
    return str(pads[0]) if len(pads) == 1 else str(tuple(pads))


def _a(size: str) -> str:
    """Return the size after its article: 'an' before 8, 11, 18 and 80 to 89, else 'a'."""
    return f"an {size}" if size[0] == "8" or size.split("x")[0] in ("11", "18") else f"a {size}"
