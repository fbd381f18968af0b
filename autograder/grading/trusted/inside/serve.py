"""Answering the trusted side's requests, one at a time: running cells, looking up names, calls."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import os
import random
import signal
import sys
import types
import warnings
from collections.abc import Iterator
from time import monotonic, process_time
from typing import Any

from . import wire_values
from .channel import Channel, Gone
from .errors import MOST_CAUSES, details_of, made_of
from .files import changed_files, note_file
from .instructor_classes import Shared
from .named_kinds import MUTABLE
from .operations import OPERATIONS, later
from .showing import MOST_TEXT, shortened
from .student_cells import Absent, StudentCells, describe_error, limited
from .traits import traits_of, traits_of_its_class

MOST_FILES = 8 << 20  # bytes of new files after one call
MOST_WATCHED = 4096  # bytes of a global variable whose changes are told
MOST_WARNINGS = 50
SHARE = 0.01
"""The share of a call's seconds after which the next call waits for the next message."""
ROOM = 4 << 20
"""Bytes of results after which it does so, too."""
WAITING = 5
"""Seconds by the clock that count as one second of computing."""
_OF_PYTHON = frozenset(
    {"function", "method", "generator", "coroutine", "enumerate", "filter", "map", "reversed", "zip"}
)


class Requests:
    """Answers the trusted side's requests, one at a time."""

    def __init__(self, channel: Channel, cells: StudentCells) -> None:
        self.channel, self.cells = channel, cells
        self.handles: dict[int, Any] = {}
        self.known: dict[int, int] = {}
        self.watched: dict[str, bytes] = {}
        self.shared = Shared(cells.names.get, -1)
        self.lent: dict[int, Any] = {}
        self.operations = OPERATIONS | later(cells.runner.wait_for)

    # References to what is not plain data

    def name(self, value: Any) -> Any:
        """The reference to a value: a function of a test keeps its number, anything else gets one."""
        for number, function in self.lent.items():
            if function is value:
                return wire_values.Foreign("lent", number, getattr(value, "__name__", ""))
        kind = type(value)  # never isinstance: an object may lie about its class, or act when it is asked
        if issubclass(kind, types.ModuleType):
            return wire_values.Foreign("module", str(value.__name__))
        common = self.shared.name(value)
        if common is not None:
            return common
        if issubclass(kind, BaseException):
            return self._error(value, MOST_CAUSES)
        number = self._number(value)
        if issubclass(kind, type) and value.__module__ == "__main__":
            return wire_values.Foreign("class", *self._class(number, value).details)
        what: Any = None
        if kind.__module__ == "__main__":
            what = self._class(self._number(kind), kind)
        elif kind.__name__ in _OF_PYTHON:
            what = kind.__name__
        return wire_values.Foreign("handle", number, str(kind.__name__)[:100], traits_of(kind), what)

    def _error(self, error: BaseException, deep: int) -> Any:
        """The reference to an error, with its number if its class is the student's."""
        kind, number, what = type(error), -1, None
        if kind.__module__ == "__main__":
            number, what = self._number(error), self._class(self._number(kind), kind)
        details = details_of(error, lambda cause: self._error(cause, deep - 1) if deep else None)
        return wire_values.Foreign("error", number, what, *details)

    def _number(self, value: Any) -> int:
        number = self.known.get(id(value), -1)
        if number < 0:
            number = self.known[id(value)] = len(self.handles)
            self.handles[number] = value
        return number

    def _class(self, number: int, kind: Any) -> Any:
        """The description of a student's class, with bases that are the student's or Python's errors."""
        bases = []
        for base in kind.__bases__:
            if base.__module__ == "__main__":
                bases.append(self._class(self._number(base), base))
            elif issubclass(base, BaseException):
                bases.append(next(k for k in base.__mro__ if getattr(builtins, k.__name__, None) is k))
        traits = traits_of(kind), traits_of_its_class(kind)
        return wire_values.Foreign("kind", number, str(kind.__name__)[:100], tuple(bases), *traits)

    def meet(self, foreign: Any) -> Any:
        """What a reference of the trusted side's means."""
        kind, details = foreign.kind, foreign.details
        if kind == "handle":
            return self.handles[details[0]]
        if kind == "global":
            value = importlib.import_module(details[0])
            for part in details[1].split("."):
                value = getattr(value, part)
            return value
        if kind == "generator":
            import numpy

            generator = numpy.random.default_rng()
            generator.bit_generator.state = details[0]
            return generator
        if kind == "legacy":
            import numpy

            state = numpy.random.RandomState()
            state.set_state(details[0])
            return state
        if kind in ("shared", "member"):
            return self.shared.meet(kind, details)
        if kind == "error":
            return made_of(details[2:])
        if kind == "lent":
            if details[0] not in self.lent:
                self.lent[details[0]] = self._borrowed(*details)
            return self.lent[details[0]]
        raise wire_values.WireError(f"an unexpected {kind}")

    def _borrowed(self, number: int, name: str, about: str) -> Any:
        def function(*args: Any, **kwargs: Any) -> Any:
            data = wire_values.encode(("callback", number, args, kwargs), self.name)
            with uninterrupted():
                self.channel.send(data)
                while True:
                    answer = wire_values.decode(self.channel.receive(), self.meet)
                    if type(answer[0]) is str:
                        break
                    self.answer(answer)  # the function of the test uses an object of this side
            if answer[0] == "value":
                return answer[1]
            raise answer[1]

        function.__name__ = function.__qualname__ = name or "function"
        function.__doc__ = about or None
        return function

    # Requests

    def serve(self) -> None:
        """Answer until the other side closes the connection."""
        while True:
            try:
                request = wire_values.decode(self.channel.receive(), self.meet)
            except Gone:
                return
            self.answer(request)

    def answer(self, request: Any) -> None:
        """Do what is asked, and send the answer."""
        serial, verb, *details = request
        answer = getattr(self, "do_" + verb)(*details)
        try:
            data = wire_values.encode((serial, *answer), self.name)
        except BaseException as error:
            data = wire_values.encode((serial, "raised", _not_sent(error), [], [], {}, {}, {}))
        self.channel.send(data)

    def do_run(self, *cell: Any) -> tuple[Any, ...]:
        """Run a cell."""
        return ("ran", *self.cells.run(*cell))

    def do_names(self, names: list[str]) -> tuple[Any, ...]:
        """The values of these names, without those that have none."""
        found = {}
        self.shared.begin(None)
        self.watched.clear()
        for name in names:
            if name in self.cells.names and not isinstance(self.cells.names[name], Absent):
                value = self.cells.names[name]
                if issubclass(type(value), type) and value.__module__ == "__main__":
                    found[name] = self._class(self._number(value), value)
                    continue
                try:
                    data = wire_values.encode(value, self.name)
                except Exception:
                    value = self.name(value)
                else:
                    if data[:1] != b"x" and len(data) <= MOST_WATCHED:
                        self.watched[name] = data
                found[name] = value
        return "names", found

    def _moved(self) -> dict[str, Any]:
        """The small values among the names asked for that a call has changed, such as global variables."""
        found = {}
        for name, before in self.watched.items():
            value = self.cells.names.get(name)
            with contextlib.suppress(Exception):
                data = wire_values.encode(value, self.name)
                if data != before:
                    self.watched[name] = data
                    found[name] = value
        return found

    def do_define(self, values: dict[str, Any]) -> tuple[Any, ...]:
        """Give names these values: what an instructor's cell drew by chance is then the same here."""
        self.cells.names.update(values)
        return ("defined",)

    def do_forget(self, names: list[str]) -> tuple[Any, ...]:
        """Drop the values of these names, unless they were written in the notebook."""
        for name in names:
            if getattr(self.cells.names.get(name), "__module__", None) != "__main__":
                self.cells.names.pop(name, None)
        return ("forgotten",)

    def do_ask(self, blob: bytes, seconds: float) -> tuple[Any, ...]:
        """Do something with an object of this side, such as a call (see `operations`)."""
        operation, target, news, args, kwargs = wire_values.decode(blob, self.meet)
        self.shared.begin(None)
        self.shared.names = news.get("classes", ())
        self.shared.change(news.get("objects", {}))
        with self.cells.heard(MOST_TEXT) as outputs, self._surrounded(news):
            try:
                with limited(seconds), _warned(outputs):
                    act: Any = self.operations[operation]
                    value = act(target, args, kwargs)
                answer: tuple[Any, ...] = "value", _or_argument(value, args, kwargs)
            except BaseException as error:
                answer = "raised", (*describe_error(error), self._if_it_can_be_sent(error))
        files = changed_files(".", self.cells.files, MOST_FILES)
        moved, objects = self._moved(), {}
        if self.shared.names:
            self.shared.begin([*news.get("objects", {})])
            with contextlib.suppress(wire_values.WireError):
                wire_values.encode(answer, self.name)
                objects = self.shared.states(self.name)
        return (*answer, self._changed(blob, args, kwargs), outputs, files, moved, objects)

    def do_each(
        self, target: Any, news: dict[str, Any], calls: list[bytes], seconds: float, at_once: bool
    ) -> tuple[Any, ...]:
        """Make calls one after the other, as many as take little time and room; together they may take
        `seconds`. Each result goes off at once, before the next call can end this process; or all come in
        the answer.
        """
        self.shared.begin(None)
        self.shared.names = ()
        results: list[bytes] = []
        began, clock, size = process_time(), monotonic(), 0
        with self.cells.heard(MOST_TEXT) as outputs, self._surrounded(news):
            for blob in calls:
                args, kwargs = wire_values.decode(blob, self.meet)
                goes_on = True
                try:
                    with limited(seconds, began), _warned(outputs):
                        value = target(*args, **kwargs)
                    answer: tuple[Any, ...] = "value", _or_argument(value, args, kwargs)
                except BaseException as error:
                    goes_on = isinstance(error, Exception)
                    answer = "raised", (*describe_error(error), self._if_it_can_be_sent(error))
                try:
                    data = wire_values.encode((*answer, self._changed(blob, args, kwargs)), self.name)
                except BaseException as error:
                    data = wire_values.encode(("raised", _not_sent(error), []))
                size += len(data)
                if at_once:
                    results.append(data)
                else:
                    self.channel.send(wire_values.encode(("part", data)))
                spent = max(process_time() - began, (monotonic() - clock) / WAITING)
                if not goes_on or spent > seconds * SHARE or size > ROOM:
                    break
        files = changed_files(".", self.cells.files, MOST_FILES)
        return "each", results, outputs, files, self._moved()

    def _if_it_can_be_sent(self, error: BaseException) -> BaseException | None:
        try:
            wire_values.encode(error, self.name)
        except Exception:
            return None
        return error

    @contextlib.contextmanager
    def _surrounded(self, news: dict[str, Any]) -> Iterator[None]:
        """For one call: seeds, files, `input` and `print` as the test has them."""
        states = news.get("states", {})
        if "random" in states:
            random.setstate(states["random"])
        if "numpy.random" in states:
            sys.modules["numpy.random"].set_state(states["numpy.random"])
        for name in news.get("folders", ()):
            with contextlib.suppress(OSError):
                os.makedirs(name, exist_ok=True)
        for name, data in news.get("files", {}).items():
            with contextlib.suppress(OSError):
                os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
                with open(name, "wb") as file:
                    file.write(data)
                note_file(name, name, self.cells.files)
        before = {name: getattr(builtins, name) for name in ("input", "print") if name in news}
        for name in before:
            setattr(builtins, name, news[name])
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(builtins, name, value)

    def _changed(self, blob: bytes, args: Any, kwargs: Any) -> list[Any]:
        """The arguments that have changed: (position or name, what it is now) for each."""
        if wire_values.ends_with(blob, (args, kwargs), self.name):
            return []
        *_, old_args, old_kwargs = wire_values.decode(blob, self.meet)
        pairs = [*enumerate(zip(old_args, args, strict=False))]
        pairs += [(key, (old_kwargs[key], kwargs[key])) for key in old_kwargs if key in kwargs]
        return [
            (key, now)
            for key, (was, now) in pairs
            if wire_values.encode(was, self.name) != wire_values.encode(now, self.name)
        ]


def _or_argument(value: Any, args: Any, kwargs: Any) -> Any:
    """The value that a call gave; a reference if it is the very object that was handed over."""
    for place, given in [*enumerate(args), *kwargs.items()]:
        if value is given and type(value) in MUTABLE:
            return wire_values.Foreign("argument", place)
    return value


def _not_sent(error: BaseException) -> tuple[Any, ...]:
    """The description of an error for what cannot be sent."""
    return ("ValueError", "Exception", "BaseException"), f"cannot be handed over: {error}", "", None


@contextlib.contextmanager
def _warned(outputs: list[dict[str, Any]]) -> Iterator[None]:
    """Collect warnings among the outputs, so that the test gets them."""
    with warnings.catch_warnings(record=True) as found:
        try:
            yield
        finally:
            for each in (found or ())[:MOST_WARNINGS]:
                kinds = [kind.__name__ for kind in each.category.__mro__]
                outputs.append({"kind": "warning", "kinds": kinds, "text": shortened(each.message)})


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold interrupts back: after half a message, all that follow would be misread."""
    ends = {signal.SIGALRM, signal.SIGPROF}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ends)
