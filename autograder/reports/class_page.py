"""The class report as one HTML file: points, misconceptions, exercises, students."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from math import ceil
from pathlib import Path
from statistics import mean, median
from types import MappingProxyType
from urllib.parse import quote

from autograder.course import Course
from autograder.grading.results import Result, Status, TestScore
from autograder.reports.feedback import first_page
from autograder.reports.html import DARK, document, facts, meter, named, table
from autograder.reports.record import Record
from autograder.reports.tables import points_text, seen

BARS = 12
"""The most bars of the distribution. If there are fewer points than this, each has a bar."""
MOST_NAMES = 30
"""So many names of students are shown below a misconception; more of them are folded."""
MOST_ROWS = 100
"""If the class has more students, its table is folded, below those whose grading did not end well."""

_STYLE = """
.bars { display: flex; align-items: flex-end; gap: 3px; height: 11rem; margin: 1rem 0 0; padding: 0;
  list-style: none; border-bottom: 1px solid var(--quiet) }
.bars li { flex: 1; background: var(--strong); border-radius: 3px 3px 0 0; position: relative }
.bars span { position: absolute; left: 0; right: 0; text-align: center; font-size: .8rem }
.bars .count { bottom: 100% } .bars .from { top: 100%; color: var(--quiet) }
.test td:first-child { padding-left: 1.4rem } .who { width: 28% } .what { width: 12% } .seen { width: 36% }
summary { cursor: pointer; margin: .8rem 0 }
@media (max-width: 40rem) {
  .lines tr { display: flex; flex-wrap: wrap; column-gap: 1rem; padding: .3rem 0;
    border-bottom: 1px solid var(--line) }
  .lines th, .lines td { border: 0; padding-block: .1rem; padding-right: 0; width: auto; text-align: left }
  .lines .whole { flex-basis: 100% } .lines .share { display: none } .test td { padding-left: 1.4rem } }
"""


def write_class_page(course: Course, record: Record) -> Path:
    """Write reports/ASSIGNMENT.html, with links to the existing feedback pages; returns its path."""
    path = course.reports / f"{record.assignment}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    with_page = {
        result.student: page.name
        for result in record.results
        if (page := first_page(course, record.assignment, result.student))
    }
    path.write_text(class_page(record, with_page), encoding="utf-8")
    return path


def class_page(record: Record, with_page: Mapping[str, str] = MappingProxyType({})) -> str:
    """The report as HTML; `with_page` has the name of each student's feedback page, if there is one."""
    title = f"{record.assignment}: {record.title}"
    read = f"; points as in the gradebook on {record.read:%Y-%m-%d %H:%M} UTC" if record.read else ""
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<div class="quiet">graded {record.graded:%Y-%m-%d %H:%M} UTC{read}</div>',
        facts(_facts(record)),
        "<h2>Points</h2>",
        _distribution(record),
        "<h2>Misconceptions</h2>",
        _misconceptions(record),
        "<h2>Exercises and their tests</h2>",
        _exercises(record),
        "<h2>Students</h2>",
        _students(record, with_page),
    ]
    return document(title, body, DARK + _STYLE)


def _facts(record: Record) -> list[tuple[str, str]]:
    scores = record.scores
    shown = [(str(len(scores)), "submission" if len(scores) == 1 else "submissions")]
    if scores:
        shown += [
            (f"{mean(scores):.1f}", f"mean of {record.max_score:g} points"),
            (f"{median(scores):g}", "median"),
            (str(record.full), "with all points"),
        ]
    if record.waiting:
        shown.append(
            (str(record.waiting), "waits for a person" if record.waiting == 1 else "wait for a person")
        )
    return shown + [(str(n), status) for status, n in record.statuses.items() if status != "graded"]


def _distribution(record: Record) -> str:
    """The number of students by points, as bars; students with all points have a bar of their own."""
    if not record.scores or not record.max_score:
        return "<p>No points yet.</p>"
    step = max(1, ceil(record.max_score / (BARS - 1)))
    last = ceil(record.max_score / step)
    counts = Counter(
        last if score >= record.max_score else int(max(score, 0) / step) for score in record.scores
    )
    most = max(counts.values())
    bars = []
    for number in range(last + 1):
        low, high = number * step, min((number + 1) * step, record.max_score)
        name = f"{low} to less than {high:g}" if number < last else f"{record.max_score:g} or more"
        low_text = f"{record.max_score:g}" if number == last else str(low)
        bars.append(
            f'<li title="{name} points: {counts[number]}" style="height:{85 * counts[number] / most:.1f}%">'
            f'<span class="count">{counts[number] or ""}</span><span class="from">{low_text}</span></li>'
        )
    return (
        f'<ol class="bars">{"".join(bars)}</ol>'
        f'<p class="quiet" style="margin-top:1.8rem">students by points, each bar from its number on</p>'
    )


def _misconceptions(record: Record) -> str:
    if not record.misconceptions:
        return "<p>None was recognised.</p>"
    rows = [
        [
            str(m.count),
            escape(m.exercise),
            f"<strong>{escape(m.name)}</strong><br>{escape(m.advice)}<br>{_names(m.students)}",
        ]
        for m in record.misconceptions
    ]
    return table(
        [("students", "n narrow"), ("exercise", "narrow"), ("misconception", "whole")], rows, "lines"
    )


def _names(students: Sequence[str]) -> str:
    """The students' names, folded if there are too many to read at a glance."""
    names = f"<small>{', '.join(map(named, students))}</small>"
    return names if len(students) <= MOST_NAMES else f"<details><summary>who</summary>{names}</details>"


def _exercises(record: Record) -> str:
    """The mean points of each exercise and how many passed its tests, among the notebooks that were run."""
    by_test: dict[str, list[TestScore]] = {}
    for result in record.results:
        for test in result.tests:
            by_test.setdefault(test.grade_id, []).append(test)
    if not by_test:
        return "<p>No notebook was run.</p>"
    exercises: dict[str, list[str]] = {}
    for grade_id, tests in by_test.items():
        # In a notebook whose process died no check names the exercise; another student's does.
        exercise = next((test.exercise for test in tests if test.exercise), "")
        exercises.setdefault(exercise, []).append(grade_id)
    rows = []
    for exercise, grade_ids in exercises.items():
        if exercise:
            earned = sum(mean(test.score for test in by_test[grade_id]) for grade_id in grade_ids)
            most = sum(by_test[grade_id][0].max_score for grade_id in grade_ids)
            name = f"<b>{escape(exercise)}</b>"
            rows.append(_row("", name, f"{earned:.1f} of {most:g} points", earned, most))
        rows += [_test(grade_id, by_test[grade_id]) for grade_id in grade_ids]
    columns = [("test", "whole"), ("result", ""), ("share", "share"), ("remark", "")]
    head = "".join(f'<th scope="col" class="{kind}">{name}</th>' for name, kind in columns)
    return f'<table class="lines"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _test(grade_id: str, tests: list[TestScore]) -> str:
    if tests[0].by_hand:
        return _by_hand(grade_id, tests)
    passed = sum(test.passed is True for test in tests)
    aspect = next((test.aspect for test in tests if test.aspect), "")
    name = f"{escape(aspect)} <small>{escape(grade_id)}</small>" if aspect else escape(grade_id)
    return _row("test", name, f"{passed} of {len(tests)} pass", passed, len(tests))


def _by_hand(grade_id: str, tests: list[TestScore]) -> str:
    """The row of a cell that a person judges, which neither passes nor fails."""
    judged = [test.score for test in tests if not test.waits]
    most = tests[0].max_score
    earned = mean(judged) if judged else 0.0
    text = f"{len(judged)} of {len(tests)} judged by hand" + (
        f", mean {earned:.1f} of {most:g}" if judged else ""
    )
    return _row("", escape(grade_id), text, earned, most)


def _row(kind: str, name: str, text: str, part: float, whole: float) -> str:
    share = part / whole if whole else 1.0
    remark = {0.0: "no one passes", 1.0: "everyone passes"}.get(share, "") if kind else ""
    return (
        f'<tr class="{kind}"><td class="whole">{name}</td><td class="n">{text}</td>'
        f'<td class="share">{meter(share, text)}</td>'
        f"<td>{remark}</td></tr>"
    )


def _students(record: Record, with_page: Mapping[str, str]) -> str:
    everybody = _table_of(record.results, with_page)
    if len(record.results) <= MOST_ROWS:
        return everybody
    well = (Status.GRADED, Status.MISSING)
    odd = [result for result in record.results if result.status not in well]
    first = f"<h3>Grading did not end well: {len(odd)}</h3>{_table_of(odd, with_page)}" if odd else ""
    return f"{first}<details><summary>all {len(record.results)} students</summary>{everybody}</details>"


def _table_of(results: Sequence[Result], with_page: Mapping[str, str]) -> str:
    rows = []
    for result in results:
        share = (result.score or 0) / result.max_score if result.max_score else 0
        status = escape(result.status.value)
        if result.status is not Status.GRADED:
            status += f"<br><small>{escape(result.status.meaning)}</small>"
        rows.append(
            [
                _student(result, with_page.get(result.student)),
                status,
                points_text(result),
                meter(share, points_text(result)),
                escape(seen(result)),
            ]
        )
    head = [
        ("student", "who whole"), ("status", "what"), ("points", "n"), ("share", "share"),
        ("what was seen", "seen whole"),
    ]  # fmt: skip
    return table(head, rows, "lines")


def _student(result: Result, page: str | None) -> str:
    if page is None:
        return named(result.student)
    where = "/".join(quote(part, safe="") for part in ("feedback", result.student, result.assignment, page))
    return f'<a href="../{where}">{named(result.student)}</a>'
