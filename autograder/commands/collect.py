"""`cs-conv collect`: a zip file of Canvas, Moodle or Gradescope becomes submissions that can be graded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.markup import escape

from autograder.commands.selection import instructors_course
from autograder.course import CourseError
from autograder.grading.collect.collect import Collection, collect
from autograder.terminal import console, count, printable

MOST_SHOWN = 40
"""The most files that are listed in the terminal; why.txt has all."""


def run(
    system: str,
    file: Path,
    rosters: Sequence[Path],
    assignment: str | None,
    zone: str | None,
    folder: Path | None,
) -> None:
    """Sort the file into submitted/, and print what was taken, what was left over, and why."""
    course = instructors_course(folder)
    found = collect(course, system, file, rosters, assignment, _zone(zone))
    _show(found)
    if not found.done:
        raise SystemExit(1)
    console.print(f"next          cs-conv grade {found.assignment}", highlight=False)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, LookupError):
        raise CourseError(f"{name} is not a known time zone; write it as Europe/Berlin") from None


def _show(found: Collection) -> None:
    number = Counter(found.done.values())
    parts = [
        f"{number[what]} {words}"
        for what, words in (
            ("new", "new"),
            ("same", "collected before"),
            ("timed", "collected before, with another time (the earlier one is kept)"),
            ("replaced", "handed in again (the earlier ones are kept)"),
        )
        if number[what]
    ]
    handed = count(len(found.done), "submission")
    console.print(
        f"{found.assignment}: {handed}" + (f": {', '.join(parts)}" if parts else ""), highlight=False
    )
    _say(
        "older than what is in submitted/, so not taken",
        [n for n, what in found.done.items() if what == "older"],
    )
    _say("without a notebook of this assignment", found.without_notebook)
    _say("called late, but nothing says how late, so they count as in time", found.late)
    untimed = sum(what != "older" for what in found.done.values()) - found.timed
    if untimed > 0:
        console.print(f"[yellow]{count(untimed, 'submission')} without a time of hand-in: not late[/]")
    for note in found.notes:
        console.print(f"[yellow]{escape(printable(note))}[/]", highlight=False)
    for left in found.left[:MOST_SHOWN]:
        line = f"{escape(printable(left.who))}: {escape(printable(left.name))}: {escape(printable(left.why))}"
        console.print(f"[yellow]left over[/]  {line}", highlight=False)
    if found.left:
        more = f"{len(found.left) - MOST_SHOWN:,} more; " if len(found.left) > MOST_SHOWN else ""
        console.print(f"{more}kept in collected/{found.assignment}/left-over, with why.txt", highlight=False)


def _say(what: str, students: Iterable[str]) -> None:
    names = ", ".join(map(printable, students))
    if names:
        console.print(f"[yellow]{what}:[/] {escape(names)}", highlight=False)
