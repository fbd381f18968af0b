"""The times of hand-in that Moodle's worksheets and Gradescope's files tell."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from autograder.grading.submissions.timestamps import read_timestamp

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_SPOKEN = re.compile(
    r"(?:\w+,? +)?(?:(\d{1,2})\.? +([^\W\d_]+)|([^\W\d_]+) +(\d{1,2})),? +(\d{4}),?"
    r" +(\d{1,2})[:.](\d\d)(?::(\d\d))?\s*([AaPp])?\.?[Mm]?\.?"
)
_HAS_ZONE = re.compile(r"(Z|UTC|GMT|[+-]\d\d:?\d\d)$")


def without_zone(text: str) -> datetime | None:
    """The time as the text says it if it names no zone; None if it names one, or is not a time."""
    try:
        one, other = moment(text, UTC), moment(text, timezone(timedelta(hours=1)))
    except ValueError:
        return None
    return one if one != other else None


def moment(text: str, zone: tzinfo) -> datetime | None:
    """The moment in UTC, or None if a system wrote that there is none. A time without a zone is in `zone`.

    Raises ValueError if the text is not a time, for instance in another language than English.
    """
    text = " ".join(text.replace("\u202f", " ").split())
    if text in ("", "-", "N/A", "Never"):
        return None
    spoken = _SPOKEN.fullmatch(text)
    if spoken is None:
        found = read_timestamp(text)
        return found if _HAS_ZONE.search(text) else found.replace(tzinfo=zone).astimezone(UTC)
    day, month, other_month, other_day, year, hour, minute, second, half = spoken.groups()
    name = (month or other_month)[:3].lower()
    if name not in _MONTHS:
        raise ValueError(f"{text!r}: the month is not in English")
    hours = int(hour) if half is None else int(hour) % 12 + 12 * (half.lower() == "p")
    number = _MONTHS.index(name) + 1
    day_of_month = int(day or other_day)
    local = datetime(int(year), number, day_of_month, hours, int(minute), int(second or 0), tzinfo=zone)
    return local.astimezone(UTC)
