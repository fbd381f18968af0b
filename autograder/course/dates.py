"""Dates and spans of time in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from autograder.course.description import Assignment


def moment(date: datetime, like: datetime | None = None) -> str:
    """A date with its time zone; one without a time zone is in UTC, as in the gradebook.

    If there is a date to be `like`, as the due date in course.yml, it is told in the time zone of that.
    """
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    aware = aware.astimezone(like.tzinfo) if like else aware
    zone = f"{aware:%z}"
    return f"{aware:%Y-%m-%d %H:%M} " + ("UTC" if zone == "+0000" else f"{zone[:3]}:{zone[3:]}")


def span(time: timedelta) -> str:
    """A span of time in days, hours or minutes, whichever says enough; its sign is left out."""
    seconds = abs(time.total_seconds())
    size, word = next(((s, w) for s, w in ((86400, "day"), (3600, "hour")) if seconds >= s), (60, "minute"))
    number = seconds / size
    text = f"{number:.0f}" if abs(number - round(number)) < 0.05 else f"{number:.1f}"
    return f"{text} {word}" + ("" if text == "1" else "s")


def due_words(assignment: Assignment, now: datetime) -> str:
    """When an assignment is due, and in how long, or how long ago; "" if it is due at no date."""
    if assignment.due is None:
        return ""
    left = assignment.due - now
    if left >= timedelta(0):
        return f"due {moment(assignment.due)}, in {span(left)}"
    return f"was due {moment(assignment.due)}, {span(left)} ago"


def next_due(assignments: Iterable[Assignment], now: datetime) -> str:
    """A sentence on the assignment that is due next; "" if none is."""
    coming = [(each.due, each) for each in assignments if each.due and each.due >= now]
    if not coming:
        return ""
    _, first = min(coming, key=lambda pair: pair[0])
    return f"next: {first.name}, {due_words(first, now)}"
