"""The sentences: each difference between a description and the right one has a name and an advice."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .description import Description, right
from .full import Full
from .layers import LETTERS, Form, Sum
from .read import PartRead
from .rules import BORDERS, DENSE, FACTOR, PADDED, STARTS, Line, Rule, lines

CORNER = (
    "The window of output (i, j) begins at row i * stride - pad and column j * stride - pad of the image: "
    "work out by hand where the second window begins."
)
MEETS = "Weight (p, q) of a filter meets the pixel p rows and q columns from the corner of the window."
APART = (
    "Weight (p, q) of a filter meets the pixel p * dilation rows and q * dilation columns from the corner of "
    "the window."
)
PADDING = "The padding is zeros around the image: no pixel of it is read there."
ODD = "Ask of each axis what it counts, and where an axis goes away: by a sum over it, or by an index."
ORDER = "The values are there, but the axes stand in another order: transpose moves axes, reshape does not."


@dataclass(frozen=True)
class Fault:
    """A difference from what is right: its name and its advice.

    One that is `fragile` could be an accident of few sizes, and is only told if it explains everything.
    """

    name: str
    advice: str
    fragile: bool = False
    raises: bool = False


def faults(read: PartRead) -> list[Fault]:
    """The faults of a part of the result, the most basic first."""
    rules, padded, full = read.shape.sizes if read.shape else {}, _padded(read), _full(read)
    found = list(_of_full(full))
    found += [
        f for f in shape_faults(read, full) if f.name not in {rules["ij"[axis]].name for axis in padded}
    ]
    for padding in dict.fromkeys(padded.values()):
        where = WHERE[tuple(axis for axis in padded if padded[axis] == padding)]
        words = f"padded by {padding}, where pad belongs," if padding != "0" else "no padding"
        found.append(
            Fault(f"{words} {where}", "Put `pad` rows and columns of zeros on each side of the input.")
        )
    steps = {axis for axis, (way, _) in full.items() if way.between}
    starts = {*padded, *(axis for axis, (_, start) in full.items() if start)}
    for total, _, description in read.sums:
        here = list(_of_sum(total, description, steps, starts))
        if total.hot[:1] == "b":  # of the bias alone, unless the other products have the same fault
            here = [
                f if f in found or BIAS.search(f.name) else replace(f, name=f"bias: {f.name}") for f in here
            ]
        found += here
    for words in ("nothing arrives: all of it is zero", *(rule.name for rule in FACTOR)):  # of all sums, once
        of_bias = next((f for f in found if f.name == _of_bias(words)), None)
        if of_bias is not None and any(f.name == words for f in found):
            found.remove(of_bias)
    return list(dict.fromkeys(found))


BIAS = re.compile("bias|`b`")

WHERE = {(0,): "in the rows", (1,): "in the columns", (0, 1): "in rows and columns"}


def _padded(read: PartRead) -> dict[int, str]:
    """The axes along which another padding explains both the size and where windows begin."""
    found = {}
    for axis, (size, column) in enumerate((("i", "y"), ("j", "z"))):
        rule = read.shape.sizes.get(size) if read.shape else None
        lines_found = [(t, d.columns[column]) for _, t, d in read.sums if column in d.columns]
        if rule and rule.padding and lines_found:
            starts = STARTS.get(PADDED.get(rule.padding, ""))
            if starts and all(
                isinstance(line, Line)
                and np.array_equal(STARTS[line.start](t, (t.FH, t.FW)[axis]), starts(t, (t.FH, t.FW)[axis]))
                for t, line in lines_found
            ):
                found[axis] = rule.padding
    if any("F'" in padding for padding in found.values()):
        return {axis: sided(padding, axis) for axis, padding in found.items()}
    return found


def sided(formula: str, axis: int) -> str:
    """A formula with FH and FW for F, the side along an axis, and F', the other side."""
    size, across = ("FH", "FW") if axis == 0 else ("FW", "FH")
    return formula.replace("F'", "\0").replace("F", size).replace("\0", across)


def _full(read: PartRead) -> Mapping[int, tuple[Full, bool]]:
    """How dx is made along an axis, if what makes its size wrong explains its pixels, and if their start.

    Zeros between the values of dout show in the step, all else in the start.
    """
    found = {}
    for column, rule in (read.shape.sizes if read.shape is not None and read.whole else {}).items():
        lines_of = [(table, d.columns.get(column)) for _, table, d in read.sums]
        axis = "yz".find(column)
        if rule.full is None or axis < 0:
            continue
        agree = [
            line.start_at(g) == rule.full.start(g)
            for table, line in lines_of
            if isinstance(line, Line)
            for g in table.geometries
        ]
        steps = {line.step for _, line in lines_of if isinstance(line, Line)}
        stepped = not rule.full.between or steps == {rule.full.step}
        if stepped and (all(agree) or (rule.full.between and rule.full.alone)):
            found[axis] = rule.full, all(agree)
    return found


def _of_full(full: Mapping[int, tuple[Full, bool]]) -> Iterator[Fault]:
    """The causes of a wrong size, each once for rows and columns."""
    causes = {axis: {cause.name: cause for cause in way.causes} for axis, (way, _) in full.items()}
    for name in dict.fromkeys(name for here in causes.values() for name in here):
        axes = [axis for axis, here in causes.items() if name in here]
        where = "in rows and columns" if len(axes) == 2 else ("in the rows", "in the columns")[axes[0]]
        yield Fault(name.format(where=where), causes[axes[0]][name].advice)


def shape_faults(read: PartRead, explained: Collection[int] = ()) -> list[Fault]:
    """The faults in the shape of a part, but for its axes whose size is explained otherwise."""
    if read.shape is None:
        if not read.spelled or read.spelled == _shape(read.axes):
            return []
        return [Fault(f"the shape {read.spelled}, where {_shape(read.axes)} belongs", ODD)]
    found = []
    if read.shape.form:
        found.append(Fault(f"the shape {_shape(read.shape.form)}, where {_shape(read.axes)} belongs", ODD))
    if not read.shape.in_order:
        form = read.shape.form or read.axes
        axes = ", ".join(" * ".join(LETTERS[c] for c in form[a]) or "1" for a in read.shape.order)
        found.append(Fault(f"the axes in the order ({axes})", ORDER))
    told = {"yz"[axis] for axis in explained}
    return found + [Fault(rule.name, rule.advice) for c, rule in read.shape.sizes.items() if c not in told]


def _shape(form: Form) -> str:
    """A shape in letters, such as (K, C * FH * FW)."""
    sizes = [" * ".join(LETTERS[c] for c in axis) or "1" for axis in form]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _of_bias(name: str) -> str:
    """A fault of the bias alone."""
    return "bias left out" if name.startswith("nothing arrives") else f"bias {name}"


def _of_sum(total: Sum, description: Description, steps: set[int], starts: set[int]) -> Iterator[Fault]:
    wanted = right(total).columns
    bias = total.hot[:1] == "b"
    if description.numbering is not None:
        yield from (Fault(name, description.numbering.advice) for name in description.numbering.names)
    for column, rule in description.columns.items():
        if isinstance(rule, Rule) and rule != wanted[column] and rule.name:
            yield Fault(rule.name, rule.advice)
    yield from _lines(description, steps, starts)
    for rule in description.missing or ():
        nothing = rule.name.startswith("nothing arrives")
        yield Fault(
            _of_bias(rule.name) if bias and nothing else rule.name, rule.advice, "from number" in rule.name
        )
    if description.factor is not None and description.factor.name:
        name = description.factor.name
        yield Fault(_of_bias(name) if bias else name, description.factor.advice)


def _lines(description: Description, steps: set[int], starts: set[int]) -> Iterator[Fault]:
    """What is wrong with rows and columns: in one sentence where both have the same fault."""
    found: list[dict[str, Fault]] = []
    for axis, column in enumerate("yz"):
        line = description.columns.get(column)
        told = axis in steps, axis in starts
        found.append(dict(_of_line(line, *told)) if isinstance(line, Line) else {})
    for name in dict.fromkeys([*found[0], *found[1]]):
        both = name in found[0] and name in found[1]
        where = "in rows and columns" if both else "in the rows" if name in found[0] else "in the columns"
        fault = found[0].get(name) or found[1][name]
        yield Fault(fault.name.format(where=where), fault.advice, fault.fragile)


def _of_line(line: Line, step_told: bool, start_told: bool) -> Iterator[tuple[str, Fault]]:
    """The faults along one axis, by a name that is the same for both axes; {where} stands for the axis.

    Step and start are not told again where the size of the result has explained them.
    """
    axis, wanted = line.axis, lines(line.axis)[0]
    thing, index, other = (("rows", "i", "j"), ("columns", "j", "i"))[axis]
    added = (line.step, line.start) == ("1", "stride - pad")
    if added:
        yield "added", Fault("the stride added to the index, not multiplied, {where}", CORNER)
    elif line.step != wanted.step and not step_told:
        step = {"the other F": ("FW", "FH")[axis], "O": ("OH", "OW")[axis]}.get(line.step, line.step)
        words = {
            "1": "step 1 {where}, where the stride belongs",
            "0": "windows that do not move {where}",
            "stride ** 2": "the stride used twice {where}: step stride * stride",
            "F": "windows side by side {where}: step F, where the stride belongs",
        }.get(line.step, f"step {step} {{where}}, where the stride belongs")
        yield f"step {line.step}", Fault(words, CORNER)
    if line.other_index:
        yield f"index {axis}", Fault(f"{thing} found with {other}, where {index} belongs", CORNER)
    if line.way == "-dilation":
        yield "flip", Fault("the filters flipped {where}", MEETS)
    elif line.way != wanted.way:
        words = {
            "stride": "the stride between the weights {where}",
            "0": "the same pixel under every weight {where}",
            "1": "dilation ignored: weights side by side {where}",
        }.get(line.way, f"weights {line.way} pixels apart, where dilation belongs, {{where}}")
        yield f"way {line.way}", Fault(words, MEETS if line.way in DENSE[1] else APART)
    if line.other_weight:
        yield "swap", Fault("rows and columns of the filters swapped, {where}", MEETS)
    if line.start != wanted.start and not start_told and not added:
        start = sided(line.start, axis)
        words = f"windows begin at {line.start}, where -pad belongs, {{where}}"
        if line.start == "0":
            words = "windows begin at the corner of the image, not of its padding, {where}"
        yield (
            f"start {line.start}",
            Fault(words if "F" not in line.start else words.replace(line.start, start), CORNER),
        )
    if line.border in BORDERS and line.border != wanted.border:
        words = {
            "copies": "copies of the border, where zeros belong, {where}",
            "from the end": "negative numbers that count from the end of the image, {where}",
            "round": "the image goes on with its other side, where zeros belong, {where}",
        }[line.border]
        yield f"border {line.border}", Fault(words, PADDING, fragile=True)


def right_things(read: PartRead, total: Sum, description: Description) -> Sequence[str]:
    """What is right in a part that is wrong."""
    wanted = right(total).columns
    said = []
    if read.shape is not None and read.shape.in_order and not read.shape.sizes and not read.shape.form:
        said.append("the shape is right")
    for axis, column in enumerate("yz" if not total.connected else ""):
        if column in wanted and description.columns[column] == wanted[column]:
            said.append(f"the {('rows', 'columns')[axis]} are right")
    return said
