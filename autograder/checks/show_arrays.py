"""Shows arrays in a report, as text and as HTML: tables of the last two axes, with wrong values marked."""

from __future__ import annotations

from html import escape
from itertools import pairwise

import numpy as np

LIMIT = 64
"""The largest number of values that a report prints of one array."""


def digits_of(*arrays: np.ndarray, noise: float = 1e-11) -> int:
    """How many digits to show, at least 4: numbers that differ by more than `noise` look different."""
    values = np.unique(np.concatenate([a.ravel().astype(float) for a in arrays]))
    values = values[np.isfinite(values)]
    if values.size > LIMIT:
        return 4
    apart = [(a, b) for a, b in pairwise(values.tolist()) if b - a > noise * max(abs(a), abs(b))]
    return next((n for n in (4, 6, 8, 10) if all(f"{a:.{n}g}" != f"{b:.{n}g}" for a, b in apart)), 17)


def array_text(name: str, array: np.ndarray, mask: np.ndarray | None, digits: int) -> list[str]:
    """An array as lines of text under its name; with a `mask`, wrong values stand between > and <."""
    head = f"    {name}, shape {array.shape}" if array.ndim else f"    {name}"
    if array.size > LIMIT:
        return [
            f"{head}, too large to print here" if mask is None else f"{head}, {int(mask.sum())} values wrong"
        ]
    lines = [head + (":" if mask is None else " (wrong values between > <):")]
    for place, block, marks in _blocks(array, mask):
        words = [
            [f">{v:.{digits}g}<" if m else f" {v:.{digits}g} " for v, m in zip(row, flags, strict=True)]
            for row, flags in zip(block.astype(float), marks, strict=True)
        ]
        width = max((len(word) for row in words for word in row), default=0)
        rows = [" ".join(word.rjust(width) for word in row) for row in words]
        label = f"{place} " if place else ""
        lines += [f"      {label if i == 0 else ' ' * len(label)}{row}" for i, row in enumerate(rows)]
    return lines


def _blocks(array: np.ndarray, mask: np.ndarray | None) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """The array as tables with their places: its last two axes, one table for each index of the others."""
    marks = np.zeros(array.shape, bool) if mask is None else mask
    table, marks = (np.atleast_2d(a) for a in (array, marks))
    lead = table.shape[:-2]
    return [
        (f"[{', '.join(map(str, index))}]" if lead else "", table[index], marks[index])
        for index in np.ndindex(*lead)
    ]


INDEX = "padding:1px 6px;text-align:right;font-weight:400;font-size:80%;border:0;background:none"
CELL = "padding:1px 6px;text-align:right;border:1px solid #8884;font-family:monospace;font-size:90%"
WRONG = ";background:#d5500033;outline:2px solid #d55000;outline-offset:-2px;font-weight:700"


def array_html(name: str, array: np.ndarray, mask: np.ndarray | None, digits: int) -> str:
    """An array as tables under its name; one that is too large as a map of its wrong places."""
    title = f"<div><b>{escape(name)}</b> {'x'.join(map(str, array.shape)) or 'a number'}</div>"
    if array.size > LIMIT:
        return f"<div>{title}{_map_html(mask) if mask is not None else '(too large to print)'}</div>"
    tables = []
    for place, block, marks in _blocks(array, mask):
        table = _table_html(name + place, block.astype(float), marks, digits, numbered=array.ndim > 0)
        tables.append(f"<div>{_caption(place)}{table}</div>")
    return f'<div>{title}<div style="display:flex;flex-wrap:wrap;gap:6px">{"".join(tables)}</div></div>'


def _caption(place: str) -> str:
    return f'<div style="opacity:.8;font-size:85%">{place}</div>' if place else ""


def _table_html(name: str, block: np.ndarray, marks: np.ndarray, digits: int, numbered: bool) -> str:
    """A matrix with numbered rows and columns. A screen reader says which values are wrong."""
    around = f'<table aria-label="{escape(name, quote=True)}" style="border-collapse:collapse;margin:0">'

    def cell(value: float, is_wrong: bool) -> str:
        words = f"{value:.{digits}g}"
        marked = f'{WRONG}" title="wrong" aria-label="{words}, wrong' if is_wrong else ""
        return f'<td style="{CELL}{marked}">{words}</td>'

    if not numbered:
        return f"{around}<tr>{cell(block[0, 0], marks[0, 0])}</tr></table>"
    columns = "".join(f'<th scope="col" style="{INDEX}">{j}</th>' for j in range(block.shape[1]))
    rows = "".join(
        f'<tr><th scope="row" style="{INDEX}">{i}</th>{"".join(map(cell, values, flags))}</tr>'
        for i, (values, flags) in enumerate(zip(block.tolist(), marks.tolist(), strict=True))
    )
    return f'{around}<tr><td style="{INDEX}"></td>{columns}</tr>{rows}</table>'


def _map_html(mask: np.ndarray) -> str:
    """A map of the wrong places, as small squares, for an array with too many values to print."""
    blocks = _blocks(mask, mask)[:12]
    maps = []
    for place, _, marks in blocks:
        lines = "\n".join("".join("■" if m else "·" for m in row[:40]) for row in marks[:40])
        what = f'role="img" aria-label="{int(marks.sum())} wrong places {place}, each a square"'
        maps.append(f'<div>{_caption(place)}<pre {what} style="line-height:1;margin:0">{lines}</pre></div>')
    return f'<div style="display:flex;flex-wrap:wrap;gap:6px">{"".join(maps)}</div>'
