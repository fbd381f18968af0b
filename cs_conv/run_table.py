"""A table of one's own trainings, kept in a file to which lines are only added."""

from __future__ import annotations

import csv
import io
import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

COLUMNS = ("when", "name", "parameters", "accuracy", "seconds", "note")


class KeptRun(NamedTuple):
    """A line of the table: a training. accuracy is 0 to 1."""

    when: str
    name: str
    parameters: int
    accuracy: float
    seconds: float
    note: str


class RunTable:
    """The trainings in a CSV file, which other programs can open as well.

    path: the file; it is made by the first `add`. Nothing in it is ever changed or deleted, and a line that
    cannot be read stays there. A training is one line, whatever stands in the lines around it.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     table = RunTable(Path(folder) / "my_runs.csv")
    ...     table.add("small", 1_000, 0.85, 12.0)
    ...     table.add("large", 10_000, 0.875, 31.0, "two more layers")
    ...     print(str(table).replace(table.runs()[0].when, "2026-01-01 12:00"))  # doctest: +SKIP
    """

    def __init__(self, path: str | os.PathLike[str] = "my_runs.csv") -> None:
        self.path = Path(path)

    def add(self, name: str, parameters: int, accuracy: float, seconds: float, note: str = "") -> None:
        """Add a training; lines in its name and note are joined. ValueError if accuracy isn't 0 to 1."""
        if not 0 <= accuracy <= 1:
            raise ValueError(f"an accuracy is a fraction, 0 to 1, not {accuracy:g}")
        when = datetime.now().strftime("%Y-%m-%d %H:%M")
        name, note = (" ".join(str(text).splitlines()) for text in (name, note))
        line = (when, name, int(parameters), f"{accuracy:.4f}", f"{seconds:.1f}", note)
        with self.path.open("a+b") as file:
            begun = self._beginning(file)
            file.write((begun + _as_csv(line)).encode())  # at the end, whatever else has been written there
            file.flush()
            os.fsync(file.fileno())

    def _beginning(self, file: io.BufferedRandom) -> str:
        """What must come before a new line: the names of the columns, or the end of a line that broke off."""
        if file.seek(0, os.SEEK_END) == 0:
            return _as_csv(COLUMNS)
        file.seek(-1, os.SEEK_END)
        return "" if file.read(1) == b"\n" else "\r\n"

    def runs(self) -> list[KeptRun]:
        """The trainings that can be read, the oldest first."""
        return [run for line in self._lines() if (run := _as_run(line))]

    def _lines(self) -> list[list[str]]:
        if not self.path.exists():
            return []
        text = self.path.read_text(encoding="utf-8", errors="replace")
        lines = [_values(line) for line in text.replace("\r\n", "\n").split("\n") if line]
        return [line for line in lines if line != [*COLUMNS]]

    def __str__(self) -> str:
        """The table as text, with a star at the best accuracy."""
        runs = self.runs()
        if not runs:
            return f"no trainings yet in {self.path}"
        best = max(run.accuracy for run in runs)
        wide = max(len("name"), *(len(run.name) for run in runs))
        lines = [f"{'when':16}  {'name':{wide}}  {'parameters':>10}  accuracy   seconds  note"]
        for run in runs:
            star = "*" if run.accuracy == best else " "
            lines.append(
                f"{run.when:16}  {run.name:{wide}}  {run.parameters:10,}  {run.accuracy:7.1%}{star}"
                f"  {run.seconds:8.1f}  {run.note}".rstrip()
            )
        unread = len(self._lines()) - len(runs)
        if unread:
            lines.append(f"({unread} further lines of {self.path} cannot be read as trainings)")
        return "\n".join(lines)


def _as_csv(values: tuple[object, ...]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(values)
    return text.getvalue()


def _values(line: str) -> list[str]:
    """The values of one line, read by itself: a quotation mark that is left open ends with it."""
    try:
        return next(csv.reader([line]))
    except csv.Error:
        return [line]


def _as_run(line: list[str]) -> KeptRun | None:
    try:
        when, name, parameters, accuracy, seconds, note = line
        run = KeptRun(when, name, int(parameters), float(accuracy), float(seconds), note)
    except ValueError:
        return None
    return run if 0 <= run.accuracy <= 1 else None
