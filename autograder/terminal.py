"""The terminal that the commands write to, and text made fit for it."""

from __future__ import annotations

import codecs
import io
import sys

from rich.console import Console
from rich.markup import escape

console = Console()
_complaints = Console(stderr=True)

_PLAIN = {"█": "#", "·": ".", "✓": "+", "✗": "x", "×": "x", "■": "#", "…": "...", "–": "-"}


def speak_plainly() -> None:
    """Have characters that the terminal's encoding lacks replaced by plain ones, so that no output fails."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="cs-conv")


def complain(text: str) -> None:
    """Print an error for a person to fix on stderr; on one line if it is not a terminal."""
    wraps = not _complaints.is_terminal
    _complaints.print(f"[bold red]cs-conv:[/] {escape(text)}", highlight=False, soft_wrap=wraps)


def count(number: int, thing: str) -> str:
    """A number with what it counts, as in `1 page`, `2 pages`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def printable(text: str) -> str:
    """Students' text made safe for a terminal: a `?` for what would move the cursor or change colours."""
    return "".join(character if character.isprintable() else "?" for character in " ".join(text.split()))


def bar(score: float | None, max_score: float, width: int = 10) -> str:
    """The share of the points as a bar of `width` characters."""
    filled = round(width * (score or 0) / max_score) if max_score else 0
    filled = min(max(filled, 0), width)
    return "█" * filled + "·" * (width - filled)


def _lacking(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in lacking), error.end


codecs.register_error("cs-conv", _lacking)
