"""The functions that a live part of the site draws with: the reader's own, and for all others the course's.

This runs in the reader's browser, in Pyodide, and once while the site is built.
"""

from __future__ import annotations

import importlib
import linecache
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.checks import Report, judge
from autograder.checks.registry import find
from cs_conv import im2col
from cs_conv.data.clothes_network import clothes_network
from cs_conv.live.frame import Packed, computed, packed

FILE = "<your code>"
"""The name of what the reader typed, in a traceback."""


def slide(functions: Mapping[str, Any], image: np.ndarray) -> np.ndarray:
    """The scores (10, OH, OW) of an image (1, H, W), by lesson 11's network made of convolutions alone."""
    x = image[np.newaxis]
    for layer in functions["convert"](clothes_network(), (1, 28, 28)):
        if layer["kind"] == "conv":
            x = im2col.conv_forward(x, layer["w"], layer["b"], stride=layer["stride"], pad=layer["pad"])
        elif layer["kind"] == "relu":
            x = np.maximum(x, 0)
        else:
            x, _ = im2col.max_pool_forward(x, (layer["size"], layer["size"]), layer["stride"])
    scores: np.ndarray = x[0]
    return scores


MADE: Mapping[str, Callable[..., Any]] = {"slide": slide}
"""What a lesson makes of its exercises' functions; each takes the mapping of all functions first."""


class Functions(Mapping[str, Any]):
    """The functions named, each the reader's if they wrote one; `asked` are those that a picture has used."""

    def __init__(self, names: Sequence[str], typed: Mapping[str, Any] | None = None) -> None:
        self.names = tuple(names)
        self.typed: Mapping[str, Any] = typed or {}
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> Any:
        """The function of that name. If the library has a fast one, it stands for the course's answer.

        Raises KeyError if the lesson has none so far.
        """
        if name in self.typed:
            return self.typed[name]
        if name in MADE:
            return lambda *arguments: MADE[name](self, *arguments)
        if name not in self.names:
            raise KeyError(name)
        if name not in self.asked:
            self.asked.append(name)
        exercise = find(name)
        return getattr(im2col, name, None) or exercise.program or exercise.reference

    def __contains__(self, name: object) -> bool:
        """Whether there is such a function, without using it."""
        return name in self.typed or name in MADE or name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


class Part:
    """One live part: a component, and the functions that it draws with."""

    def __init__(self, component: str, names: Sequence[str], hidden: str = "") -> None:
        """`hidden` is code of ours that runs below what the reader types."""
        self.module = importlib.import_module(f"cs_conv.live.{component}")
        self.functions = Functions(names)
        self.hidden = hidden
        self.trace = ""

    def define(self, typed: str) -> str:
        """Take over what the reader typed; returns what went wrong as a traceback, or ""."""
        self.functions.typed = {}
        space: dict[str, Any] = {"np": np, "__name__": "__main__"}
        try:
            linecache.cache[FILE] = (len(typed), None, typed.splitlines(keepends=True), FILE)
            exec(compile(typed, FILE, "exec"), space)
            exec(self.hidden, space)
        except Exception as error:
            return told(error)
        self.functions.typed = {name: value for name, value in space.items() if callable(value)}
        return ""

    def picture(self, state: Mapping[str, Any]) -> Packed:
        """The frame of this state, or the sentence about an error, whose traceback is kept in `trace`."""
        self.trace = ""
        return packed(computed(self._frame, self.functions, state))

    def _frame(self, source: Mapping[str, Any], state: Mapping[str, Any]) -> Mapping[str, np.ndarray]:
        try:
            arrays: Mapping[str, np.ndarray] = self.module.frame(source, state)
        except Exception as error:
            self.trace = told(error)
            raise
        return arrays

    def advance(self, state: Mapping[str, Any]) -> bool:
        """Work for a moment between two pictures, as training does; False if there is nothing to do."""
        return hasattr(self.module, "advance") and bool(self.module.advance(self.functions, state))

    def checked(self, name: str) -> str:
        """What the course's check says about the reader's function, as HTML."""
        if name not in self.functions.typed:
            return f"<p>{name} is not defined in your code.</p>"
        return Report(judge(name, self.functions.typed[name])).html()


def told(error: BaseException) -> str:
    """The traceback of an error as Python prints it, without the lines that are not the reader's."""
    if isinstance(error, SyntaxError):
        return "".join(traceback.format_exception_only(error)).strip()
    mine = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    lines = traceback.format_list(mine) + traceback.format_exception_only(error)
    return "".join(["Traceback (most recent call last):\n" if mine else "", *lines]).strip()
