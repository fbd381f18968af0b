"""Shows a verdict: as HTML in a notebook, as text in a terminal, as data to the grader."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import numpy as np

from .compare import wrong
from .media_type import VERDICT
from .nested_data import Data
from .reading import Evidence, picture
from .run_answer import BESIDE
from .show_arrays import array_html, array_text, digits_of
from .show_data import data_html, data_text, marks
from .verdict import AspectResult, Failure, Recognised, Verdict, first_failure


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
            problem = f"  {self._problem(self.failure)}"
            lines += [problem] if self.failure.raised else []
            lines += [f"  {self._looks_like(m)}: {_name(m)}. {m.advice}" for m in self.mistakes]
            lines += [f"  {self._right()}"] if self._right() else []
            lines += [f"  {line}" for evidence in self._evidence() for line in picture.text(evidence)]
            lines += [] if self.failure.raised else [problem]
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
            problem = f"<div>{_code(self._problem(self.failure))}</div>"
            body += [problem] if self.failure.raised else []
            body += [
                line.format(self._looks_like(m), escape(_name(m)), _code(m.advice)) for m in self.mistakes
            ]
            body += [f"<div>{escape(self._right())}</div>"] if self._right() else []
            body += [picture.html(evidence) for evidence in self._evidence()]
            body += [] if self.failure.raised else [problem]
            body += self._failure_html(self.failure)
        body += [f'<div style="opacity:.8">Note: {_code(note)}</div>' for note in self.notes]
        style = f"border-left:4px solid {colour};padding:2px 10px;line-height:1.45"
        return f'<div style="{style}">{"".join(body)}</div>'

    def _evidence(self) -> tuple[Evidence, ...]:
        """What was read of the part that is shown below, as far as a picture can be made of it.

        Above an error there is none: it would show other sizes, at which the answer gives something.
        """
        if self.failure and self.failure.raised:
            return ()
        found = self.verdict.reading.evidence if self.verdict.reading and self.failure else ()
        here = tuple(e for e in found if self.failure and e.part == self.failure.part)
        return here or found[:1]

    def _right(self) -> str:
        """A sentence on what is right in an answer that was read; empty if there is nothing to say."""
        right = self.verdict.reading.right if self.verdict.reading else ()
        if not right or (self.failure and self.failure.raised):
            return ""
        said = ", ".join(right[:-1]) + " and " + right[-1] if len(right) > 1 else right[0]
        return f"{said[0].upper()}{said[1:]}."

    def _again(self) -> str:
        """What to type in a notebook to see this report again."""
        given = [f'"{self.verdict.exercise}"', self.verdict.answer or self.verdict.exercise]
        given += [f'"{self.aspect}"'] if self.aspect else []
        return f"from autograder import check; check({', '.join(given)}, seed={self.verdict.seed})"

    def _looks_like(self, mistake: Recognised) -> str:
        """How a mistake is announced: with the parts that it is in, if the report shows another part."""
        looks = "at least one thing is wrong" if mistake.name.startswith(LEAST) else "this looks like"
        where = list(mistake.aspects)
        if self.failure and self.failure.part and self.failure.part not in mistake.parts:
            where += sorted(mistake.parts - {*BESIDE})
        if not where:
            return looks.capitalize()
        *before, last = (f'"{name}"' for name in where)  # an aspect may be called "stride and padding"
        return f"In {' and '.join([', '.join(before), last] if before else [last])}, {looks}"

    def _problem(self, failure: Failure) -> str:
        subject = "" if failure.problem.startswith("`") else f"{self.verdict.exercise} "
        return subject + failure.sentences(named=bool(self.mistakes))

    def _failure_text(self, failure: Failure) -> list[str]:
        """The smallest failing case, in lines; empty if there is none to show."""
        if failure.unanswered or not failure.case.args:
            return []
        lines = [f"  {line}" for line in _numeric(failure)]
        lines.append(f"  The smallest failing case: {failure.case.about}: {_call(self.verdict, failure)}")
        lines += _shown_text(self.verdict, failure)
        return [*lines, f"  To see it again: {self._again()}"]

    def _failure_html(self, failure: Failure) -> list[str]:
        if failure.unanswered or not failure.case.args:
            return []
        body = [f"<div>{escape(line)}</div>" for line in _numeric(failure)]
        body.append(
            f'<div style="margin-top:4px">The smallest failing case: {escape(failure.case.about)}: '
            f"<code>{escape(_call(self.verdict, failure))}</code></div>"
        )
        pictures = "".join(_shown_html(self.verdict, failure))
        body.append(f'<div style="display:flex;flex-wrap:wrap;gap:14px;margin:4px 0">{pictures}</div>')
        again = f"<code>{escape(self._again())}</code>"
        return [*body, f'<div style="opacity:.8;font-size:90%">To see it again: {again}</div>']


LEAST = "at least: "
"""So begins the name of a mistake beside which there may be others."""


def _name(mistake: Recognised) -> str:
    return mistake.name.removeprefix(LEAST)


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
    """The call in this case; long arguments are named, short ones shown."""
    pairs = zip(verdict.arguments, failure.case.args, strict=False)
    given = [name if _is_shown_below(value) else f"{name}={_value(value)}" for name, value in pairs]
    given += [f"{name}={_value(value)}" for name, value in failure.case.options.items()]
    return f"{verdict.exercise}({', '.join(given)})"


def _value(argument: Any) -> str:
    return getattr(argument, "__name__", None) or repr(argument)


INLINE = 50
"""The longest argument that is shown in the call, in characters; others are shown below it."""


def _is_shown_below(argument: Any) -> bool:
    if isinstance(argument, str | list | tuple | dict):
        return len(repr(argument)) > INLINE
    return isinstance(argument, np.ndarray)


def _shown_text(verdict: Verdict, failure: Failure) -> Iterator[str]:
    """The arguments, yours and what is right, as lines of text."""
    yield from (f"    {words}" for words in _functions(verdict, failure))
    for name, value in _below(verdict, failure):
        if isinstance(value, np.ndarray):
            yield from array_text(name, value, None, digits_of(value, noise=0))
        else:
            yield from data_text(name, value)
    got, want = failure.got, failure.want
    if isinstance(got, Data) and isinstance(want, Data):
        yield from data_text("yours", got.value, marks(got, want))
        yield from data_text("right", want.value)
    elif isinstance(got, np.ndarray) and isinstance(want, np.ndarray) and want.ndim:
        mask = wrong(got, want)
        digits = digits_of(got[mask], want[mask])
        yield from array_text("yours", got, mask, digits)
        yield from array_text("right", want, None, digits)


def _shown_html(verdict: Verdict, failure: Failure) -> Iterator[str]:
    """The same as pieces of HTML."""
    yield from (f"<div>{escape(words)}</div>" for words in _functions(verdict, failure))
    for name, value in _below(verdict, failure):
        if isinstance(value, np.ndarray):
            yield array_html(name, value, None, digits_of(value, noise=0))
        else:
            yield data_html(name, value)
    got, want = failure.got, failure.want
    if isinstance(got, Data) and isinstance(want, Data):
        yield data_html("yours", got.value, marks(got, want))
        yield data_html("right", want.value)
    elif isinstance(got, np.ndarray) and isinstance(want, np.ndarray) and want.ndim:
        mask = wrong(got, want)
        digits = digits_of(got[mask], want[mask])
        yield array_html("yours", got, mask, digits)
        yield array_html("right", want, None, digits)


def _functions(verdict: Verdict, failure: Failure) -> Iterator[str]:
    """What the case's own functions among the arguments are, by their docstrings."""
    for name, value in zip(verdict.arguments, failure.case.args, strict=False):
        ours = inspect.isfunction(value) and not value.__module__.startswith("cs_conv")
        if ours and (words := inspect.getdoc(value)):
            yield f"{name} is {value.__name__}: {words.splitlines()[0]}"


def _below(verdict: Verdict, failure: Failure) -> list[tuple[str, Any]]:
    pairs = zip(verdict.arguments, failure.case.args, strict=False)
    return [(name, value) for name, value in pairs if _is_shown_below(value)]


def _numeric(failure: Failure) -> list[str]:
    return [
        f"Numeric gradient along a random direction: {i.numeric:.6g}; yours: {i.yours:.6g} "
        f"(relative error {abs(i.numeric - i.yours) / max(abs(i.numeric), abs(i.yours), 1e-300):.1e})."
        for i in failure.identities[:1]
    ]


def _code(text: str) -> str:
    """The text as HTML, with everything between backticks as code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
