"""The commands of a page in docs: its blocks of shell commands, in order."""

from __future__ import annotations

import re
from pathlib import Path

BLOCK = re.compile(r"^(Not run by our tests[^`]*?)?^```sh ?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    """Each block's name and its commands; blocks that the page says are not run are left out."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [(name, script) for not_run, name, script in found if not not_run]
