"""The class report as one HTML file that loads and runs nothing, whatever students wrote."""

from __future__ import annotations

from collections import Counter
from html import escape
from pathlib import Path
from statistics import mean

from autograder.course import Course
from autograder.grading.results import Status, TestScore
from autograder.reports.record import Record
from autograder.reports.tables import points, seen

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222 }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2.2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
bdi, small { overflow-wrap: anywhere } td.who { width: 20% } td.wide { width: 40%; overflow-wrap: anywhere }
meter { width: 9rem; max-width: 20vw } small { color: #555 }
"""


def write_page(course: Course, record: Record) -> Path:
    """Write reports/ASSIGNMENT.html; returns its path."""
    path = course.reports / f"{record.assignment}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(class_page(record), encoding="utf-8")
    return path


def class_page(record: Record) -> str:
    """The report: the class in a sentence, misconceptions, tests, students."""
    title = f"{record.assignment}: {record.title}"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>{escape(record.summary)}. Graded {record.graded:%Y-%m-%d %H:%M} UTC{_read(record)}.</p>
<h2>Distribution</h2>
{_distribution(record)}
<h2>Misconceptions</h2>
{_misconceptions(record)}
<h2>Exercises</h2>
{_exercises(record)}
<h2>Tests</h2>
{_tests(record)}
<h2>Students</h2>
{_students(record)}
</body>
</html>
"""


def _read(record: Record) -> str:
    return f"; points as in the gradebook on {record.read:%Y-%m-%d %H:%M} UTC" if record.read else ""


def _table(head: list[tuple[str, str]], rows: list[list[str]]) -> str:
    """`head` holds (text, class); cells are HTML already."""
    top = "".join(f'<th class="{kind}">{escape(text)}</th>' for text, kind in head)
    body = "\n".join(
        "<tr>" + "".join(f'<td class="{k}">{c}</td>' for (_, k), c in zip(head, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _meter(share: float, text: str) -> str:
    return f'<meter min="0" max="1" value="{share:.3f}">{escape(text)}</meter>'


def _distribution(record: Record) -> str:
    """How many earned how much, in tenths of the points; all of them are a line of their own."""
    if not record.scores or not record.max_score:
        return "<p>No points yet.</p>"
    tenths = Counter(min(int(10 * score / record.max_score), 10) for score in record.scores)
    rows = []
    for tenth in range(11):
        low, high = record.max_score * tenth / 10, record.max_score * (tenth + 1) / 10
        name = f"{low:g} to less than {high:g}" if tenth < 10 else f"{low:g} and more"
        count = tenths[tenth]
        rows.append([name, str(count), _meter(count / len(record.scores), str(count))])
    return _table([("points", ""), ("students", "n"), ("", "")], rows)


def _exercises(record: Record) -> str:
    """The mean points of each exercise, of those whose notebook was run."""
    earned: dict[str, list[float]] = {}
    most: dict[str, float] = {}
    about = _exercise_of(record)
    for result in record.results:
        mine: dict[str, list[TestScore]] = {}
        for test in result.tests:
            mine.setdefault(about.get(test.grade_id, test.grade_id), []).append(test)
        for exercise, tests in mine.items():
            earned.setdefault(exercise, []).append(sum(test.score for test in tests))
            most[exercise] = sum(test.max_score for test in tests)
    rows = []
    for exercise, scores in earned.items():
        text = f"{mean(scores):.1f} of {most[exercise]:g}"
        share = mean(scores) / most[exercise] if most[exercise] else 1
        rows.append([escape(exercise), text, _meter(share, text)])
    if not rows:
        return "<p>No notebook was run.</p>"
    return _table([("exercise", ""), ("mean points", "n"), ("", "")], rows)


def _exercise_of(record: Record) -> dict[str, str]:
    """The exercise of each test, as someone's check named it; in a notebook that died nothing did."""
    tests = (test for result in record.results for test in result.tests)
    return {test.grade_id: test.exercise for test in tests if test.exercise}


def _misconceptions(record: Record) -> str:
    if not record.misconceptions:
        return "<p>None was recognised.</p>"
    rows = [
        [
            str(m.count),
            escape(m.exercise),
            f"<strong>{escape(m.name)}</strong><br>{escape(m.advice)}<br>"
            "<small>" + ", ".join(f"<bdi>{escape(who)}</bdi>" for who in m.students) + "</small>",
        ]
        for m in record.misconceptions
    ]
    return _table([("students", "n"), ("exercise", ""), ("misconception", "")], rows)


def _tests(record: Record) -> str:
    """How many passed each test, of those whose notebook was run."""
    passed: dict[str, list[bool]] = {}
    about: dict[str, str] = {}
    for result in record.results:
        for test in result.tests:
            passed.setdefault(test.grade_id, []).append(test.passed is True)
            if test.exercise:
                about[test.grade_id] = ": ".join(part for part in (test.exercise, test.aspect) if part)
    rows = []
    for grade_id, each in passed.items():
        share = sum(each) / len(each)
        count = f"{sum(each)} of {len(each)}"
        remark = {0.0: "no one passes", 1.0: "everyone passes"}.get(share, "")
        name = escape(about.get(grade_id, grade_id))
        rows.append([f"{name}<br><small>{escape(grade_id)}</small>", count, _meter(share, count), remark])
    if not rows:
        return "<p>No notebook was run.</p>"
    return _table([("test", ""), ("passed", "n"), ("", ""), ("", "")], rows)


def _students(record: Record) -> str:
    rows = []
    for result in record.results:
        share = (result.score or 0) / result.max_score if result.max_score else 0
        status = escape(result.status.value)
        if result.status is not Status.GRADED:
            status += f"<br><small>{escape(result.status.meaning)}</small>"
        row = [
            f"<bdi>{escape(result.student)}</bdi>",
            status,
            points(result),
            _meter(share, points(result)),
            escape(seen(result)),
        ]
        rows.append(row)
    head = [("student", "who"), ("status", ""), ("points", "n"), ("", ""), ("what was seen", "wide")]
    return _table(head, rows)
