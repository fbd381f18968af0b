"""The verdict as a person reads it: HTML in JupyterLab, plain text in a terminal, data for the grader."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np

from .compare import wrong
from .media_type import VERDICT
from .reading import Evidence, picture
from .run_answer import INPUTS
from .verdict import AspectResult, Failure, Recognised, Verdict, first_failure

LIMIT = 64
"""The largest number of values that a report prints of one array."""


class Report:
    """A verdict, or one aspect of it, for display."""

    def __init__(self, verdict: Verdict, aspect: str | None = None) -> None:
        self.verdict = verdict
        self.aspect = aspect
        self.chosen = verdict.chosen(aspect)
        self.failure = first_failure(self.chosen)
        self.passed = self.failure is None
        self.mistakes = verdict.mistakes_in(aspect)
        last = aspect in (None, verdict.aspects[-1].name)
        self.notes = verdict.notes if self.passed and last else ()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            "text/plain": self.text(),
            "text/html": self.html(),
            VERDICT: self.verdict.to_dict(self.aspect),
        }

    def headline(self) -> str:
        """One line: what was judged, and its points."""
        points, most = sum(a.points for a in self.chosen), sum(a.max_points for a in self.chosen)
        title = self.verdict.exercise + (f", {self.aspect}" if self.aspect else "")
        state = "passed" if self.passed else "not yet"
        return f"{title}: {state}, {points:g} of {most:g} points"

    def text(self) -> str:
        """The report for a terminal."""
        lines = [_mark(self.passed) + " " + self.headline()]
        if len(self.chosen) > 1:
            lines += [
                f"    {_mark(a.passed)} {a.name}: {a.points:g} of {a.max_points:g}" for a in self.chosen
            ]
        if self.failure:
            lines += [f"  {self._looks_like(m)}: {m.name}. {m.advice}" for m in self.mistakes]
            lines += [f"  {self._right()}"] if self._right() else []
            lines += [f"  {line}" for evidence in self._evidence() for line in picture.text(evidence)]
            lines += self._failure_text(self.failure)
        lines += [f"  Note: {note}" for note in self.notes]
        return "\n".join(lines)

    def html(self) -> str:
        """The report for a notebook: headline, points, what it looks like, the smallest failing case."""
        colour = "#1a7f37" if self.passed else "#b35900"
        body = [f'<div style="font-weight:600">{_mark_html(self.passed)} {escape(self.headline())}</div>']
        if len(self.chosen) > 1:
            body.append(_points_html(self.chosen))
        if self.failure:
            line = '<div style="margin:6px 0"><b>{}: {}.</b> {}</div>'
            body += [line.format(self._looks_like(m), escape(m.name), _code(m.advice)) for m in self.mistakes]
            body += [f"<div>{escape(self._right())}</div>"] if self._right() else []
            body += [picture.html(evidence) for evidence in self._evidence()]
            body += self._failure_html(self.failure)
        body += [f'<div style="opacity:.8">Note: {escape(note)}</div>' for note in self.notes]
        style = f"border-left:4px solid {colour};padding:2px 10px;line-height:1.45"
        return f'<div style="{style}">{"".join(body)}</div>'

    def _evidence(self) -> tuple[Evidence, ...]:
        """What was read of the part that is shown below, as far as a picture can be made of it."""
        found = self.verdict.reading.evidence if self.verdict.reading and self.failure else ()
        here = tuple(e for e in found if self.failure and e.part == self.failure.part)
        return here or found[:1]

    def _right(self) -> str:
        """A sentence on what is right in an answer that was read; empty if there is nothing to say."""
        right = self.verdict.reading.right if self.verdict.reading else ()
        if not right:
            return ""
        said = ", ".join(right[:-1]) + " and " + right[-1] if len(right) > 1 else right[0]
        return f"{said[0].upper()}{said[1:]}."

    def _again(self) -> str:
        """What to type in a notebook to see this report again."""
        given = [f'"{self.verdict.exercise}"', self.verdict.answer or self.verdict.exercise]
        given += [f'"{self.aspect}"'] if self.aspect else []
        return f"from autograder import check; check({', '.join(given)}, seed={self.verdict.seed})"

    def _looks_like(self, mistake: Recognised) -> str:
        """How a mistake is announced: with the parts that it is in, where another part is shown below."""
        where = list(mistake.aspects)
        if self.failure and self.failure.part and self.failure.part not in mistake.parts:
            where += sorted(mistake.parts - {INPUTS})
        if not where:
            return "This looks like"
        *before, last = (f'"{name}"' for name in where)  # an aspect may be called "stride and padding"
        return f"In {' and '.join([', '.join(before), last] if before else [last])}, this looks like"

    def _problem(self, failure: Failure) -> str:
        subject = "" if failure.problem.startswith("`") else f"{self.verdict.exercise} "
        return subject + failure.sentences(named=bool(self.mistakes))

    def _failure_text(self, failure: Failure) -> list[str]:
        lines = [f"  {self._problem(failure)}"]
        if failure.unanswered or not failure.case.args:
            return lines
        lines += [f"  {line}" for line in _numeric(failure)]
        lines.append(f"  The smallest failing case: {failure.case.about}: {_call(self.verdict, failure)}")
        lines += [line for shown in _arrays(self.verdict, failure) for line in _array_text(*shown)]
        return [*lines, f"  To see it again: {self._again()}"]

    def _failure_html(self, failure: Failure) -> list[str]:
        body = [f"<div>{_code(self._problem(failure))}</div>"]
        if failure.unanswered or not failure.case.args:
            return body
        body += [f"<div>{escape(line)}</div>" for line in _numeric(failure)]
        body.append(
            f'<div style="margin-top:4px">The smallest failing case: {escape(failure.case.about)}: '
            f"<code>{escape(_call(self.verdict, failure))}</code></div>"
        )
        pictures = [_array_html(*shown) for shown in _arrays(self.verdict, failure)]
        side_by_side = "display:flex;flex-wrap:wrap;gap:14px;margin:4px 0"
        body.append(f'<div style="{side_by_side}">{"".join(pictures)}</div>')
        again = f"<code>{escape(self._again())}</code>"
        return [*body, f'<div style="opacity:.8;font-size:90%">To see it again: {again}</div>']


def _mark(passed: bool) -> str:
    return "✓" if passed else "✗"


def _mark_html(passed: bool) -> str:
    return f'<span role="img" aria-label="{"passed" if passed else "not yet"}">{_mark(passed)}</span>'


def _points_html(aspects: Sequence[AspectResult]) -> str:
    items = "".join(
        f'<li style="margin:0">{_mark_html(a.passed)} {escape(a.name)} {a.points:g}/{a.max_points:g}</li>'
        for a in aspects
    )
    style = "display:flex;flex-wrap:wrap;gap:2px 14px;list-style:none;margin:2px 0;padding:0"
    return f'<ul style="{style}">{items}</ul>'


# The smallest failing case


def _call(verdict: Verdict, failure: Failure) -> str:
    names = list(verdict.arguments)
    given = [
        f"{n}={_value(a)}" if not isinstance(a, np.ndarray) else n
        for n, a in zip(names, failure.case.args, strict=False)
    ]
    given += [f"{name}={value!r}" for name, value in failure.case.options.items()]
    return f"{verdict.exercise}({', '.join(given)})"


def _value(argument: Any) -> str:
    return getattr(argument, "__name__", None) or repr(argument)


_Shown = tuple[str, np.ndarray, np.ndarray | None, int]
"""An array of a report: its name, its values, which of them are wrong, and their digits in print."""


def _arrays(verdict: Verdict, failure: Failure) -> list[_Shown]:
    pairs = zip(verdict.arguments, failure.case.args, strict=False)
    shown: list[_Shown] = [(n, v, None, _digits(v, noise=0)) for n, v in pairs if isinstance(v, np.ndarray)]
    got, want = failure.got, failure.want
    if got is not None and want is not None:
        mask = wrong(got, want)
        digits = _digits(got[mask], want[mask])
        shown += [("yours", got, mask, digits), ("right", want, None, digits)]
    return shown


def _digits(*arrays: np.ndarray, noise: float = 1e-11) -> int:
    """Significant digits, 4 or more, with which numbers that differ by more than `noise` look different."""
    values = np.unique(np.concatenate([a.ravel().astype(float) for a in arrays]))
    values = values[np.isfinite(values)]
    if values.size > LIMIT:
        return 4
    apart = [(a, b) for a, b in pairwise(values.tolist()) if b - a > noise * max(abs(a), abs(b))]
    return next((n for n in (4, 6, 8, 10) if all(f"{a:.{n}g}" != f"{b:.{n}g}" for a, b in apart)), 17)


def _numeric(failure: Failure) -> list[str]:
    return [
        f"Numeric gradient along a random direction: {i.numeric:.6g}; yours: {i.yours:.6g} "
        f"(relative error {abs(i.numeric - i.yours) / max(abs(i.numeric), abs(i.yours), 1e-300):.1e})."
        for i in failure.identities[:1]
    ]


def _array_text(name: str, array: np.ndarray, mask: np.ndarray | None, digits: int) -> list[str]:
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


def _code(text: str) -> str:
    """Escape, and set what stands between backticks as code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))


_INDEX = "padding:1px 6px;text-align:right;font-weight:400;font-size:80%;border:0;background:none"
_CELL = "padding:1px 6px;text-align:right;border:1px solid #8884;font-family:monospace;font-size:90%"
_WRONG = ";background:#d5500033;outline:2px solid #d55000;outline-offset:-2px;font-weight:700"


def _array_html(name: str, array: np.ndarray, mask: np.ndarray | None, digits: int) -> str:
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
    """A matrix with the numbers of its rows and columns; of a wrong value, a screen reader says so."""
    around = f'<table aria-label="{escape(name, quote=True)}" style="border-collapse:collapse;margin:0">'

    def cell(value: float, is_wrong: bool) -> str:
        words = f"{value:.{digits}g}"
        marked = f'{_WRONG}" title="wrong" aria-label="{words}, wrong' if is_wrong else ""
        return f'<td style="{_CELL}{marked}">{words}</td>'

    if not numbered:
        return f"{around}<tr>{cell(block[0, 0], marks[0, 0])}</tr></table>"
    columns = "".join(f'<th scope="col" style="{_INDEX}">{j}</th>' for j in range(block.shape[1]))
    rows = "".join(
        f'<tr><th scope="row" style="{_INDEX}">{i}</th>{"".join(map(cell, values, flags))}</tr>'
        for i, (values, flags) in enumerate(zip(block.tolist(), marks.tolist(), strict=True))
    )
    return f'{around}<tr><td style="{_INDEX}"></td>{columns}</tr>{rows}</table>'


def _map_html(mask: np.ndarray) -> str:
    """The places of an array that are wrong, as a map of small squares: too many values to print."""
    blocks = _blocks(mask, mask)[:12]
    maps = []
    for place, _, marks in blocks:
        lines = "\n".join("".join("■" if m else "·" for m in row[:40]) for row in marks[:40])
        what = f'role="img" aria-label="{int(marks.sum())} wrong places {place}, each a square"'
        maps.append(f'<div>{_caption(place)}<pre {what} style="line-height:1;margin:0">{lines}</pre></div>')
    return f'<div style="display:flex;flex-wrap:wrap;gap:6px">{"".join(maps)}</div>'
