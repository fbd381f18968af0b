"""The error of a numeric gradient against its step h, in float64 and in float32."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cs_conv.live.frame import State
from cs_conv.live.show import show

Array = np.ndarray

FUNCTIONS: Mapping[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "sin(x)": (np.sin, np.cos),
    "exp(x)": (np.exp, np.exp),
    "x^3": (lambda x: x**3, lambda x: 3 * x**2),
    "3 x": (lambda x: 3 * x, lambda x: 0 * x + 3),
    "ReLU(x)": (lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(x.dtype)),
}
"""Functions with their derivatives, by name."""

H = np.logspace(-12, 0, 49)
"""The steps."""


def start(name: str = "sin(x)", x: float = 1.0) -> dict[str, Any]:
    """A first state: one of `FUNCTIONS`, the place where its derivative is taken, and a step to look at."""
    return {"names": list(FUNCTIONS), "name": name, "tenths": round(10 * x), "step": 28}


def frame(source: Mapping[str, Any], state: State) -> dict[str, np.ndarray]:
    """`h` (49,), and the relative errors of the learner's `numeric_gradient(f, x, dout, h)`, one for each.

    `double` and `single` (49,): with x in float64 and in float32; NaN where it gives no number.
    """
    numeric_gradient = source["numeric_gradient"]
    f, derivative = FUNCTIONS[state["name"]]
    errors = {}
    for name, dtype in (("double", np.float64), ("single", np.float32)):
        x = np.array([state["tenths"] / 10], dtype)
        right = float(derivative(x.astype(np.float64))[0])
        found = [_number(numeric_gradient(f, x.copy(), np.ones(1, dtype), dtype(h))) for h in H]
        errors[name] = np.abs(np.array(found) - right) / max(abs(right), 1e-12)
    return {"h": H, **errors}


def _number(gradient: Any) -> float:
    array = np.asarray(gradient, np.float64)
    if array.size != 1:
        raise ValueError(f"the gradient has the shape {array.shape}; that of x, (1,), was expected")
    return float(array.ravel()[0])


def still(arrays: Mapping[str, np.ndarray], state: State) -> list[tuple[str, np.ndarray]]:
    """A few steps with their errors."""
    some = slice(0, None, 8)
    rows = [np.log10(np.maximum(arrays[name][some], 1e-17)) for name in ("h", "double", "single")]
    return [("powers of 10: h, error in float64, error in float32", np.round(np.stack(rows), 1))]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    return (
        f"The error of a numeric gradient of {state['name']} at {state['tenths'] / 10:g} against its step. "
        "Run this cell to move things yourself."
    )


def steps(source: Mapping[str, Any], **begin: Any) -> None:
    """Show the component; `source` holds the learner's `numeric_gradient`, `begin` is for `start`."""
    show(__name__, source, start(**begin))
