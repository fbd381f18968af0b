"""How long a call may take: less after each call that ran too long.

A function that never ends therefore costs its limit once, and not once for each test that calls it.
"""

from __future__ import annotations

BRIEF = 0.25
"""Seconds that a call gets after several before it never ended."""
MOST_SLOW = 3
"""Calls of one test that may run too long; after that the test gets no more answers."""


class Patience:
    """Counts the calls that ran too long: in the whole notebook, and in the test that runs now."""

    def __init__(self) -> None:
        self.slow_calls = self.in_this_test = 0

    def seconds(self, limit: float) -> float:
        """The seconds that the next call gets: a quarter of `limit` after each call that ran too long."""
        return max(min(limit, BRIEF), limit / 4 ** min(self.slow_calls, 20))

    def lose(self) -> None:
        """Note a call that ran too long."""
        self.slow_calls += 1
        self.in_this_test += 1

    @property
    def is_used_up(self) -> bool:
        """Whether this test gets no more answers."""
        return self.in_this_test >= MOST_SLOW
