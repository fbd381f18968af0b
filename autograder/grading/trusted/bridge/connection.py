"""The trusted side of a call: names of the student's stand for themselves, data goes out, data comes back.

What a test gets from a student's function is a copy made of exact built-in types and arrays, or, for
anything else, a stand-in (`stand_ins.py`) that passes on what a test does with it.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import numpy as np

from autograder.grading.trusted.bridge.caught_errors import UNRAISED, Caught
from autograder.grading.trusted.bridge.remote_objects import (
    Kind,
    Remote,
    as_a_value,
    class_of,
    error_of,
    is_remote_class,
    stand_in,
)
from autograder.grading.trusted.computing_time import Allowance
from autograder.grading.trusted.inside import pandas_tables
from autograder.grading.trusted.inside.channel import Channel, Gone, Late
from autograder.grading.trusted.inside.errors import details_of, message_of
from autograder.grading.trusted.inside.instructor_classes import Shared
from autograder.grading.trusted.inside.named_kinds import Foreign, NotPlain, WireError, take_over
from autograder.grading.trusted.inside.wire_values import decode, encode

if TYPE_CHECKING:
    from autograder.grading.trusted.bridge.mirrored_state import Surroundings
    from autograder.grading.trusted.sandbox.backend import Sandbox

BRIEF = 0.25
"""Seconds that a call gets after several before it never ended."""

MOST_SLOW = 3
"""Calls of one test that may run too long; after that the test gets no more answers."""

MOST_CALLBACKS = 200_000
MOST_TEXT = 20_000
_ENDING = (SystemExit, KeyboardInterrupt)
"""What is raised as it is, though it is no Exception."""
_SHARED = ("builtins", "math", "cmath", "operator", "numpy", "numpy.linalg", "numpy.random")


class SandboxLost(Exception):
    """The student's process is gone or does not keep to the protocol. `timed_out` tells why."""

    def __init__(self, message: str, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class StudentError(Exception):
    """Something that student code raised and that is no ordinary built-in exception."""


class Patience:
    """How long a call may take: a quarter after each one that ran too long, so that a function that never
    ends costs its limit once, and not once for each test that calls it.
    """

    def __init__(self) -> None:
        self.slow_calls = self.in_this_test = 0

    def seconds(self, limit: float) -> float:
        """What the next call gets of a limit."""
        return max(min(limit, BRIEF), limit / 4 ** min(self.slow_calls, 20))

    def lose(self) -> None:
        """A call ran too long."""
        self.slow_calls += 1
        self.in_this_test += 1


class Line:
    """The connection to one sandbox: asks, serves calls back, checks that every answer fits its question."""

    def __init__(
        self,
        channel: Channel,
        patience: Patience | None = None,
        sandbox: Sandbox | None = None,
        around: Surroundings | None = None,
    ) -> None:
        self.channel, self.sandbox, self.around = channel, sandbox, around
        self.patience = patience or Patience()
        self.classes: dict[int, Any] = {}
        self.things: WeakValueDictionary[int, Any] = WeakValueDictionary()
        """The stand-ins that are in use, by number."""
        self.made: WeakValueDictionary[int, Any] = WeakValueDictionary()
        """Those that the test has made itself."""
        self.shared = Shared(lambda name: None, 1)
        self.caught = Caught()
        self.classes_asked_for: frozenset[str] = frozenset()
        """The names that the assignment wants to be classes."""
        self.moved: Callable[[dict[str, Any]], None] = lambda values: None
        """Told which global variables of the student's have other values after a call."""
        self.serial = 0
        self.seconds = 30.0
        self.left: Callable[[], float] = lambda: 3600.0
        """Seconds that are left of the cell's and of the notebook's."""
        self.waiting: Callable[[], None] = lambda: None
        """Called now and then while an answer is not there."""
        self.lent: list[Any] = []
        self.callbacks = 0
        self.lost: SandboxLost | None = None
        self.slow = False
        """Whether a call was interrupted because it took too long."""
        self.trace = ""
        """The student's side of the last error, for feedback."""

    # Requests

    def run(
        self, source: str, name: str, seconds: float, setup: bool, count: int = 0
    ) -> tuple[Any, list[Any]]:
        """Run the code cell of this number in the sandbox: its error (kinds, message, trace) or None, and its
        outputs.
        """
        seconds = self._seconds(seconds)
        answer = self._request("run", seconds, source, name, seconds, setup, count)
        if len(answer) != 3 or answer[0] != "ran" or type(answer[2]) is not list:
            raise self._broken("a malformed answer")
        if answer[1] is not None and type(answer[1]) is not tuple:
            raise self._broken("a malformed answer")
        error = None if answer[1] is None else _error_parts((*answer[1], None))[:3]
        return error, answer[2]

    def names(self, wanted: list[str]) -> dict[str, Any]:
        """What these names of the student's stand for; those that are nothing are left out."""
        answer = self._request("names", self._seconds(self.seconds), sorted(wanted))
        if len(answer) != 2 or answer[0] != "names" or type(answer[1]) is not dict:
            raise self._broken("a malformed answer")
        found = {name: value for name, value in answer[1].items() if name in wanted}
        return {
            name: value.called(self, name) if type(value) is Kind else value for name, value in found.items()
        }

    def define(self, values: dict[str, Any]) -> None:
        """Give names of the student's side these values."""
        self._request("define", self._seconds(self.seconds), values)

    def forget(self, names: frozenset[str]) -> None:
        """Drop from these names of the student's side what was imported under them."""
        self._request("forget", self._seconds(self.seconds), sorted(names))

    def ask(self, operation: str, target: Any, *args: Any, **kwargs: Any) -> Any:
        """Do something with a thing of the student's; its errors are raised here by their names."""
        return self.perform(operation, target, args, kwargs)

    def perform(self, operation: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The same for arguments of any name."""
        news: dict[str, Any] = {}
        if self.around is not None:
            news = self.around.outgoing()
            args = tuple(map(self.around.relative, args))
            kwargs = {name: self.around.relative(value) for name, value in kwargs.items()}
        sent: list[int] = []
        try:
            if self.shared.names:
                news["classes"] = self.shared.names
                self.shared.begin(sent)
                encode((args, kwargs), self._name)
                news["objects"] = self.shared.states(self._name)
            blob = encode((operation, target, news, args, kwargs), self._name)
        except NotPlain as error:
            raise TypeError(
                f"{error}: only data and functions can be handed to a student's function"
            ) from None
        except WireError as error:
            raise ValueError(f"the arguments are too large to hand over: {error}") from None
        if self.patience.in_this_test >= MOST_SLOW:
            raise SandboxLost("too many calls of this test ran too long", timed_out=True)
        seconds = self._seconds(self.patience.seconds(self.seconds))
        answer = self._request("ask", seconds, blob, seconds)
        if tuple(map(type, answer[2:])) != (list, list, dict, dict, dict):
            raise self._broken("a malformed answer")
        _speak(answer[3])
        if self.around is not None and answer[4]:
            self.around.incoming(answer[4], {str(PurePath(value)) for value in (*args, *kwargs.values())
                                             if isinstance(value, (str, PurePath))})  # fmt: skip
        self.moved(answer[5])
        try:
            self.shared.change(answer[6], sent)
        except WireError as error:
            raise self._broken(str(error)) from None
        changed = dict(filter(None, (_write_back(change, args, kwargs) for change in answer[2])))
        if answer[0] == "value":
            value = answer[1]
            if type(value) is _Argument:
                place = value.place
                given = dict(enumerate(args)) | kwargs
                if place not in given:
                    raise self._broken("an argument that it was not given")
                return changed.get(place, given[place])
            return value
        kinds, message, trace, own = _error_parts(answer[1])
        raise self.caught.raised(self._error(kinds, message, trace, own), kinds)

    def _seconds(self, wanted: float) -> float:
        """The time for one request, within what is left of the cell's and the notebook's."""
        left = self.left()
        if left <= 0:
            self.slow = True
            self.patience.in_this_test += 1
            raise SandboxLost("no time was left", timed_out=True)
        return max(0.05, min(wanted, left))

    def _request(self, verb: str, seconds: float, *details: Any) -> tuple[Any, ...]:
        if self.lost is not None:
            raise self.lost
        self.serial += 1
        allowed = Allowance(seconds, self.sandbox, self.left, self.waiting)
        try:
            self.channel.send(encode((self.serial, verb, *details), self._name), allowed.wait)
            while True:
                answer = decode(self.channel.receive(allowed.wait), self._meet)
                if type(answer) is not tuple or not answer:
                    raise self._broken("a malformed answer")
                if answer[0] == "callback" and len(answer) == 4:
                    self._serve_callback(*answer[1:], allowed)
                    continue
                if type(answer[0]) is not int or answer[0] != self.serial:
                    raise self._broken("an answer that nobody asked for")
                if verb in ("run", "ask") and len(answer) > 2:
                    self._note_time(allowed, *answer[1:3])
                return answer[1:]
        except Gone:
            self.lost = SandboxLost("the student's process ended")
        except Late:
            self.lost = SandboxLost(f"no answer within {seconds:.3g} s", timed_out=True)
            self.patience.lose()
        except WireError as error:
            self.lost = SandboxLost(f"the student's process sent nonsense: {error}")
        raise self.lost

    # Time

    def _note_time(self, allowed: Allowance, kind: Any, error: Any) -> None:
        """What ran too long may have caught the interrupt, and answer as if nothing had been."""
        says_so = kind in ("ran", "raised") and _kinds_of(error)[:1] == ("CellTooLong",)
        if not says_so and allowed.is_used_up():
            self.slow = True
            self.patience.lose()

    def read_clock(self) -> float:
        """Seconds that the student's process has computed; handing over data is among it."""
        if self.sandbox is None:
            raise SandboxLost("there is no process whose time could be told")
        try:
            return self.sandbox.clock()
        except (OSError, ValueError):
            raise self.lost or SandboxLost("the student's process ended") from None

    def watch_clock(self) -> Callable[[], str]:
        """What says from now on why these seconds cannot be believed; nothing where they can."""
        return self.sandbox.company() if self.sandbox is not None else str

    def _broken(self, what: str) -> SandboxLost:
        self.lost = SandboxLost(f"the student's process sent nonsense: {what}")
        return self.lost

    # Calls back

    def _serve_callback(self, number: Any, args: Any, kwargs: Any, allowed: Allowance) -> None:
        """The student's code calls a function that a test gave it."""
        self.callbacks += 1
        if self.callbacks > MOST_CALLBACKS:
            raise self._broken("too many calls back")
        known = type(number) is int and 0 <= number < len(self.lent)
        if not known or type(args) is not tuple or type(kwargs) is not dict:
            raise self._broken("a call of a function that it was not given")
        serial = self.serial
        try:
            answer = encode(("value", self.lent[number](*args, **kwargs)), self._name)
        except SandboxLost:
            raise
        except Exception as error:
            answer = encode(("raised", error), self._name)
        self.serial = serial
        self.channel.send(answer, allowed.wait)

    # Names for what is no plain data

    def _name(self, value: Any) -> Foreign | None:
        common = self.shared.name(value)
        if common is not None:
            return common
        original = self.caught.original(value)
        if original is not None:
            return Foreign("type", original.__name__)
        if isinstance(value, Remote) or is_remote_class(value):
            line, number = (
                (value._remote_line, value._remote_number)
                if isinstance(value, Remote)
                else (value._class_line, value._class_number)
            )
            if line is not self:
                raise NotPlain("a thing of a process that has ended")
            return Foreign("handle", number)
        if isinstance(value, np.random.Generator) and type(value.bit_generator) is np.random.PCG64:
            return Foreign("generator", value.bit_generator.state)
        if type(value) is np.random.RandomState:
            return Foreign("legacy", value.get_state())
        if isinstance(value, BaseException):
            known = value.__dict__.get("_remote")
            return self._name(known) if known else Foreign("error", -1, None, *self._details(value))
        if callable(value):
            shared = _shared_name(value)
            if shared:
                return Foreign("global", *shared)
            if not any(value is function for function in self.lent):
                self.lent.append(value)
            number = next(i for i, function in enumerate(self.lent) if function is value)
            about = (getattr(value, name, None) for name in ("__name__", "__doc__"))
            return Foreign("lent", number, *(text[:1000] if type(text) is str else "" for text in about))
        return None

    def _details(self, error: BaseException) -> tuple[Any, ...]:
        """What a student's function is told of an error of the test's."""
        names, arguments, *rest = details_of(error)
        try:
            encode(arguments, self._name)
        except WireError:
            arguments = (message_of(error),)
        return (names, arguments, *rest)

    def _meet(self, foreign: Foreign) -> Any:
        kind, details = foreign.kind, foreign.details
        kinds = tuple(type(detail) for detail in details)
        if kind == "handle" and kinds[:3] == (int, str, tuple) and len(details) == 4:
            return stand_in(self, *details)
        if kind in ("class", "kind") and kinds == (int, str, tuple, tuple, tuple):
            found = class_of(self, *details)
            return Kind(found, details[0]) if kind == "kind" else as_a_value(self, found, details[0])
        if kind == "error" and kinds[:1] == (int,) and len(details) > 2:
            return error_of(self, details[0], details[1], details[2:])
        if kind == "lent" and kinds[:1] == (int,) and 0 <= details[0] < len(self.lent):
            return self.lent[details[0]]
        if kind in ("shared", "member") and len(details) == 2:
            return self._common(kind, details)
        if kind == "argument" and kinds in ((int,), (str,)):
            return _Argument(details[0])
        if kind == "module" and len(details) == 1 and type(details[0]) is str:
            return Module(details[0][:100])
        raise WireError("something of a kind that is not known")

    def _common(self, kind: str, details: tuple[Any, ...]) -> Any:
        try:
            return self.shared.meet(kind, details)
        except (KeyError, AttributeError):
            raise WireError("an object that is not known") from None

    def _error(self, kinds: tuple[str, ...], message: str, trace: str, own: Any = None) -> BaseException:
        """The exception to raise here for one raised there: the same, unless it would end more than the call:
        a loop of the test's, which would look like success.
        """
        self.trace = trace
        if kinds[:1] == ("CellTooLong",):
            self.slow = True
            self.patience.lose()
        if type(own) in _ENDING or (isinstance(own, Exception) and not isinstance(own, UNRAISED)):
            return own
        name = kinds[0] if kinds and kinds[0].isidentifier() else "StudentError"
        error: Exception = type(name, (StudentError,), {"__module__": "student"})(f"{name}: {message}")
        error.__suppress_context__ = True
        return error


def _error_parts(parts: Any) -> tuple[tuple[str, ...], str, str, Any]:
    """The description of an error, made safe: short texts, and its stand-in where it is the student's."""
    if type(parts) is not tuple or len(parts) != 4 or type(parts[0]) is not tuple:
        return ("Exception",), "", "", None
    kinds = _kinds_of(parts)
    texts = [part[:MOST_TEXT] if type(part) is str else "" for part in parts[1:3]]
    return kinds, texts[0], texts[1], parts[3]


def _kinds_of(error: Any) -> tuple[str, ...]:
    """The names of an error's classes, as far as it has any."""
    kinds = error[0] if type(error) is tuple and error else ()
    return tuple(kind[:100] for kind in kinds[:20] if type(kind) is str) if type(kinds) is tuple else ()


class _Argument:
    """The answer is the very object that was handed over as this argument."""

    def __init__(self, place: int | str) -> None:
        self.place = place


def _speak(outputs: list[Any]) -> None:
    """What a student's function printed is printed here, where a test may listen."""
    for output in outputs[:100]:
        if type(output) is dict and type(output.get("text")) is str:
            if output.get("kind") == "warning" and type(output.get("kinds")) is list:
                _warn(output["kinds"], output["text"][:MOST_TEXT])
                continue
            stream = {"stdout": sys.stdout, "stderr": sys.stderr}.get(str(output.get("kind")))
            if stream is not None:
                stream.write(output["text"][:MOST_TEXT])


def _warn(kinds: list[Any], text: str) -> None:
    """A warning of the student's, of the nearest kind of Python's."""
    for name in kinds:
        kind = getattr(builtins, name, None) if type(name) is str else None
        if isinstance(kind, type) and issubclass(kind, Warning):
            warnings.warn_explicit(text, kind, "<answer>", 1)
            return


def _write_back(change: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any] | None:
    """An argument that the student's function changed is changed here too, in place, if it can be the same
    object; which one it was, and what it is now.
    """
    if type(change) is not tuple or len(change) != 2:
        return None
    key, new = change
    if type(key) is int and 0 <= key < len(args):
        return key, _overwrite(args[key], new)
    if type(key) is str and key in kwargs:
        return key, _overwrite(kwargs[key], new)
    return None


def _overwrite(old: Any, new: Any) -> Any:
    if type(old) is not type(new):
        return new
    if type(old) is np.ndarray:
        if old.shape == new.shape and old.dtype == new.dtype and old.flags.writeable:
            old[...] = new
            return old
        return new
    if type(old) is list:
        old[:] = [_overwrite(o, n) for o, n in zip(old, new, strict=False)] + new[len(old) :]
        return old
    if type(old) in (dict, OrderedDict, defaultdict):
        merged = {key: _overwrite(old[key], value) if key in old else value for key, value in new.items()}
        old.clear()
        old.update(merged)
        return old
    if pandas_tables.take_over(old, new) or take_over(old, new):
        return old
    if type(old) is tuple and len(old) == len(new):
        return tuple(_overwrite(o, n) for o, n in zip(old, new, strict=True))
    return new


def _shared_name(value: Any) -> tuple[str, str] | None:
    """Where both sides find the same function, e.g. ("math", "sin"): no call back is needed for it."""
    name = getattr(value, "__name__", None)
    if type(name) is not str or isinstance(value, Remote):
        return None
    for module in _SHARED:
        if module in sys.modules and getattr(importlib.import_module(module), name, None) is value:
            return module, name
    return None


class Module:
    """A module that the student imported under a name; the trusted side has its own or none."""

    def __init__(self, name: str) -> None:
        self.name = name


def module_named(module: str) -> Any:
    """A module, or what it holds under the last part of its name. Raises ImportError."""
    try:
        return importlib.import_module(module)
    except ImportError:
        parent, _, name = module.rpartition(".")
        if not parent:
            raise
        try:
            return getattr(importlib.import_module(parent), name)
        except AttributeError:
            raise ImportError(module) from None
