"""Says where an array is wrong, and what the wrong values look like."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from .compare import same, wrong

Likeness = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[str, str] | None]
"""Takes a wrong result, the right one, and the mask of wrong values. Returns what must be the same in all
failing cases, and a sentence; or None."""


def places(mask: np.ndarray, axes: tuple[str, ...]) -> str:
    """A sentence on which places of a result are wrong.

    `axes` names the axes, with or without a letter, e.g. ("image n", "row"). A mask may have fewer axes.
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
    words = [w for axis, name in enumerate(axes[: mask.ndim]) if (w := _along(mask, axis, name))]
    if words:
        return f"Wrong only at {', '.join(words)}."
    return _examples(mask, axes)


def _along(mask: np.ndarray, axis: int, name: str) -> str:
    """Where the wrong places are along one axis; empty if they are everywhere."""
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
    """An index of an axis: "image n = 1", or "row 1" if the axis has no letter."""
    return f"{name} = {index}" if " " in name else f"{name} {index}"


def _examples(mask: np.ndarray, axes: tuple[str, ...]) -> str:
    index = tuple(int(i[0]) for i in np.nonzero(mask))
    place = ", ".join(_at(name, i) for name, i in zip(axes, index, strict=False))
    return f"The first wrong value is at {place}." if place else ""


# What wrong results look like beside the right ones

Pair = tuple[np.ndarray, np.ndarray]
"""A wrong result and the right one, of one shape."""

ENOUGH = 3
"""The fewest failing cases in which a likeness counts; in one tiny case it may be chance."""

NEARLY = 1e-3
"""Values that are off by at most this part of the largest one are nearly right."""


def relation(shown: Pair, others: Iterable[Pair]) -> str:
    """A sentence on what the wrong values look like beside the right ones, in all failing cases.

    It is about the case that is `shown`. Empty if the others look different, or if there are too few.
    """
    pairs = [shown, *others]
    if len(pairs) < ENOUGH or not all(np.isfinite(got).all() for got, _ in pairs):
        return ""
    return next((words for likeness in _LIKENESSES if (words := _in_all(likeness, pairs))), "")


def _in_all(likeness: Likeness, pairs: Iterable[Pair]) -> str:
    """What a likeness says of the first of these pairs, if it says the same of all."""
    first = None
    for got, want in pairs:
        found = likeness(got, want, wrong(got, want))
        if found is None or (first and found[0] != first[0]):
            return ""
        first = first or found
    return first[1] if first else ""


def _zeros(got: np.ndarray, want: np.ndarray, mask: np.ndarray) -> tuple[str, str] | None:
    return None if got.any() else ("", "Yours is all zeros." if got.size > 1 else "Yours is 0.")


def _sign(got: np.ndarray, want: np.ndarray, mask: np.ndarray) -> tuple[str, str] | None:
    one = "Yours is -1 times the right value."
    return ("", _SIGN if got.size > 1 else one) if same(got, -want.astype(float)) else None


def _moved(words: str, move: Callable[[np.ndarray], np.ndarray]) -> Likeness:
    """The likeness of results that have all the right values, in other places."""

    def likeness(got: np.ndarray, want: np.ndarray, mask: np.ndarray) -> tuple[str, str] | None:
        moved = move(want) if got.size > 1 else want  # one number has no direction
        return ("", words) if not same(moved, want) and same(got, moved) else None

    return likeness


def _zero_where_wrong(got: np.ndarray, want: np.ndarray, mask: np.ndarray) -> tuple[str, str] | None:
    return None if got[mask].any() else ("", "The wrong values are all zero.")


def _nearly(got: np.ndarray, want: np.ndarray, mask: np.ndarray) -> tuple[str, str] | None:
    off = np.abs(got - want.astype(float))[mask].max(initial=0) / max(1.0, np.abs(want).max(initial=0))
    words = (
        f"Yours is nearly right, off by at most {off:.1e} of the largest value: "
        "were numbers rounded on the way, or kept in too few digits?"
    )
    return ("", words) if off <= NEARLY else None


def _times(got: np.ndarray, want: np.ndarray, mask: np.ndarray) -> tuple[str, str] | None:
    if not want[mask].all():
        return None
    factors = got[mask].astype(float) / want[mask]
    factor = f"{factors[0]:.4g}"
    if np.ptp(factors) > 1e-4 * abs(factors[0]):
        return None
    if got.size == 1:
        return factor, f"Yours is {factor} times the right value in each failing case."
    return factor, f"Where it is wrong, yours is {factor} times the right value."


def _plus(got: np.ndarray, want: np.ndarray, mask: np.ndarray) -> tuple[str, str] | None:
    gaps = got[mask].astype(float) - want[mask]
    gap = f"{gaps[0]:+.4g}"
    if np.ptp(gaps) > 1e-4 * abs(gaps[0]):
        return None
    if got.size == 1:
        return gap, f"Yours is off by {gap} in each failing case."
    return gap, f"Where it is wrong, yours is off by {gap} everywhere."


def _plus_in_channels(got: np.ndarray, want: np.ndarray, mask: np.ndarray) -> tuple[str, str] | None:
    if got.ndim != 4:
        return None
    gaps = got.astype(float) - want
    first = gaps[:1, :, :1, :1]
    if not np.allclose(gaps, first, rtol=1e-4, atol=1e-9):
        return None
    steps = ", ".join(f"{gap:+.4g}" for gap in first.ravel()[:6])
    return "", f"Each channel is off by a constant of its own: {steps}."


_SIGN = "Yours is the right result with its sign turned."
_TRANSFORMS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
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

_LIKENESSES: tuple[Likeness, ...] = (
    _zeros,
    _sign,
    *(_moved(words, move) for words, move in _TRANSFORMS),
    _zero_where_wrong,
    _nearly,
    _times,
    _plus,
    _plus_in_channels,
)
"""Tried in this order."""
