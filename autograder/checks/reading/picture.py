"""A reading as a picture: which pixels one output is joined with, by which weights, beside the right ones.

One picture serves the forward and the backward pass. A product joins an output, a pixel and a weight: in the
forward pass the output reads that pixel; in the backward pass it sends its message to that pixel, or to that
weight. So every picture shows the pixels as grids, and in each cell the weight (row, column) that joins it
with the output.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import islice
from typing import Any

from .result import Evidence
from .table import Table

Cells = Mapping[tuple[int, int], str]
"""The label of each pixel (row, column) that an output is joined with."""

MARKED = "The pixels in its window have an x"

MOST = 12
"""So many outputs, at most, can be looked at one after the other."""

_WORDS = {
    "": ("and the pixels that it reads", "that it meets"),
    "dx": ("and the pixels of dx that its message goes to", "in the message"),
    "dw": ("and the pixels in its messages to dw", "that the message is for"),
    "cols": ("and the pixels in its column of the matrix", "that it is laid out for"),
}
"""What joins an output and a pixel, by the part of the result."""

_OUTPUT = ("n", "k", "i", "j")
_CELL = "padding:1px 6px;height:1.4em;text-align:center;border:1px solid #8884;font:90% monospace"
_INDEX = "padding:1px 6px;text-align:right;font-weight:400;font-size:80%;border:0;background:none"
_JOINED = ";background:#0072b233"
_WRONG = ";background:#d5500033;outline:2px solid #d55000;outline-offset:-2px;font-weight:700"


@dataclass(frozen=True)
class Plane:
    """One image and channel: the pixels that an output is joined with, in the answer and as it should be."""

    title: str
    size: tuple[int, int]
    yours: Cells
    right: Cells


@dataclass(frozen=True)
class Picture:
    """One output, and its pixels plane by plane."""

    place: str
    planes: tuple[Plane, ...]


def pictures(evidence: Evidence) -> Iterator[Picture]:
    """A picture of each output that is joined with the wrong pixels, or by the wrong weights."""
    columns = tuple(name for name in _OUTPUT if name in evidence.right.columns)
    if not {"y", "z"} <= set(evidence.right.columns) or not columns:
        return
    for where in evidence.wrong_places(columns):
        yours, right = evidence.at(**where)
        yield Picture(_place(where, evidence), tuple(_planes(yours, right, evidence)))


def text(evidence: Evidence) -> list[str]:
    """The first picture in characters, line by line; nothing if there is nothing to draw."""
    picture = next(pictures(evidence), None)
    if picture is None:
        return []
    lines = [_heading(picture, evidence)]
    for plane in picture.planes:
        labels = {*plane.yours.values(), *plane.right.values()}
        width = max(len(label) for label in labels)
        rows = range(plane.size[0])
        yours, right = (
            [" ".join(cells.get((y, z), ".").rjust(width) for z in range(plane.size[1])) for y in rows]
            for cells in (plane.yours, plane.right)
        )
        across = max(len(yours[0]), len("yours"))
        lines += [f"    {plane.title}"] if plane.title else []
        lines += [f"      {'yours'.ljust(across)}     right"]
        lines += [
            f"      {mine.ljust(across)}     {wanted}" for mine, wanted in zip(yours, right, strict=True)
        ]
    return lines


def html(evidence: Evidence) -> str:
    """The first picture as tables, the others folded; empty if there is nothing to draw."""
    found = list(islice(pictures(evidence), MOST))
    if not found:
        return ""
    first, *more = found
    folded = "".join(
        f"<details><summary>{escape(picture.place)}</summary>{_tables(picture)}</details>" for picture in more
    )
    return f"<div>{escape(_heading(first, evidence))}</div>{_tables(first)}{folded}"


def _heading(picture: Picture, evidence: Evidence) -> str:
    columns = evidence.right.columns
    joined, weight = _WORDS.get(evidence.part, _WORDS[""])
    if "p" not in columns:
        numbered = "In each pixel of its window stands the switch that says that it was taken"
        g = evidence.geometry
        sizes = f"{g.H}x{g.W} pixels, windows of {g.FH}x{g.FW}, stride {g.stride}"
        return f"{picture.place} at {sizes}. {numbered if 's' in columns else MARKED}:"
    where = f"{picture.place} at {evidence.geometry.words}"
    return f"{where}, {joined}. In each pixel stands the weight (row, column) {weight}:"


def _place(where: Mapping[str, int], evidence: Evidence) -> str:
    """An output in words: only the axes along which there is more than one."""
    g = evidence.geometry
    several = {"n": g.N > 1, "k": g.K > 1, "i": True, "j": True}
    indices = ", ".join(f"{name}={index}" for name, index in where.items() if several[name])
    return f"Output ({indices})"


def _planes(yours: Table, right: Table, evidence: Evidence) -> Iterator[Plane]:
    """The images and channels that differ, those that differ alike as one."""
    g = evidence.geometry
    mine, wanted = _labels(yours), _labels(right)
    alike: dict[tuple[tuple[Any, ...], ...], list[tuple[int, int]]] = {}
    for image, channel in sorted({place[:2] for place in (*mine, *wanted)}):
        here, there = (
            {place[2:]: label for place, label in cells.items() if place[:2] == (image, channel)}
            for cells in (mine, wanted)
        )
        if here == there:
            continue
        alike.setdefault((tuple(here.items()), tuple(there.items())), []).append((image, channel))
    for (here_, there_), places in alike.items():
        here, there = dict(here_), dict(there_)
        which = (("image", 0, g.N), ("channel", 1, g.C))
        title = ", ".join(
            f"{name} " + " and ".join(dict.fromkeys(str(place[axis]) for place in places))
            for name, axis, most in which
            if most > 1
        )
        size = (
            max(g.H, *(y + 1 for y, _ in (*here, *there))),
            max(g.W, *(z + 1 for _, z in (*here, *there))),
        )
        yield Plane(title, size, here, there)


def _labels(table: Table) -> dict[tuple[int, int, int, int], str]:
    """For each pixel (image, channel, row, column) the weights that join it."""
    found: dict[tuple[int, int, int, int], list[str]] = {}
    names = table.columns
    group = table.k * table.groups // table.K * table.CG if {"c", "k"} <= names.keys() else None
    for line in range(len(table)):
        value = {name: int(column[line]) for name, column in names.items()}
        if group is not None:  # in a group, weight c is for the group's channel c
            value["first"] = int(group[line])
        pixel = (value.get("xn", 0), value.get("xc", 0), value["y"], value["z"])
        found.setdefault(pixel, []).append(_label(value, float(table.factor[line])))
    return {pixel: "+".join(sorted(labels)) for pixel, labels in found.items()}


def _label(value: Mapping[str, int], factor: float) -> str:
    times = "" if factor == 1 else f"{factor:g}*"
    filter_ = (
        f"filter {value['wk']}: " if "wk" in value and value["wk"] != value.get("k", value["wk"]) else ""
    )
    place = f"place {value['wi']},{value['wj']}: " if _elsewhere(value) else ""
    channel = f"channel {value['c']}: " if "c" in value and _strange(value) else ""
    weight = f"{value['p']},{value['q']}" if "p" in value else str(value.get("s", "x"))
    return f"{times}{place}{filter_}{channel}{weight}"


def _strange(value: Mapping[str, int]) -> bool:
    """Whether a weight meets a pixel of another channel than its own."""
    own = value["c"] + value.get("first", 0)
    return own != value.get("xc", own)


def _elsewhere(value: Mapping[str, int]) -> bool:
    """Whether a weight belongs to another place than the output."""
    return "wi" in value and (value["wi"], value["wj"]) != (value.get("i"), value.get("j"))


def _tables(picture: Picture) -> str:
    planes = "".join(
        f'<div><div style="opacity:.8;font-size:85%">{escape(plane.title)}</div>'
        f'<div style="display:flex;flex-wrap:wrap;gap:14px">{_table("yours", plane, plane.yours)}'
        f"{_table('right', plane, plane.right)}</div></div>"
        for plane in picture.planes
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:14px;margin:4px 0">{planes}</div>'


def _table(name: str, plane: Plane, cells: Cells) -> str:
    """One grid; a cell that differs from the right one is marked, for a screen reader in words."""

    def cell(place: tuple[int, int]) -> str:
        label = cells.get(place, "")
        style, said = (_JOINED, "") if label else ("", "")
        if name == "yours" and label != plane.right.get(place, ""):
            style, said = _WRONG, f' title="wrong" aria-label="{escape(label or "not joined")}, wrong"'
        return f'<td style="{_CELL}{style}"{said}>{escape(label)}</td>'

    rows, columns = plane.size
    head = "".join(f'<th scope="col" style="{_INDEX}">{z}</th>' for z in range(columns))
    body = "".join(
        f'<tr><th scope="row" style="{_INDEX}">{y}</th>{"".join(cell((y, z)) for z in range(columns))}</tr>'
        for y in range(rows)
    )
    table = f'<table aria-label="{name}" style="border-collapse:collapse;margin:0">'
    return (
        f'<div><div><b>{name}</b></div>{table}<tr><td style="{_INDEX}"></td>{head}</tr>{body}</table></div>'
    )
