"""Ending a sandbox that holds too much memory."""

from __future__ import annotations

import threading

from autograder.grading.trusted.sandbox.backend import Sandbox


class MemoryWatch(threading.Thread):
    """Ends a sandbox whose processes together hold more memory than they may."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(daemon=True)
        self.sandbox = sandbox

    def run(self) -> None:
        """Look four times a second, until it has ended."""
        while not self.sandbox.ended.wait(0.25):
            if self.sandbox.holds_too_much():
                self.sandbox.over_memory = True
                self.sandbox.end()
                return
