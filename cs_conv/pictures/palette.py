"""The colours of all pictures: apart for every kind of colour vision, and each of them written only here.

Strong colours are for frames, lines and points, pale ones for cells that carry black text.
Source: Okabe and Ito, "Color universal design", 2008, for the strong ones.
"""

from __future__ import annotations

from typing import Any

from matplotlib import colormaps
from matplotlib.colors import Colormap

BLACK = "#000000"
VERMILION = "#d55e00"
BLUE = "#0072b2"
GREEN = "#009e73"
PURPLE = "#cc79a7"
ORANGE = "#e69f00"
SKY = "#56b4e9"

INK = "#555555"
"""The grey of words that explain a picture."""
GREY = "#999999"
"""The grey of lines between cells."""
LIGHT = "#e5e5e5"
"""The grey of lines behind points."""
LIGHTEST = "#f4f4f4"
"""The grey of what is empty."""

FRAME, SECOND, THIRD = BLACK, VERMILION, BLUE
"""The colours of frames, in the order in which they are used."""

WINDOWS = (VERMILION, BLUE, GREEN, PURPLE)
"""One colour a window; from the fifth window on they repeat."""

CURVES = (BLACK, VERMILION, BLUE, GREEN, PURPLE, ORANGE)
"""One colour a curve or a point, each of which also has a mark of its own."""

PALE_YELLOW, PALE_BLUE, PALE_PURPLE, PALE_GREEN, PALE_RED = (
    "#f3d98b",
    "#7fb8da",
    "#d9b3d9",
    "#a6cfa0",
    "#f0b29a",
)

PALES = (PALE_YELLOW, PALE_BLUE, PALE_PURPLE, PALE_GREEN, PALE_RED, "#d9d9d9")
"""One pale colour a weight or a block, each of which also carries its name."""

SIGNED: Colormap = colormaps["PuOr"]
"""Colours for signed values: orange below 0, white at 0, purple above."""

BRIGHTNESS: dict[str, Any] = {"cmap": "gray", "vmin": 0.0, "vmax": 1.0}
"""Options of `imshow` for an image with values from 0 (black) to 1 (white)."""
