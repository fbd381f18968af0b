"""A table, made once: printed in the terminal and written into a page of docs/.

Cells may carry rich's markup, such as `[green]0.9[/]`; a page gets their words alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import rich.table
from rich.text import Text

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """Rows of text below a head. The first `words` columns hold words, the others numbers."""

    title: str
    head: Sequence[str]
    words: int = 1
    rows: list[Sequence[str]] = field(default_factory=list)

    def printed(self, caption: str | None = None) -> rich.table.Table:
        """For the terminal. A row whose first cell is not empty begins a section."""
        table = rich.table.Table(title=self.title, caption=caption)
        for number, name in enumerate(self.head):
            left = number < self.words
            table.add_column(name, justify="left" if left else "right", no_wrap=left)
        for cells in self.rows:
            if cells[0]:
                table.add_section()
            table.add_row(*cells)
        return table

    def markdown(self) -> str:
        """For a page, without the title."""
        rule = ["---"] * self.words + ["---:"] * (len(self.head) - self.words)
        lines = [self.head, rule, *([Text.from_markup(cell).plain for cell in cells] for cells in self.rows)]
        return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def groups_of(rows: Sequence[Row], *keys: str) -> dict[tuple[Any, ...], list[Row]]:
    """The rows by what they have under these keys, in the order in which that first appears."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[key] for key in keys), []).append(row)
    return found
