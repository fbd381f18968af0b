"""Whether the layers compute what other people's test suites expect: `python -m benchmarks.conformance`.

It needs the packages `onnx`, or `torch` and `expecttest`, and runs the suites of those that are installed.

A suite yields cases. A case has the results that the suite expects, and ways to compute them: each variant of
cs_conv that has the operation. What cs_conv does not have is left out, with the reason, and counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Way = Callable[[Array | None], list[Array]]
"""Computes an operation: from dout, or None for the forward pass alone, to [out, dx, dw ...] or [out]."""

TOLERANCE = {np.dtype(np.float32): 1e-4, np.dtype(np.float64): 1e-9}


class LeftOut(Exception):  # noqa: N818  (no error: cs_conv does not have this, and the message says what)
    """A case asks for something that cs_conv does not have."""


@dataclass(frozen=True)
class Case:
    """One case of a suite: ways to compute it by their names, and [out] or [out, dx, dw ...] as expected."""

    operation: str
    name: str
    ways: dict[str, Way]
    expected: list[Array]
    dout: Array | None = None


@dataclass(frozen=True)
class Skipped:
    """One case of a suite that is left out, and why."""

    operation: str
    name: str
    why: str


def off(result: Array, expected: Array) -> float:
    """How far a result is from what is expected, relative to the largest expected value, or to 1."""
    if result.shape != expected.shape or result.dtype != expected.dtype:
        return float("inf")
    if not expected.size:
        return 0.0
    same = (result == expected) | (np.isnan(result) & np.isnan(expected))
    with np.errstate(invalid="ignore"):  # infinity less itself
        difference = np.where(same, 0, result.astype(np.float64) - expected)
    return float(np.abs(difference).max() / max(1.0, np.abs(expected[np.isfinite(expected)]).max(initial=0)))


def disagreements(case: Case) -> tuple[list[str], float]:
    """Return which results are wrong, in words, and the largest error of all ways."""
    wrong, largest = [], 0.0
    for way, compute in case.ways.items():
        try:
            results = compute(case.dout)
        except Exception as error:
            wrong.append(f"{case.operation}, {case.name}: {way} raises {type(error).__name__}: {error}")
            continue
        names = ["out", "dx", *(f"gradient {number}" for number in range(1, len(case.expected)))]
        for what, result, expected in zip(names, results, case.expected, strict=False):
            error = off(result, expected)
            largest = max(largest, error)
            if not error < TOLERANCE[expected.dtype]:
                wrong.append(f"{case.operation}, {case.name}: {what} of {way} is off by {error:.1e}")
        if len(results) != len(case.expected):
            wrong.append(f"{case.operation}, {case.name}: {way} gives {len(results)} results")
    return wrong, largest
