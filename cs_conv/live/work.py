"""Work between two pictures, such as training: a slice at a time on the kernel's loop, so that cells can run.

It goes on only while a page keeps asking. The kernel's Stop button ends it. While no cell runs, ipykernel
ignores that button (SIGINT); a handler of our own then notes it. A press that comes while
ipykernel takes a message apart is lost, though, and so is one before the first slice: press again.
"""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

REST = 0.004
"""Seconds between two slices in which the loop takes messages: a cell begins within a few slices."""

PATIENCE = 2.5
"""Seconds after the last question in which work goes on; a page that is hidden asks once a second."""


class Stop:
    """The kernel's Stop button, outside of cells."""

    watched = pressed = False

    @classmethod
    def listen(cls) -> None:
        """From now on note the button, where ipykernel ignores it."""
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, cls._press)

    @classmethod
    def _press(cls, *_: Any) -> None:
        if cls.watched:
            raise KeyboardInterrupt
        cls.pressed = True

    @classmethod
    @contextmanager
    def ends(cls) -> Iterator[None]:
        """In the `with` block the button raises KeyboardInterrupt."""
        cls.listen()
        cls.watched = True
        try:
            yield
        finally:
            cls.watched = False


class Work:
    """Calls `advance(state)` on the loop, as long as it returns True and somebody asks for pictures."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop | None,
        advance: Callable[[Mapping[str, Any]], bool],
        interrupted: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self.loop, self.advance, self.interrupted = loop, advance, interrupted
        self._state: Mapping[str, Any] = {}
        self._until, self._busy = 0.0, False

    def asked(self, state: Mapping[str, Any]) -> None:
        """A page has asked for a picture of this state: work for a while."""
        self._state, self._until = state, time.monotonic() + PATIENCE
        if self.loop is not None and not self._busy:
            self._busy, Stop.pressed = True, False
            self.loop.call_later(REST, self._slice)

    def end(self) -> None:
        """No more work."""
        self._until = 0.0

    def _slice(self) -> None:
        self._busy = False
        if time.monotonic() > self._until or self.loop is None:
            return
        try:
            with Stop.ends():
                if Stop.pressed:
                    raise KeyboardInterrupt
                self._busy = self.advance(self._state)
        except KeyboardInterrupt:
            Stop.pressed = False
            self.interrupted(self._state)
        if self._busy:
            self.loop.call_later(REST, self._slice)
