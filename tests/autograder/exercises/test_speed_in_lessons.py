"""What lesson 07 says that a race asks for is what it asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.checks import find, names

TIMED = [name for name in names() if find(name).speed]
TEXT = (Path(__file__).parents[3] / "solutions/07-speed/speed.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TIMED)
def test_the_lesson_says_how_fast_and_for_which_sizes(name: str) -> None:
    speed = find(name).speed
    assert speed is not None
    text = re.sub(r"\s*\n# ?", " ", TEXT.partition(f"# Write `{name}`")[2].partition("<details>")[0])
    large = speed.large
    size = f"{large['FH']}x{large['FW']}"
    if "K" in large:
        image = f"{large['C']}x{large['OH'] + large['FH'] - 1}x{large['OW'] + large['FW'] - 1}"
        sizes = f"for one image of {image} and {large['K']} filters of {size}"
    else:
        sizes = (
            f"for {large['C']} channels of {2 * large['OH']}x{2 * large['OW']}, {size} windows at stride 2"
        )
    assert sizes in text
    assert re.search(rf"\b{speed.times:g} times\s+as fast", text)
