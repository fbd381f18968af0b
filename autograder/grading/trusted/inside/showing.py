"""Showing values to a person who judges them: as text, and as pictures that are not too large.

Whatever is left out or made smaller is named.
"""

from __future__ import annotations

import contextlib
import html
import io
import re
import sys
from typing import Any

MOST_FIGURES = 4  # of a cell in full size
MOST_SMALL = 12  # of a cell at all
MOST_PICTURE = 400_000  # bytes of one PNG
MOST_PIXELS = 4_000_000
MOST_TEXT = 20_000  # characters of one error or displayed value
FULL, SMALL = 72.0, 36.0  # dots an inch
PNG = b"\x89PNG\r\n\x1a\n"

Output = dict[str, Any]


def shortened(text: Any) -> str:
    """A text, cut off if it is very long."""
    text = str(text)
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "..."


def said(text: Any) -> Output:
    return {"kind": "value", "text": shortened(text)}


def show(value: Any, before: list[Output]) -> list[Output]:
    """The outputs of one value; `before` are the earlier outputs of the same cell."""
    matplotlib = sys.modules.get("matplotlib.figure")
    if matplotlib is not None and isinstance(value, matplotlib.Figure):
        return show_figure(value, before)
    picture = _as(value, "png")
    if isinstance(picture, bytes) and picture.startswith(PNG):
        return _bounded(picture)
    text = repr(value)
    if not re.fullmatch(r"<[^>]* (object|image)\b[^>]*>", text):
        return [said(text)]
    for kind in ("markdown", "latex"):
        words = _as(value, kind)
        if isinstance(words, str):
            return [said(words)]
    words = _as(value, "html")
    if isinstance(words, str):
        return [said("(HTML, of which only the text is kept)\n" + _text_of(words))]
    if isinstance(_as(value, "svg") or _as(value, "jpeg"), (str, bytes)):
        return [said(f"{text}\n(a picture that is not a PNG is not kept)")]
    return [said(text)]


def _as(value: Any, kind: str) -> Any:
    """A value's own representation of this kind for Jupyter, or None if it has none."""
    method = getattr(type(value), f"_repr_{kind}_", None)
    if method is None:
        return None
    with contextlib.suppress(Exception):
        given = method(value)
        return given[0] if isinstance(given, tuple) and given else given


def _text_of(page: str) -> str:
    page = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>", " ", page)
    page = re.sub(r"(?i)<(br|/p|/div|/tr|/h\d|/li)\b[^>]*>", "\n", page)
    page = html.unescape(re.sub(r"<[^>]*>", " ", page))
    return "\n".join(filter(None, (" ".join(line.split()) for line in page.splitlines())))


def show_figure(figure: Any, before: list[Output]) -> list[Output]:
    """A figure of matplotlib: in full size, smaller from the fifth on, at last only as a sentence."""
    number = sum(output["kind"] == "figure" for output in before)
    if number >= MOST_SMALL:
        return [said(f"(a further figure is not kept: {MOST_SMALL} of a cell are the most)")]
    width, height = figure.get_size_inches()
    bearable = min(FULL, (MOST_PIXELS / max(width * height, 1e-9)) ** 0.5)
    wanted = bearable if number < MOST_FIGURES else min(bearable, SMALL)
    dots = wanted
    while dots > 8:
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=dots, bbox_inches="tight")
        if file.tell() <= MOST_PICTURE:
            smaller = [said(f"(the figure above is made smaller: {dots / FULL:.0%})")] if dots < FULL else []
            return [{"kind": "figure", "png": file.getvalue()}, *smaller]
        dots = min(dots * 0.7, dots * (MOST_PICTURE / file.tell()) ** 0.5)
    return [said("(a figure is not kept: it is too large)")]


def _bounded(picture: bytes) -> list[Output]:
    """A picture that is a PNG already, made smaller if it is too large and that is possible."""
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    if len(picture) <= MOST_PICTURE and width * height <= MOST_PIXELS:
        return [{"kind": "figure", "png": picture}]
    what = f"a picture of {width}x{height} pixels and {len(picture) // 1000} kB"
    try:
        from PIL import Image

        drawn = Image.open(io.BytesIO(picture))
        for side in (1000, 500, 250):
            drawn.thumbnail((side, side))
            file = io.BytesIO()
            drawn.save(file, "PNG")
            if file.tell() <= MOST_PICTURE:
                return [{"kind": "figure", "png": file.getvalue()}, said(f"({what}, made smaller)")]
    except Exception:  # no library for pictures, or a broken one
        pass
    return [said(f"({what} is not kept)")]
