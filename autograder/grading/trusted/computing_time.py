"""Time that counts against a limit: seconds of computing, or a fifth of the seconds that the clock shows.

On a busy machine everything takes longer by the clock. So computing is read from the kernel's count, and the
time that a process waits for a processor does not count at all. Code that sleeps, or waits for what never
comes, is ended after `WAITING` times its limit by the clock.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from autograder.grading.trusted.sandbox.kernel_file import KernelFile

if TYPE_CHECKING:
    from autograder.grading.trusted.sandbox.backend import Sandbox

WAITING = 5
"""Seconds by the clock that cost as much as one second of computing."""
PRECISION = 0.05
"""Seconds by the clock for which a reading is used again."""


ROUNDING = 0.005
"""Seconds by which two counts of the same computing may differ."""
SLACK = 0.2
"""Seconds beyond its limit that the student's process gets to stop by itself."""
GRACE = 1.5
"""Seconds by the clock that it gets after an interrupt from outside."""


NEWS = 0.5
"""Seconds by the clock after which it is said again that an answer is waited for."""


class Reading(NamedTuple):
    """A reading of clocks, in seconds."""

    computed: float
    passed: float
    """By the clock, without the time spent waiting for a processor."""

    def since(self, before: Reading) -> float:
        """Seconds since an earlier reading that count."""
        return max(self.computed - before.computed, (self.passed - before.passed) / WAITING)


def own() -> Reading:
    """This process's clocks."""
    return Reading(time.process_time(), time.monotonic() - delayed("self"))


def delayed(pid: int | str) -> float:
    """Seconds that the main thread of a process was ready to run but had no processor.

    0 if the kernel does not count them, or the process is gone.
    """
    with suppress(OSError, ValueError, IndexError):
        return int(_counts(pid, os.getpid()).read().split()[1]) / 1e9
    return 0.0


@lru_cache(maxsize=64)
def _counts(pid: int | str, reader: int) -> KernelFile:
    """The kernel's counts of a process; "self" is another one after a fork."""
    return KernelFile(f"/proc/{pid}/schedstat")


class Meter:
    """Tells how many seconds that count have passed since it was made."""

    def __init__(self, read: Callable[[], Reading] = own) -> None:
        self._read, self._began = read, read()
        self._looked, self._spent = time.monotonic(), 0.0

    def spent(self, precision: float = PRECISION) -> float:
        """The seconds, as they were at most `precision` seconds ago."""
        now = time.monotonic()
        if now - self._looked >= precision:
            self._looked, self._spent = now, self._read().since(self._began)
        return self._spent


class TestTooLong(KeyboardInterrupt):
    """A test used up its time. No ordinary `except` may swallow it."""

    __test__ = False


@contextmanager
def limited(seconds: float, meter: Meter | None = None) -> Iterator[list[TestTooLong]]:
    """Raise TestTooLong in what runs longer.

    What was raised is in the list that this gives, in case the code within catches it.
    """
    ended: list[TestTooLong] = []
    meter = meter or Meter()

    def look(*ignored: Any) -> None:
        left = seconds - meter.spent()
        signal.setitimer(signal.ITIMER_REAL, min(max(left, PRECISION), seconds) if left > 0 else 0.5)
        if left <= 0:
            ended.append(TestTooLong(f"ran longer than {seconds:g} s"))
            raise ended[-1]  # and again, should someone hold it up

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))
    try:
        yield ended
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Budget:
    """The seconds that a notebook has, which this process and its sandboxes use up."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds
        """Seconds left at the beginning of the running step."""
        self.cpu = {"student": 0.0, "start": 0.0, "trusted": 0.0}
        """Seconds computed in sandboxes, passed while sandboxes started, and computed here."""
        self._sandbox: Sandbox | None = None
        self._seen = self._delayed = 0.0
        self._meter: Meter | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Take from the seconds that are left what this takes, without starting sandboxes."""
        self._meter = Meter(self.read)
        try:
            yield
        finally:
            self.left, self._meter = self.left - self._meter.spent(precision=0), None

    def left_now(self) -> float:
        """Seconds that are left at this moment."""
        return self.left - (self._meter.spent() if self._meter is not None else 0.0)

    def read(self) -> Reading:
        """A reading of the clocks of this process and of all its sandboxes together."""
        here, late = own(), self._delayed
        if self._sandbox is not None:
            late += delayed(self._sandbox.members[-1])
        computed = here.computed + self.cpu["student"] + self._of_the_sandbox()
        return Reading(computed, here.passed - late - self.cpu["start"])

    def begin(self, sandbox: Sandbox, seconds: float) -> None:
        """Count this sandbox too, which took so many seconds to start."""
        self._sandbox, self._seen = sandbox, 0.0
        self.cpu["start"] += seconds

    def end(self) -> None:
        """Note what the sandbox has used, before it ends."""
        self.cpu["student"] += self._of_the_sandbox()
        if self._sandbox is not None:
            self._delayed += delayed(self._sandbox.members[-1])
        self._sandbox, self._seen = None, 0.0

    def _of_the_sandbox(self) -> float:
        """Seconds that it has computed, as far as they were seen: the kernel forgets processes that ended."""
        if self._sandbox is not None:
            self._seen = max(self._seen, self._sandbox.cpu())
        return self._seen


class Allowance:
    """The seconds that one request to a sandbox may take, and the interrupt if it takes longer.

    `left` tells how many of the cell's seconds are left, for all processes together. `waiting` is called now
    and then until the answer comes, which can take long on a busy machine.
    """

    def __init__(
        self,
        seconds: float,
        sandbox: Sandbox | None,
        left: Callable[[], float],
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self.seconds, self.sandbox, self.left, self.waiting = seconds, sandbox, left, waiting
        self._since = self._said = time.monotonic()
        self._began, self._looked = self._read(), False
        self._interrupted: float | None = None

    def _read(self) -> Reading:
        now = time.monotonic()
        with suppress(OSError):  # it has ended, which the channel will tell
            if self.sandbox is not None:
                return Reading(self.sandbox.clock(), now - delayed(self.sandbox.members[-1]))
        return Reading(0.0, now)

    def _over(self) -> float:
        """Seconds beyond its limit, below 0 while it is within."""
        return max(self._read().since(self._began) - self.seconds, -self.left())

    def is_used_up(self) -> bool:
        """Whether it took all its seconds; read only if the clock says that this is possible."""
        return not self._early() and self._read().since(self._began) > self.seconds - ROUNDING

    def _early(self) -> bool:
        """Whether the clock says that it cannot have used its seconds, even with several cores."""
        return time.monotonic() - self._since < self.seconds / 4

    def wait(self) -> float:
        """Seconds by the clock to wait for the answer before asking this again; 0 if it is too late.

        A process that does not stop by itself, for instance because it sleeps, is interrupted first.
        """
        if not self._looked:
            self._looked = True
            return min(1.0, self.seconds + PRECISION)
        if time.monotonic() - self._said > NEWS:
            self._said = time.monotonic()
            self.waiting()
        if self._early() and self.left() > 0:
            return min(1.0, max(PRECISION, self.seconds / 4 - (time.monotonic() - self._since)))
        if self._interrupted is None:
            over = self._over()
            if over <= SLACK:
                return min(1.0, max(PRECISION, -over))
            self._interrupted = self._read().passed
            if self.sandbox is not None:
                self.sandbox.interrupt()
        return max(0.0, min(1.0, self._interrupted + GRACE - self._read().passed))
