"""A learner's certificate: a page, made on their own machine, of what they solved, when, and with what help.

Nobody signs it, and it says so. It also says what the record cannot know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from autograder.learning.history import History
from autograder.learning.points import NotebookPoints
from autograder.learning.record import Earned
from autograder.reports.html import DARK, document, facts, meter, named, table

_STYLE = """
.sum { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; align-items: baseline }
h2.sum { margin: 1.8rem 0 .2rem } .sum span { font-size: 1rem; font-weight: 400 }
.certificate td:first-child { width: 40% } .unknown { margin-top: 2.6rem }
@media print { body { margin: 0 auto; font-size: 11pt } h2 { break-after: avoid } }
"""


@dataclass(frozen=True)
class CertificateContent:
    """The content of the page: points as the notebooks are now, and the history of each exercise by name.

    `since` is when the record begins. `named` are the names that `cs-conv solution` knows. A test of plain
    asserts has none of them: help with its notebook may have been help with it.
    """

    course: str
    learner: str
    made: datetime
    since: datetime | None
    notebooks: Sequence[NotebookPoints]
    histories: Mapping[str, History]
    named: frozenset[str] = frozenset()

    def help_with(self, notebook: NotebookPoints, exercise: str) -> dict[str, History]:
        """What was shown of an exercise, or may have helped with it, by name."""
        exercises = {points.exercise for points in notebook.exercises or ()}
        return {
            name: known
            for name, known in self.histories.items()
            if not known.alone
            and (
                name == exercise
                or (
                    (exercise not in self.named | {name} and name not in exercises)
                    and known.assignment == notebook.assignment.name
                )
            )
        }


def certificate(content: CertificateContent) -> str:
    """The page as HTML."""
    of_whom = f"{named(content.learner)}: " if content.learner else ""
    begun = [each for each in content.notebooks if each.begun]
    rest = [each for each in content.notebooks if not each.begun and not each.problem]
    body = [
        f"<h1>{escape(content.course)}</h1>",
        f'<p class="quiet">{of_whom}what one learner has solved, as of {_date(content.made)}</p>',
        facts(_facts(content)),
        "<p class=\"remark\">This is the learner's own record. The learner's own computer made it with "
        "<code>cs-conv certificate</code>. Nobody has checked or signed it, and it is not a proof.</p>",
        '<div class="certificate">',
        *(_notebook(each, content) for each in begun),
        "</div>",
        "<h2>Not begun</h2>" if rest else "",
        f"<p>{'; '.join(escape(each.assignment.title) for each in rest)}</p>" if rest else "",
        _what_is_known(content.since),
    ]
    title = f"{content.course}: {content.learner}" if content.learner else content.course
    return document(title, body, DARK + _STYLE)


def _facts(content: CertificateContent) -> list[tuple[str, str]]:
    now = [(each, points) for each in content.notebooks for points in each.exercises or each.asked_for]
    solved = [(each, points.exercise) for each, points in now if points.solved]
    alone = [exercise for each, exercise in solved if not content.help_with(each, exercise)]
    earned, most = sum(points.earned for _, points in now), sum(points.possible for _, points in now)
    return [
        (f"{len(solved)} of {len(now)}", "exercises solved"),
        (f"{earned:g} of {most:g}", "points"),
        (str(len(alone)), "solved without cs-conv solution"),
    ]


def _notebook(notebook: NotebookPoints, content: CertificateContent) -> str:
    """The exercises of one notebook."""
    points = notebook.exercises or ()
    earned, most = sum(p.earned for p in points), sum(p.possible for p in points)
    text = f"{earned:g} of {most:g} points"
    side = f"<span>{text} {meter(earned / most, text)}</span>" if most else ""
    head = f'<h2 class="sum">{escape(notebook.assignment.title)}{side}</h2>'
    if notebook.exercises is None:
        return head + f"<p>The notebook {escape(notebook.problem or 'has not been run yet')}.</p>"
    rows = [_row(notebook, each, content) for each in points]
    columns = [
        ("exercise", ""),
        ("points", "n"),
        ("first seen solved", ""),
        ("shown by cs-conv solution", ""),
    ]
    return head + table(columns, rows)


def _row(notebook: NotebookPoints, points: Earned, content: CertificateContent) -> list[str]:
    solved = content.histories.get(points.exercise, History()).solved
    shown = content.help_with(notebook, points.exercise)
    return [
        f"<code>{escape(points.exercise)}</code>",
        f"{points.earned:g} of {points.possible:g}",
        _date(solved) if solved else "not yet",
        "; ".join(_help(name if name != points.exercise else "", known) for name, known in shown.items())
        or "nothing",
    ]


def _help(of: str, known: History) -> str:
    hints = f"{known.hints} hint{'' if known.hints == 1 else 's'}" if known.hints else ""
    what = " and ".join(filter(None, [hints, "the answer" if known.answer else ""]))
    return what + (f" of {escape(of)}" if of else "")


def _what_is_known(since: datetime | None) -> str:
    begins = f" The record begins on {_date(since)}." if since else ""
    return _list(
        "What this page knows",
        [
            "Points are those of the notebooks as they are today, run with the checks of the course.",
            "An exercise was first seen solved when <code>cs-conv progress</code>, <code>check</code> or "
            "<code>certificate</code> first found it with all its points. It may have been solved earlier."
            f"{begins}",
            "Hints and answers are those that <code>cs-conv solution</code> had shown by then.",
        ],
    ) + _list(
        "What it cannot know",
        [
            "Which of the folded hints in the notebooks were opened.",
            "What came from people, from other programs, or from answers read elsewhere.",
            "Whether the clock was right, or whether somebody changed the record.",
        ],
    )


def _list(title: str, sentences: Iterable[str]) -> str:
    items = "".join(f"<li>{sentence}</li>" for sentence in sentences)
    return f"<section><h2>{title}</h2><ul>{items}</ul></section>"


def _date(moment: datetime) -> str:
    day = moment.astimezone().date()
    return f'<time datetime="{day.isoformat()}">{day.day} {day:%B %Y}</time>'
