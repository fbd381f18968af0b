"""What /proc says of processes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for member in found:
        with suppress(OSError):
            for task in Path(f"/proc/{member}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def numbers_in(place: str) -> dict[str, int]:
    """The numbers in a file of /proc with one field a line, by the field's name.

    Such a file also holds the name that a process gave itself, which may look like other fields. The kernel
    allows it every byte but a line feed. So lines end at line feeds alone, and a field's name begins its
    line.
    """
    found = {}
    for line in Path(place).read_bytes().split(b"\n"):
        name, _, value = line.partition(b":")
        number = value.split()[:1]
        if number and number[0].isdigit():
            found[name.decode("ascii", "replace")] = int(number[0])
    return found


def tasks_of_user() -> int:
    """The processes and threads that the user who grades has now."""
    count = 0
    for place in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError, KeyError):
            about = numbers_in(str(place))
            count += about["Threads"] if about["Uid"] == os.getuid() else 0
    return count
