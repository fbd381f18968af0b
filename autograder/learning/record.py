"""A learner's own record: which notebooks were run and what they earned, and which hints were shown.

It is a file beside the learner's copies. Each event is a line of its own, appended at once. A line that is
damaged is passed over, so it costs only its own event.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from autograder.checked_lines import checked_line, event_in

FILE = ".record"
"""The file in the folder of the learner's copies."""
EARLIER_COUNT = ".hints-seen.json"
"""Where earlier versions counted the hints that were shown, without times."""


class Earned(BaseModel):
    """The points of one exercise."""

    model_config = ConfigDict(frozen=True)

    exercise: str
    earned: float
    possible: float

    @property
    def solved(self) -> bool:
        """Whether it has all its points."""
        return self.earned >= self.possible


class Ran(BaseModel):
    """A notebook was run. `key` is a digest of everything that its points depend on."""

    model_config = ConfigDict(frozen=True)

    event: Literal["ran"] = "ran"
    when: AwareDatetime
    key: str
    assignment: str
    notebook: str
    exercises: tuple[Earned, ...]


class Shown(BaseModel):
    """`cs-conv solution` showed a hint, counted from 1, or the answer (None).

    An earlier version did not note when, nor of which assignment.
    """

    model_config = ConfigDict(frozen=True)

    event: Literal["shown"] = "shown"
    when: AwareDatetime | None
    assignment: str = ""
    exercise: str
    hint: int | None


Event = Annotated[Ran | Shown, Field(discriminator="event")]
_EVENT: TypeAdapter[Ran | Shown] = TypeAdapter(Event)


class LearnersRecord:
    """The record in the folder of a learner's copies. Several processes may read and write it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / FILE

    def events(self) -> list[Ran | Shown]:
        """All events, the earliest first. A record that is not there or cannot be read has none."""
        return [*_earlier_count(self.folder / EARLIER_COUNT), *self._written()]

    def ran(self) -> list[Ran]:
        """The runs of notebooks."""
        return [event for event in self.events() if isinstance(event, Ran)]

    def shown(self, exercise: str) -> list[Shown]:
        """What was shown of an exercise."""
        return [e for e in self.events() if isinstance(e, Shown) and e.exercise == exercise]

    def add(self, event: Ran | Shown) -> None:
        """Append an event. Raises OSError if that cannot be done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        line = checked_line(event.model_dump(mode="json"))
        with self.path.open("a+b") as file:
            end = file.seek(0, 2)
            if end:
                file.seek(end - 1)
                if file.read(1) != b"\n":  # the end of a line that was never finished
                    line = b"\n" + line
            file.write(line)

    def _written(self) -> Iterator[Ran | Shown]:
        try:
            data = self.path.read_bytes()
        except OSError:
            return
        for line in data.splitlines(keepends=True):
            event = event_in(line)
            if event is not None:
                try:
                    yield _EVENT.validate_python(event)
                except ValidationError:  # of another version
                    continue


def now() -> datetime:
    """This moment, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def _earlier_count(path: Path) -> Iterator[Shown]:
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for exercise, count in found.items() if isinstance(found, dict) else ():
        for number in range(count if type(count) is int else 0):
            yield Shown(when=None, exercise=exercise, hint=number + 1)
