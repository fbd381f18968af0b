"""Calling nbgrader's converters from Python, without their output. Errors hold what they logged."""

from __future__ import annotations

import logging
from io import StringIO
from typing import Any


class NbgraderError(Exception):
    """nbgrader failed; `log` is what it logged."""

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log

    @property
    def reason(self) -> str:
        """The line of the log that says why: the last that names an error, else the last."""
        lines = [line.strip() for line in self.log.splitlines() if line.strip()]
        errors = [line for line in lines if line.split(":")[0].endswith(("Error", "Exception"))]
        return (errors or lines or [str(self)])[-1][:300]


def run(app: Any, what: str) -> str:
    """Run `app`, one of nbgrader's converters; `what` says what for.

    Returns what it logged. Raises NbgraderError if it fails. KeyboardInterrupt passes through.
    nbgrader changes the working directory while it runs and puts it back.
    """
    heard = StringIO()
    handler = logging.StreamHandler(heard)
    log, before = app.log, app.log.propagate
    others = list(log.handlers)
    log.handlers, log.propagate = [handler], False
    level = log.level
    log.setLevel(logging.INFO)
    try:
        app.start()
    except Exception as error:
        raise NbgraderError(f"{what}: {error}", heard.getvalue()) from error
    finally:
        log.handlers, log.propagate = others, before
        log.setLevel(level)
    return heard.getvalue()
