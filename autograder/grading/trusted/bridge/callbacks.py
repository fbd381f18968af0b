"""Functions of a test that were handed to the student's code, which may call them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.grading.trusted.bridge.sandbox_lost import SandboxLost
from autograder.grading.trusted.inside.named_kinds import WireError

MOST_CALLBACKS = 200_000
"""Calls back in one process of the student's."""


class Callbacks:
    """The functions that were handed over, by number."""

    def __init__(self) -> None:
        self._functions: list[Callable[..., Any]] = []
        self._calls = 0

    def number_of(self, function: Callable[..., Any]) -> int:
        """The function's number; it gets one if it has none."""
        for number, known in enumerate(self._functions):
            if known is function:
                return number
        self._functions.append(function)
        return len(self._functions) - 1

    def function(self, number: Any) -> Callable[..., Any]:
        """The function of this number. Raises WireError for a number that no function has."""
        if type(number) is not int or not 0 <= number < len(self._functions):
            raise WireError("a call of a function that it was not given")
        return self._functions[number]

    def call(self, number: Any, args: Any, kwargs: Any) -> tuple[str, Any]:
        """Call the function for the student's code: ("value", what it returns) or ("raised", its error).

        Raises WireError for a call that no honest side makes, and SandboxLost if the function used a process
        that is gone.
        """
        self._calls += 1
        if self._calls > MOST_CALLBACKS:
            raise WireError("too many calls back")
        function = self.function(number)
        if type(args) is not tuple or type(kwargs) is not dict:
            raise WireError("a call of a function that it was not given")
        try:
            return "value", function(*args, **kwargs)
        except SandboxLost:
            raise
        except Exception as error:
            return "raised", error
