"""The display of a long run: a moving bar, and a line for each submission that is done."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def moving_bar(console: Console) -> Progress:
    """A bar with the number done, the time taken, the time left, and what is running now."""
    return Progress(
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
        speed_estimate_period=120,  # one submission with an endless loop must not distort the estimate
    )


def show_line(console: Console, line: str) -> None:
    """Show one line: cut at the width of a terminal, whole in a file."""
    console.print(line, highlight=False, no_wrap=True, overflow="ellipsis", soft_wrap=not console.is_terminal)
