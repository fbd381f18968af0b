"""Shows plain data in a report, as text and as HTML: a table, a list of entries, or one line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from typing import Any

from .differences import differences
from .nested_data import Data, Key, Path, kind_of, shown
from .show_arrays import CELL, INDEX, WRONG

MOST_ROWS, MOST_COLUMNS, WIDE, LINE = 12, 8, 24, 90
"""The most rows and columns of a table, characters in a cell, and characters in a line."""


def marks(got: Data, want: Data) -> frozenset[Path]:
    """Where a result is wrong, at most two steps deep: rows of a table, or their entries."""
    return frozenset(d.path[:2] for d in differences(got.value, want.value))


def data_text(name: str, value: Any, wrong: Collection[Path] | None = None) -> list[str]:
    """Plain data as lines of text, under its name; wrong values stand between > and <."""
    rows, more = _rows(value, wrong or ())
    if not rows:
        return [f"    {name}: {_line(value)}"]
    explained = " (wrong values between > <)" if wrong else ""
    cells = [[label, *(_marked(text, bad) for text, bad in row)] for label, row in rows]
    if wrong is None or not wrong:
        cells = [[label, *(text for text, _ in row)] for label, row in rows]
    columns = _columns(value)
    if columns:
        cells.insert(0, ["", *(f" {c} " if wrong else c for c in columns)])
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    right = _number_columns(value) if columns else []
    lines = [
        "  ".join(
            t.rjust(w) if i in right else t.ljust(w) for i, (t, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return [f"    {name}{explained}:", *(f"      {line}" for line in lines), *[f"      {more}"] * bool(more)]


def data_html(name: str, value: Any, wrong: Collection[Path] | None = None) -> str:
    """Plain data as a table or one line of code. A screen reader says which values are wrong."""
    rows, more = _rows(value, wrong or ())
    if not rows:
        return f"<div><div><b>{escape(name)}</b></div><code>{escape(_line(value))}</code></div>"
    around = f'<table aria-label="{escape(name, quote=True)}" style="border-collapse:collapse;margin:0">'
    head = "".join(f'<th scope="col" style="{INDEX}">{escape(c)}</th>' for c in ("", *_columns(value)))
    labels = (f'<th scope="row" style="{INDEX}">{escape(label)}</th>' for label, _ in rows)
    cells = ("".join(_cell(*cell) for cell in row) for _, row in rows)
    body = "".join(f"<tr>{label}{row}</tr>" for label, row in zip(labels, cells, strict=True))
    head = f"<tr>{head}</tr>" if _columns(value) else ""
    rest = f'<div style="opacity:.8;font-size:85%">{escape(more)}</div>' if more else ""
    return f"<div><div><b>{escape(name)}</b></div>{around}{head}{body}</table>{rest}</div>"


def _cell(text: str, bad: bool) -> str:
    said = escape(text, quote=True)
    marked = f'{WRONG}" title="wrong" aria-label="{said}, wrong' if bad else ""
    return f'<td style="{CELL}{marked}">{said}</td>'


def _marked(text: str, bad: bool) -> str:
    return f">{text}<" if bad else f" {text} "


def _entry(row: dict[Any, Any], key: Any) -> str:
    return shown(row[key], WIDE, quotes=False) if key in row else ""


def _line(value: Any) -> str:
    return shown(value, LINE)


def _columns(value: Any) -> Sequence[str]:
    """The names of the columns, if this is a table: a list of dicts with few keys in all."""
    return [shown(key, WIDE, quotes=False) for key in _keys(value)]


def _keys(value: Any) -> list[Any]:
    if type(value) not in (list, tuple) or any(type(row) is not dict for row in value):
        return []
    keys = list(dict.fromkeys(key for row in value for key in row))
    return keys if len(keys) <= MOST_COLUMNS else []


def _number_columns(rows: Any) -> list[int]:
    """The numbers of the columns that hold only numbers; column 0 has the labels."""
    keys = enumerate(_keys(rows), start=1)
    return [i for i, key in keys if all(kind_of(row.get(key, 0)) == "a number" for row in rows)]


Row = tuple[str, list[tuple[str, bool]]]
"""The label of a row, and its cells: what they show, and whether that is wrong."""


def _rows(value: Any, wrong: Collection[Path]) -> tuple[list[Row], str]:
    """The rows that show a value, and a note on those left out; no rows for a value that fits on one line."""
    if type(value) not in (list, tuple, dict) or not value:
        return [], ""
    table = bool(_columns(value))
    if not table and len(shown(value, LINE)) < LINE:
        return [], ""
    steps: list[int | Key] = [*map(Key, value)] if type(value) is dict else [*range(len(value))]
    bad = [i for i, step in enumerate(steps) if any(path[:1] == (step,) for path in wrong)]
    start = max(0, min((bad or [0])[0] - 3, len(steps) - MOST_ROWS))
    rows: list[Row] = []
    for step in steps[start : start + MOST_ROWS]:
        entry = value[step.key if isinstance(step, Key) else step]
        label = f"{shown(step.key, WIDE)}:" if isinstance(step, Key) else f"[{step}]"
        all_bad = (step,) in wrong
        if table:
            cells = [(_entry(entry, k), all_bad or (step, Key(k)) in wrong) for k in _keys(value)]
        else:
            cells = [(shown(entry, LINE), all_bad or any(path[:1] == (step,) for path in wrong))]
        rows.append((label, cells))
    left = len(steps) - len(rows)
    return rows, f"and {left:,} more" if left else ""
