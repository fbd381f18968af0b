"""Text and warnings of a student's function, given once more here, where a test may listen for them."""

from __future__ import annotations

import builtins
import sys
import warnings
from typing import Any

MOST_TEXT = 20_000
MOST_OUTPUTS = 100


def repeat(outputs: list[Any]) -> None:
    """Print what the student's function printed, and warn of what it warned of."""
    for output in outputs[:MOST_OUTPUTS]:
        if type(output) is dict and type(output.get("text")) is str:
            if output.get("kind") == "warning" and type(output.get("kinds")) is list:
                _warn(output["kinds"], output["text"][:MOST_TEXT])
                continue
            stream = {"stdout": sys.stdout, "stderr": sys.stderr}.get(str(output.get("kind")))
            if stream is not None:
                stream.write(output["text"][:MOST_TEXT])


def _warn(kinds: list[Any], text: str) -> None:
    """Give a warning of the nearest class of Python's."""
    for name in kinds:
        kind = getattr(builtins, name, None) if type(name) is str else None
        if isinstance(kind, type) and issubclass(kind, Warning):
            warnings.warn_explicit(text, kind, "<answer>", 1)
            return
