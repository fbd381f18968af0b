"""The trusted side of a call: names of the student's stand for themselves, data goes out, data comes back.

What a test gets from a student's function is a copy made of exact built-in types and arrays, or, for
anything else, a `Remote`: a stand-in that passes on what a test does with it. A `Remote` never takes part
in a comparison, a sum or a search together with data of the test: the student would otherwise see what was
expected, or answer for it.
"""

from __future__ import annotations

import builtins
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.grading.trusted.frames import (
    Channel,
    Foreign,
    Gone,
    Late,
    NotPlain,
    WireError,
    decode,
    encode,
)

if TYPE_CHECKING:
    from autograder.grading.trusted.sandbox.backend import Sandbox

GRACE = 1.5
"""Seconds beyond its limit that the sandbox gets to interrupt a call by itself."""

BRIEF = 0.25
"""Seconds that a call gets after several before it never ended."""

MOST_SLOW = 3
"""Calls of one test that may run too long; after that the test gets no more answers."""

MOST_CALLBACKS = 200_000
MOST_TEXT = 20_000
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
        self, channel: Channel, patience: Patience | None = None, sandbox: Sandbox | None = None
    ) -> None:
        self.channel, self.sandbox = channel, sandbox
        self.patience = patience or Patience()
        self.serial = 0
        self.seconds = 30.0
        self.deadline = time.monotonic() + 3600
        self.lent: list[Any] = []
        self.callbacks = 0
        self.lost: SandboxLost | None = None
        self.slow = False
        """Whether a call was interrupted because it took too long."""
        self.trace = ""
        """The student's side of the last error, for feedback."""

    # Requests

    def run(self, source: str, name: str, seconds: float, setup: bool) -> tuple[Any, list[Any]]:
        """Run a cell in the sandbox: its error (kinds, message, trace) or None, and its outputs."""
        seconds = self._seconds(seconds)
        answer = self._request("run", seconds, source, name, seconds, setup)
        if len(answer) != 3 or answer[0] != "ran" or type(answer[2]) is not list:
            raise self._broken("a malformed answer")
        error = None if answer[1] is None else _error_parts(answer[1])
        return error, answer[2]

    def names(self, wanted: list[str]) -> dict[str, Any]:
        """What these names of the student's stand for; those that are nothing are left out."""
        answer = self._request("names", self._seconds(self.seconds), sorted(wanted))
        if len(answer) != 2 or answer[0] != "names" or type(answer[1]) is not dict:
            raise self._broken("a malformed answer")
        return {name: value for name, value in answer[1].items() if name in wanted}

    def ask(self, operation: str, target: Remote, *args: Any, **kwargs: Any) -> Any:
        """Do something with a thing of the student's; its errors are raised here by their names."""
        return self.perform(operation, target, args, kwargs)

    def perform(self, operation: str, target: Remote, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The same for arguments of any name."""
        try:
            blob = encode((operation, target, args, kwargs), self._name)
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
        if len(answer) != 4 or type(answer[2]) is not list or type(answer[3]) is not list:
            raise self._broken("a malformed answer")
        _speak(answer[3])
        for change in answer[2]:
            _write_back(change, args, kwargs)
        if answer[0] == "value":
            return answer[1]
        raise self._error(*_error_parts(answer[1]))

    def _seconds(self, wanted: float) -> float:
        """The time for one request, within what is left of the cell's and the notebook's."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise SandboxLost("no time was left", timed_out=True)
        return max(0.05, min(wanted, left))

    def _request(self, verb: str, seconds: float, *details: Any) -> tuple[Any, ...]:
        if self.lost is not None:
            raise self.lost
        self.serial += 1
        deadline = time.monotonic() + seconds + GRACE
        try:
            self.channel.send(encode((self.serial, verb, *details), self._name), deadline)
            while True:
                answer = decode(self.channel.receive(deadline), self._meet)
                if type(answer) is not tuple or not answer:
                    raise self._broken("a malformed answer")
                if answer[0] == "callback" and len(answer) == 4:
                    self._serve_callback(*answer[1:], deadline)
                    continue
                if type(answer[0]) is not int or answer[0] != self.serial:
                    raise self._broken("an answer that nobody asked for")
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

    def read_clock(self) -> float:
        """Seconds that the student's process has computed; handing over data is among it."""
        if self.sandbox is None:
            raise SandboxLost("there is no process whose time could be told")
        try:
            return self.sandbox.clock()
        except (OSError, ValueError):
            raise self.lost or SandboxLost("the student's process ended") from None

    def clock_fault(self) -> str:
        """Why these seconds cannot be believed; empty where they can."""
        helped = self.sandbox is not None and self.sandbox.has_helpers()
        return "started other processes, so its time cannot be told" if helped else ""

    def _broken(self, what: str) -> SandboxLost:
        self.lost = SandboxLost(f"the student's process sent nonsense: {what}")
        return self.lost

    # Calls back

    def _serve_callback(self, number: Any, args: Any, kwargs: Any, deadline: float) -> None:
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
            answer = encode(("raised", _builtin_name(error), str(error)[:MOST_TEXT]))
        self.serial = serial
        self.channel.send(answer, deadline)

    # Names for what is no plain data

    def _name(self, value: Any) -> Foreign | None:
        if isinstance(value, Remote):
            if value._line is not self:
                raise NotPlain("a thing of a process that has ended")
            return Foreign("handle", value._number)
        if isinstance(value, np.random.Generator) and type(value.bit_generator) is np.random.PCG64:
            return Foreign("generator", value.bit_generator.state)
        if callable(value):
            shared = _shared_name(value)
            if shared:
                return Foreign("global", *shared)
            if not any(value is function for function in self.lent):
                self.lent.append(value)
            number = next(i for i, function in enumerate(self.lent) if function is value)
            return Foreign("lent", number, str(getattr(value, "__name__", "")))
        return None

    def _meet(self, foreign: Foreign) -> Any:
        kind, details = foreign.kind, foreign.details
        if kind == "handle" and len(details) == 3 and type(details[0]) is int and type(details[1]) is str:
            return _stand_in(details[1], bool(details[2]))(self, details[0])
        if (
            kind == "lent"
            and len(details) == 2
            and type(details[0]) is int
            and 0 <= details[0] < len(self.lent)
        ):
            return self.lent[details[0]]
        if kind == "module" and len(details) == 1 and type(details[0]) is str:
            return Module(details[0][:100])
        raise WireError("something of a kind that is not known")

    def _error(self, kinds: tuple[str, ...], message: str, trace: str) -> Exception:
        """The exception to raise here for one raised there: of the same built-in type, where that is an
        ordinary one.
        """
        self.trace = trace
        if kinds[:1] == ("CellTooLong",):
            self.slow = True
            self.patience.lose()
        for kind in kinds:
            base = getattr(builtins, kind, None)
            if base in (StopIteration, StopAsyncIteration):
                continue  # would end a loop of the test's and look like success
            if isinstance(base, type) and issubclass(base, Exception) and base is not Exception:
                break
        else:
            base = StudentError
            if kinds and kinds[0] not in ("Exception", "BaseException"):
                message = f"{kinds[0]}: {message}" if message else kinds[0]
        name = kinds[0] if kinds and kinds[0].isidentifier() and kinds[0].isascii() else base.__name__
        kind_ = base if name == base.__name__ else type(name, (base,), {"__module__": "student"})
        try:
            error = kind_(message) if message else kind_()
        except Exception:
            error = StudentError(f"{name}: {message}")
        error.__suppress_context__ = True
        return error


def _error_parts(parts: Any) -> tuple[tuple[str, ...], str, str]:
    """The description of an error, made safe: short texts only."""
    if type(parts) is not tuple or len(parts) != 3 or type(parts[0]) is not tuple:
        return ("Exception",), "", ""
    kinds = tuple(kind[:100] for kind in parts[0][:20] if type(kind) is str)
    texts = [part[:MOST_TEXT] if type(part) is str else "" for part in parts[1:]]
    return kinds, texts[0], texts[1]


def _speak(outputs: list[Any]) -> None:
    """What a student's function printed is printed here, where a test may listen."""
    for output in outputs[:100]:
        if type(output) is dict and type(output.get("text")) is str:
            stream = {"stdout": sys.stdout, "stderr": sys.stderr}.get(str(output.get("kind")))
            if stream is not None:
                stream.write(output["text"][:MOST_TEXT])


def _write_back(change: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """An argument that the student's function changed is changed here too, in place, if it can be the same
    object.
    """
    if type(change) is not tuple or len(change) != 2:
        return
    key, new = change
    if type(key) is int and 0 <= key < len(args):
        _overwrite(args[key], new)
    elif type(key) is str and key in kwargs:
        _overwrite(kwargs[key], new)


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
    if type(old) is dict:
        merged = {key: _overwrite(old[key], value) if key in old else value for key, value in new.items()}
        old.clear()
        old.update(merged)
        return old
    if type(old) is set:
        old.clear()
        old.update(new)
        return old
    if type(old) is bytearray:
        old[:] = new
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


def _builtin_name(error: Exception) -> str:
    for kind in type(error).__mro__:
        if getattr(builtins, kind.__name__, None) is kind and issubclass(kind, Exception):
            return kind.__name__
    return "RuntimeError"


class Module:
    """A module that the student imported under a name; the trusted side has its own or none."""

    def __init__(self, name: str) -> None:
        self.name = name


class Remote:
    """Stands for a thing of the student's that is no plain data."""

    __slots__ = ("_line", "_number")
    __array_ufunc__ = None

    def __init__(self, line: Line, number: int) -> None:
        object.__setattr__(self, "_line", line)
        object.__setattr__(self, "_number", number)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__name__", "__qualname__", "__doc__"):
            raise AttributeError(f"a student's {type(self).__name__} does not hand over {name}")
        if name.startswith(("_repr_", "_ipython_")):
            raise AttributeError(name)
        value = self._line.ask("attribute", self, name)
        return _Between(value) if name in _VERDICTS and isinstance(value, RemoteFunction) else value

    def __setattr__(self, name: str, value: Any) -> None:
        self._line.ask("assign", self, name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._line.ask("item", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._line.ask("put", self, key, value)

    def __len__(self) -> int:
        return _exactly(int, self._line.ask("length", self))

    def __iter__(self) -> Iterator[Any]:
        iterator = self._line.ask("iterator", self)
        if not isinstance(iterator, Remote):
            raise TypeError(f"a student's {type(self).__name__} cannot be gone through")
        return _items(iterator)

    def __next__(self) -> Any:
        for item in _next(self):
            return item
        raise StopIteration

    def __contains__(self, item: Any) -> bool:
        return any(type(each) is type(item) and bool(each == item) for each in self)

    def __bool__(self) -> bool:
        return _exactly(bool, self._line.ask("truth", self))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Remote):
            return False
        return _exactly(bool, self._line.ask("equal", self, other))

    def __hash__(self) -> int:
        return hash((id(self._line), self._number))

    def __add__(self, other: Any) -> Any:
        return self._line.ask("add", self, other) if isinstance(other, Remote) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        return self._line.ask("subtract", self, other) if isinstance(other, Remote) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        return self._line.ask("multiply", self, other) if isinstance(other, Remote) else NotImplemented

    def __str__(self) -> str:
        return _exactly(str, self._line.ask("text", self))

    def __repr__(self) -> str:
        return _exactly(str, self._line.ask("repr", self))

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)

    def __instancecheck__(self, thing: Any) -> bool:
        return isinstance(thing, Remote) and _exactly(bool, self._line.ask("instance", self, thing))


class RemoteFunction(Remote):
    """A thing of the student's that can be called."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it in the sandbox."""
        return self._line.perform("call", self, args, kwargs)

    @property
    def __signature__(self) -> Any:
        """Its parameters, for `inspect.signature`."""
        import inspect

        described = self._line.ask("signature", self)
        try:
            return inspect.Signature(
                [
                    inspect.Parameter(
                        _exactly(str, name),
                        list(inspect._ParameterKind)[_exactly(int, kind)],
                        default=None if _exactly(bool, optional) else inspect.Parameter.empty,
                    )
                    for name, kind, optional in _exactly(list, described)
                ]
            )
        except (ValueError, TypeError, IndexError):
            raise AttributeError("__signature__") from None

    def read_clock(self) -> float:
        """Seconds that the student's process has computed, for a race."""
        return self._line.read_clock()

    def clock_fault(self) -> str:
        """Why these seconds cannot be believed; empty where they can."""
        return self._line.clock_fault()


_VERDICTS = frozenset(
    {"startswith", "endswith", "issubset", "issuperset", "isdisjoint", "equals", "allclose", "array_equal"}
)
"""Methods of text, sets and tables that judge an expected value: no object of a student's may do that."""


class _Between:
    """Such a method: it works between two things of the student's, and not with data of a test."""

    def __init__(self, method: RemoteFunction) -> None:
        self._method = method

    def __call__(self, *args: Any) -> Any:
        """Compare with other things of the student's."""
        if not args or not all(isinstance(argument, Remote) for argument in args):
            raise TypeError("an object of the student's cannot judge what a test expects")
        return self._method(*args)


def _next(iterator: Remote) -> list[Any]:
    return _exactly(list, iterator._line.ask("next", iterator, 1))


def _items(iterator: Remote) -> Iterator[Any]:
    while True:
        items = _next(iterator)
        if not items:
            return
        yield items[0]


def _exactly(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"the student's object gave a {type(value).__name__} where a {kind.__name__} belongs")
    return value


_stand_ins: dict[tuple[str, bool], type[Remote]] = {}


def _stand_in(name: str, can_be_called: bool) -> type[Remote]:
    """A type of that name, so that messages name what the student returned."""
    base: type[Remote] = RemoteFunction if can_be_called else Remote
    if not (name.isidentifier() and name.isascii() and len(name) < 60) or name in dir(builtins):
        return base
    if (name, can_be_called) not in _stand_ins and len(_stand_ins) < 1000:
        _stand_ins[name, can_be_called] = type(name, (base,), {"__slots__": ()})
    return _stand_ins.get((name, can_be_called), base)


Student = Callable[..., Any]
