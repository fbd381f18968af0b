"""The terminal that the commands write to, whatever it can show."""

from __future__ import annotations

import codecs
import io
import sys

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

console = Console()
_complaints = Console(stderr=True)

_PLAIN = {"█": "#", "·": ".", "✓": "+", "✗": "x", "×": "x", "■": "#", "…": "...", "–": "-"}


def speak_plainly() -> None:
    """Let nothing that is written fail: what a terminal's encoding lacks is shown by what it has."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="cs-conv")


def complain(text: str) -> None:
    """Say what a person can mend, on stderr; unbroken where a program reads it."""
    wraps = not _complaints.is_terminal
    _complaints.print(f"[bold red]cs-conv:[/] {escape(text)}", highlight=False, soft_wrap=wraps)


def count(number: int, thing: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def progress_table() -> Table:
    """A line for each exercise of one's own notebooks."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("assignment", no_wrap=True)
    table.add_column("exercise", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    return table


def printable(text: str) -> str:
    """Students' text for a terminal: what would move the cursor or change colours becomes a question mark."""
    return "".join(character if character.isprintable() else "?" for character in " ".join(text.split()))


def bar(score: float | None, max_score: float, width: int = 10) -> str:
    """The share of the points as a short bar."""
    filled = round(width * (score or 0) / max_score) if max_score else 0
    filled = min(max(filled, 0), width)
    return "█" * filled + "·" * (width - filled)


def _lacking(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in lacking), error.end


codecs.register_error("cs-conv", _lacking)
