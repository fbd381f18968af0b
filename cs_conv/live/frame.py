"""A frame: the arrays of one picture, computed by the learner's functions, as bytes that a browser reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

State = Mapping[str, Any]
"""Numbers, texts and lists that a person changes in a component."""

Frame = Callable[[Mapping[str, Any], State], Mapping[str, np.ndarray | str]]
"""Computes a picture's arrays and texts from the learner's functions and the state; may raise anything."""

Packed = tuple[dict[str, Any], list[memoryview]]
"""A header that JSON can hold, and the bytes of its arrays."""

TYPES = ("<f8", "<f4", "<i4", "|u1")
"""What the browser reads; any other numbers are sent as the first of these."""


def computed(frame: Frame, source: Mapping[str, Any], state: State) -> Mapping[str, np.ndarray | str] | str:
    """The arrays of a frame; whatever the learner's code raises becomes a sentence in their place."""
    try:
        with np.errstate(all="ignore"):
            return frame(source, state)
    except NotImplementedError as error:
        return f"Not written yet: {error or 'the function that this picture shows'}."
    except KeyError as error:
        return f"{error.args[0]} is not defined here: run the cell that defines it first."
    except Exception as error:
        return f"Your function ended in {type(error).__name__}: {error}"


def packed(arrays: Mapping[str, np.ndarray | str] | str) -> Packed:
    """A frame as a header and the bytes of its arrays; a sentence as {"error": ...}.

    The header is {"arrays": [[name, shape, dtype], ...], "texts": {name: text}}.
    """
    if isinstance(arrays, str):
        return {"error": arrays}, []
    texts = {name: text for name, text in arrays.items() if isinstance(text, str)}
    whole = {name: _readable(np.asarray(a)) for name, a in arrays.items() if name not in texts}
    header = {"arrays": [[name, list(a.shape), a.dtype.str] for name, a in whole.items()], "texts": texts}
    return header, [memoryview(a.tobytes()) for a in whole.values()]


def _readable(array: np.ndarray) -> np.ndarray:
    little = array.dtype.newbyteorder("<")
    return np.ascontiguousarray(array, little if little.str in TYPES else TYPES[0])
