"""Time that counts against a limit: seconds of computing, and of what only waits a fifth of the clock's.

On a busy machine everything takes longer by the clock, so computing is read from the kernel's count, and what
a process waits for a processor is not counted at all. What sleeps, or waits for something that never comes,
is ended after `WAITING` times as many seconds by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from autograder.grading.trusted.sandbox.backend import Sandbox

WAITING = 5
"""Seconds by the clock that cost as much as one second of computing."""
PRECISION = 0.05
"""Seconds by the clock within which a reading is not taken again."""


ROUNDING = 0.005
"""Seconds by which two counts of the same computing may differ."""
SLACK = 0.2
"""Seconds beyond its limit that the student's process gets to stop by itself."""
GRACE = 1.5
"""Seconds by the clock that it gets once it was interrupted from outside."""


class Reading(NamedTuple):
    """What clocks show, in seconds."""

    computed: float
    passed: float
    """By the clock, without what was waited for a processor."""

    def since(self, before: Reading) -> float:
        """Seconds that count, since an earlier reading."""
        return max(self.computed - before.computed, (self.passed - before.passed) / WAITING)


def own() -> Reading:
    """This process's clocks."""
    return Reading(time.process_time(), time.monotonic() - delayed("self"))


def delayed(pid: int | str) -> float:
    """Seconds that the main thread of a process was ready to run while others had all processors; 0 where the
    kernel does not count them, or the process is gone.
    """
    with suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/schedstat").read_bytes().split()[1]) / 1e9
    return 0.0


class Stopwatch:
    """Seconds that count, since it was made."""

    def __init__(self, read: Callable[[], Reading] = own) -> None:
        self._read, self._began = read, read()
        self._looked, self._spent = time.monotonic(), 0.0

    def spent(self, precision: float = PRECISION) -> float:
        """As of now, or of so many seconds ago."""
        now = time.monotonic()
        if now - self._looked >= precision:
            self._looked, self._spent = now, self._read().since(self._began)
        return self._spent


class Budget:
    """The seconds that a notebook has, and what this process and the sandboxes use of them."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds
        """Without what is running."""
        self.cpu = {"student": 0.0, "start": 0.0, "trusted": 0.0}
        """Seconds computed in sandboxes, passed while they started, and computed here."""
        self._sandbox: Sandbox | None = None
        self._seen = self._delayed = 0.0
        self._watch: Stopwatch | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Take what this takes from the seconds that are left; starting sandboxes is ours."""
        self._watch = Stopwatch(self.read)
        try:
            yield
        finally:
            self.left, self._watch = self.left - self._watch.spent(precision=0), None

    def left_now(self) -> float:
        """Seconds that are left, without what the running step has used so far."""
        return self.left - (self._watch.spent() if self._watch is not None else 0.0)

    def read(self) -> Reading:
        """The clocks of this process and of all its sandboxes."""
        here, late = own(), self._delayed
        if self._sandbox is not None:
            late += delayed(self._sandbox.members[-1])
        computed = here.computed + self.cpu["student"] + self._of_the_sandbox()
        return Reading(computed, here.passed - late - self.cpu["start"])

    def begin(self, sandbox: Sandbox, seconds: float) -> None:
        """Count a sandbox, too, which took so many seconds to start."""
        self._sandbox, self._seen = sandbox, 0.0
        self.cpu["start"] += seconds

    def end(self) -> None:
        """Keep what the sandbox has used, which is about to end."""
        self.cpu["student"] += self._of_the_sandbox()
        if self._sandbox is not None:
            self._delayed += delayed(self._sandbox.members[-1])
        self._sandbox, self._seen = None, 0.0

    def _of_the_sandbox(self) -> float:
        """What it has computed as far as was seen: the kernel forgets what has ended."""
        if self._sandbox is not None:
            self._seen = max(self._seen, self._sandbox.cpu())
        return self._seen


class Allowance:
    """The seconds that a request to a sandbox may take, and what is done when it takes longer.

    `left` gives what is left of the cell's seconds, where all processes count; `waiting` is called now and
    then while the answer is not there, which can take long on a busy machine.
    """

    def __init__(
        self,
        seconds: float,
        sandbox: Sandbox | None,
        left: Callable[[], float],
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self.seconds, self.sandbox, self.left, self.waiting = seconds, sandbox, left, waiting
        self._since = time.monotonic()
        self._began, self._looked = self._read(), False
        self._interrupted: float | None = None

    def _read(self) -> Reading:
        now = time.monotonic()
        with suppress(OSError):  # it has ended, which the channel will tell
            if self.sandbox is not None:
                return Reading(self.sandbox.clock(), now - delayed(self.sandbox.members[-1]))
        return Reading(0.0, now)

    def _over(self) -> float:
        """Seconds beyond what it may take; below 0 while it is within."""
        return max(self._read().since(self._began) - self.seconds, -self.left())

    def is_used_up(self) -> bool:
        """Whether it took all its seconds; looked at only where the clock says that it can have."""
        if time.monotonic() - self._since < self.seconds / 4:
            return False
        return self._read().since(self._began) > self.seconds - ROUNDING

    def wait(self) -> float:
        """Seconds by the clock to wait for the answer before asking again; 0 when it is too late for one.

        A process that does not stop by itself, as one that sleeps, is interrupted first.
        """
        if not self._looked:
            self._looked = True
            return min(1.0, self.seconds + PRECISION)
        self.waiting()
        if self._interrupted is None:
            over = self._over()
            if over <= SLACK:
                return min(1.0, max(PRECISION, -over))
            self._interrupted = self._read().passed
            if self.sandbox is not None:
                self.sandbox.interrupt()
        return max(0.0, min(1.0, self._interrupted + GRACE - self._read().passed))
