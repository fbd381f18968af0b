"""The student's names in the tests: what the instructor's code uses and does not define is the student's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from autograder.grading.trusted.bridge.caught_errors import compared_with_pythons
from autograder.grading.trusted.bridge.modules import Module, module_named
from autograder.grading.trusted.notebook.template import Template, TemplateCell, parse

ALIASES = {"np": "numpy", "plt": "matplotlib.pyplot"}
"""Modules by the names that everyone gives them, for tests that rely on the student's import."""


class StudentsNames:
    """Puts the student's values into the namespace of the instructor's cells, before each of these."""

    def __init__(self, template: Template, namespace: dict[str, Any]) -> None:
        self._template, self._namespace = template, namespace
        self._mentioned: set[str] = set()
        self._compared: set[str] = set()
        """Names that the next cell compares with Python's error classes."""
        self._bound: dict[str, Any] = {}
        self._catchable: Callable[[Any], Any] = lambda value: value

    def prepare(self, cell: TemplateCell, source: str) -> None:
        """Note what the next cell of the instructor's uses."""
        self._mentioned |= cell.mentions | cell.imports & self._template.answer_names
        self._compared = compared_with_pythons(parse(source))

    def release(self) -> list[str]:
        """Take the student's values out; the names that need one anew."""
        for name, value in self._bound.items():
            if name in self._namespace and self._namespace[name] is value:
                del self._namespace[name]
        self._bound = {}
        return [name for name in self._mentioned if name not in self._namespace]

    def bind(self, wanted: list[str], found: dict[str, Any], catchable: Callable[[Any], Any]) -> None:
        """Put in the values that were found for these names. `catchable` makes one fit for `except`."""
        self._catchable = catchable
        builtins = vars(self._namespace["__builtins__"])
        for name, value in found.items():
            if isinstance(value, Module) or name in self._template.instructors_names:
                continue
            if name in builtins and name not in self._template.answer_names:
                continue  # a student's own `len` is not for the tests
            self._bound[name] = self._for_a_test(name, value)
        for name in wanted:
            module = self._template.modules.get(name, ALIASES.get(name, ""))
            if module and name not in self._template.answer_names and name not in builtins:
                self._bound.pop(name, None)
                with suppress(ImportError):
                    self._bound[name] = module_named(module)
        self._namespace.update(self._bound)

    def _for_a_test(self, name: str, value: Any) -> Any:
        return value if name in self._compared else self._catchable(value)

    def move(self, values: dict[str, Any]) -> None:
        """Take over global variables that a call changed, unless the test has set them itself."""
        for name, value in values.items():
            if name in self._bound and self._namespace.get(name) is self._bound[name]:
                self._bound[name] = self._namespace[name] = self._for_a_test(name, value)

    def yield_to_cell(self) -> None:
        """What the instructor's cell that ran has given a value is the instructor's from now on."""
        self._bound = {
            name: value for name, value in self._bound.items() if self._namespace.get(name) is value
        }

    def forget(self, names: frozenset[str]) -> None:
        """An answer is to define these: what the instructor's cells had under them no longer counts."""
        for name in names:
            self._namespace.pop(name, None)
