"""Stands in for matplotlib in a browser that has none: says so in a sentence, draws nothing, and goes on.

JupyterLite gets this file as a package called `matplotlib`. Cells that compute and draw still compute.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

SENTENCE = "There is no picture here: this site has no matplotlib for browsers. Everything else works."
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b"
    "49444154789c6360000200000500017a5eab3f0000000049454e44ae426082"
)
"""A PNG image of one transparent pixel."""
MODULES = ("axes", "cm", "collections", "colors", "figure", "image", "lines", "patches", "pyplot", "ticker")


class Nothing:
    """A part of a picture that is not drawn. Whatever one asks of it is nothing again."""

    def __init__(self, *ignored: Any, **options: Any) -> None:
        """Take whatever the real class would."""

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith(("__", "_repr_", "_ipython_")):
            raise AttributeError(name)
        return Nothing()

    def __call__(self, *ignored: Any, **options: Any) -> Nothing:
        """Whatever it would return."""
        return Nothing()

    def __getitem__(self, key: Any) -> Nothing:
        return Nothing()

    def __setitem__(self, key: Any, value: Any) -> None: ...

    def __iter__(self) -> Any:
        return iter(())

    def __repr__(self) -> str:
        return "<nothing: no matplotlib>"

    def subplots(self, rows: int = 1, columns: int = 1, squeeze: bool = True, **options: Any) -> Any:
        """As many Axes as asked for, in an array as matplotlib's."""
        axes = np.empty((options.get("nrows", rows), options.get("ncols", columns)), object)
        for place in np.ndindex(*axes.shape):
            axes[place] = Nothing()
        return axes.squeeze()[()] if squeeze else axes

    def savefig(self, file: Any, **options: Any) -> None:
        """Write an image in which nothing is seen."""
        file.write(PIXEL)


class Figure(Nothing):
    """A figure that is not drawn; the first of each cell says so."""

    said: int | None = -1

    def __init__(self, *ignored: Any, **options: Any) -> None:
        """Say it."""
        from IPython import get_ipython

        shell = get_ipython()
        cell = shell.execution_count if shell is not None else None
        if cell != Figure.said:
            Figure.said = cell
            print(SENTENCE)


def figure(*ignored: Any, **options: Any) -> Figure:
    """A new figure."""
    return Figure()


def subplots(rows: int = 1, columns: int = 1, *, squeeze: bool = True, **options: Any) -> tuple[Figure, Any]:
    """A new figure, and its Axes."""
    new = Figure()
    return new, new.subplots(rows, columns, squeeze, **options)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name in MODULES:
        return sys.modules[__name__]
    return Nothing if name[0].isupper() else Nothing()


sys.modules.update({f"{__name__}.{module}": sys.modules[__name__] for module in MODULES})
