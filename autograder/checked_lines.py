"""Lines of JSON with a checksum each, so that a line that is damaged or half written is recognised."""

from __future__ import annotations

import json
import zlib
from typing import Any


def checked_line(event: dict[str, Any]) -> bytes:
    """The event as one line: the checksum as 8 hexadecimal digits, a space, JSON, and the line's end."""
    text = json.dumps(event, sort_keys=True).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def event_in(line: bytes) -> dict[str, Any] | None:
    """The event of a line; None if the line is not whole or does not fit its checksum."""
    if not line.endswith(b"\n") or line[8:9] != b" ":
        return None
    text = line[9:-1]
    try:
        if int(line[:8], 16) != zlib.crc32(text):
            return None
        event = json.loads(text)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None
