"""Where a result is wrong, and how: in words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .values import same


def places(mask: np.ndarray, axes: tuple[str, ...]) -> str:
    """A sentence on which places of the result are wrong.

    `axes` names the axes, with the letter that the notebook uses or without, e.g. ("image n", "row").
    """
    if not mask.any():
        return ""
    if mask.all():
        return "All of it is wrong." if mask.size > 1 else ""
    if mask.ndim >= 2 and min(mask.shape[-2:]) >= 3:
        inner = mask[..., 1:-1, 1:-1]
        border = mask.copy()
        border[..., 1:-1, 1:-1] = False
        if not inner.any() and mask[..., 1:-1, :].any() and mask[..., :, 1:-1].any():
            return "Only the border is wrong."
        if not border.any():
            return "Only the inside is wrong; the border is right."
    words = [w for axis, name in enumerate(axes) if (w := _along(mask, axis, name))]
    if words:
        return f"Wrong only at {', '.join(words)}."
    return _examples(mask, axes)


def _along(mask: np.ndarray, axis: int, name: str) -> str:
    """How the wrong places are confined along one axis; empty where they are not."""
    size = mask.shape[axis]
    others = tuple(a for a in range(mask.ndim) if a != axis)
    hit = np.flatnonzero(mask.any(axis=others))
    if len(hit) == size:
        return ""
    first, last = int(hit[0]), int(hit[-1])
    if first == last:
        return _at(name, first) + (" (the last)" if last == size - 1 else "")
    if size > 3 and np.array_equal(hit, np.arange(first, size, 2)):
        return f"every second {name.split()[0]} (from {_at(name, first)} on)"
    several = name if " " in name else f"{name}s"
    if np.array_equal(hit, np.arange(first, size)):
        return f"{_at(several, first)} and after"
    if np.array_equal(hit, np.arange(last + 1)):
        return _at(several, f"0 to {last}")
    return _at(several, ", ".join(map(str, hit[:6])) + (", …" if len(hit) > 6 else ""))


def _at(name: str, index: object) -> str:
    """An index of an axis: "image n = 1", or "row 1" where the axis has no letter."""
    return f"{name} = {index}" if " " in name else f"{name} {index}"


def _examples(mask: np.ndarray, axes: tuple[str, ...]) -> str:
    index = tuple(int(i[0]) for i in np.nonzero(mask))
    place = ", ".join(_at(name, i) for name, i in zip(axes, index, strict=False))
    return f"The first wrong value is at {place}." if place else ""


# Simple relations between a wrong result and the right one, tried in order.

NEARLY = 1e-3
"""Values that are off by no more than this part of the largest are a matter of precision."""


def relation(got: np.ndarray, want: np.ndarray, mask: np.ndarray) -> str:
    """A sentence on what the wrong values look like beside the right ones; empty where they do not."""
    if not mask.any() or not np.isfinite(got).all():
        return ""
    if not got.any():
        return "Yours is all zeros." if got.size > 1 else ""
    for words, transform in _TRANSFORMS if got.size > 1 else ():  # one number has no direction
        moved = transform(want)
        if moved.shape == got.shape and not same(moved, want) and same(got, moved):
            return words
    wrong_got, wrong_want = got[mask].astype(float), want[mask].astype(float)
    if not wrong_got.any():
        return "The wrong values are all zero."
    off = np.abs(wrong_got - wrong_want).max() / max(1.0, np.abs(want).max())
    if off <= NEARLY:
        return (
            f"Yours is nearly right, off by at most {off:.1e} of the largest value: "
            "were numbers rounded on the way, or kept in too few digits?"
        )
    if wrong_want.all() and mask.sum() > 1:
        factors = wrong_got / wrong_want
        if np.ptp(factors) <= 1e-4 * abs(factors[0]):
            return f"Where it is wrong, yours is {factors[0]:.4g} times the right value."
    gaps = wrong_got - wrong_want
    if mask.sum() > 1 and np.ptp(gaps) <= 1e-4 * abs(gaps[0]):
        return f"Where it is wrong, yours is off by {gaps[0]:+.4g} everywhere."
    if got.ndim == 4 and mask.sum() > got.shape[1] > 1:
        per_channel = (got - want).astype(float)
        first = per_channel[:1, :, :1, :1]
        if np.allclose(per_channel, first, rtol=1e-4, atol=1e-9):
            steps = ", ".join(f"{v:+.4g}" for v in first.ravel()[:6])
            return f"Each channel is off by a constant of its own: {steps}."
    return ""


_TRANSFORMS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("Yours is the right result with its sign turned.", lambda a: -a),
    (
        "Yours is the right result with rows and columns swapped.",
        lambda a: np.swapaxes(a, -1, -2) if a.ndim > 1 else a,
    ),
    ("Yours is the right result upside down.", lambda a: a[..., ::-1, :] if a.ndim > 1 else a[::-1]),
    ("Yours is the right result mirrored left to right.", lambda a: a[..., ::-1]),
    ("Yours is the right result turned by 180 degrees.", lambda a: a[..., ::-1, ::-1] if a.ndim > 1 else a),
    ("Yours is the right result shifted down by one row.", lambda a: np.roll(a, 1, -2) if a.ndim > 1 else a),
    ("Yours is the right result shifted up by one row.", lambda a: np.roll(a, -1, -2) if a.ndim > 1 else a),
    ("Yours is the right result shifted right by one column.", lambda a: np.roll(a, 1, -1) if a.ndim else a),
    ("Yours is the right result shifted left by one column.", lambda a: np.roll(a, -1, -1) if a.ndim else a),
    (
        "Yours is the right result with the first two axes swapped.",
        lambda a: np.swapaxes(a, 0, 1) if a.ndim > 2 else a,
    ),
    (
        "Yours holds the right values in another order of the axes: look at reshape and transpose.",
        lambda a: a.transpose(1, 0, *range(2, a.ndim)).reshape(a.shape) if a.ndim > 1 else a,
    ),
)
