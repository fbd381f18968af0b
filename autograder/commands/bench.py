"""`cs-conv bench`: the benchmarks of a checkout, with their own options."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.course import CourseError


def run(words: Sequence[str]) -> None:
    """Become `python -m benchmarks`."""
    root = Path(__file__).parents[2]
    if not (root / "benchmarks").is_dir():
        raise CourseError("the benchmarks are not part of the installed package; run this in a checkout")
    sys.path.insert(0, str(root))
    raise SystemExit(importlib.import_module("benchmarks.__main__").main(words))
