"""The time at which a submission came, from its timestamp.txt, in all forms that nbgrader and others write.

Time zones count. nbgrader knows zones only by name, so it reads "2026-11-20 23:30:00 +01:00" as 23:30 UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.grading.submissions.file_kinds import decoded
from autograder.grading.submissions.intake import STAMP, NotPlainFile, read_file

FORM = "%Y-%m-%d %H:%M:%S.%f UTC"
"""The form that nbgrader's exchange writes."""
MEANT = "write it as 2026-11-20 23:30:00 +01:00"

_PARTS = re.compile(
    r"(\d{4}-\d\d-\d\d)"
    r"(?:[T _-](\d\d)[:.-]?(\d\d)(?:[:.-]?(\d\d)(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|[+-]\d\d(?::?\d\d)?|[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*)?"
)
# Zones that the time zone database does not know by these names. IST, BST and CST are left out: several
# countries use them for different times.
_BY_LETTERS = {
    "CEST": 2,
    "MEST": 2,
    "EEST": 3,
    "WEST": 1,
    "EDT": -4,
    "CDT": -5,
    "MDT": -6,
    "PDT": -7,
    "PST": -8,
}


def read_timestamp(text: str) -> datetime:
    """The moment that `text` names, in UTC. Without a time zone the text is in UTC, as in nbgrader.

    Raises ValueError, which says what cannot be read.
    """
    text = " ".join(text.strip("\ufeff").split())
    found = _PARTS.fullmatch(text)
    try:
        if found:
            moment = _moment(*found.groups())
        else:
            moment = parsedate_to_datetime(text)  # "Fri, 20 Nov 2026 23:30:00 +0100"
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError) as error:
        why = f" ({error})" if found else ""
        raise ValueError(f"{text[:60]!r} is not a date and time{why}") from None
    if not 2000 <= moment.year < 3000:
        raise ValueError(f"{text[:60]!r} is not between the years 2000 and 2999")
    return moment


def _moment(date: str, hour: str | None, minute: str, second: str, part: str, zone: str | None) -> datetime:
    day = datetime.fromisoformat(date)
    micro = int((part or "0")[:6].ljust(6, "0"))
    moment = day.replace(hour=int(hour or 0), minute=int(minute or 0), second=int(second or 0))
    return moment.replace(microsecond=micro, tzinfo=_zone(zone))


def _zone(name: str | None) -> tzinfo:
    if name is None or name.upper() in ("Z", "UTC", "GMT"):
        return UTC
    if name[0] in "+-":
        hours, minutes = int(name[1:3]), int(name[3:].lstrip(":") or 0)
        if minutes > 59:
            raise ValueError(f"{name} is not an offset from UTC")
        return timezone((timedelta(hours=hours, minutes=minutes)) * (-1 if name[0] == "-" else 1))
    if name in _BY_LETTERS:
        return timezone(timedelta(hours=_BY_LETTERS[name]))
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise ValueError(f"{name} is not a known time zone") from None


def when_it_came(folder: Path) -> tuple[datetime | None, str]:
    """When a submission came, in UTC, and what is wrong with its timestamp.txt; (None, "") if it has none."""
    try:
        text = decoded(read_file(folder / STAMP, 1000))
        return read_timestamp(text), ""
    except FileNotFoundError:
        return None, ""
    except (OSError, NotPlainFile) as problem:
        why = str(problem)
    except ValueError as problem:
        why = str(problem)
    return None, f"{STAMP} cannot be read, so nothing counts as late: {why}; {MEANT}"
