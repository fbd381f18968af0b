"""The connection to one student's process: it asks, and checks that every answer fits its question.

Data goes out and comes back as copies of exact built-in types and arrays, all else as references (see
`references`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from autograder.grading.trusted.bridge import heard_output
from autograder.grading.trusted.bridge.changed_arguments import SameArgument, write_back
from autograder.grading.trusted.bridge.patience import Patience
from autograder.grading.trusted.bridge.references import Classes, References
from autograder.grading.trusted.bridge.remote_objects import Remote
from autograder.grading.trusted.bridge.sandbox_lost import SandboxLost
from autograder.grading.trusted.bridge.student_errors import (
    TOO_LONG,
    RaisedThere,
    class_names,
    read_description,
    to_raise,
)
from autograder.grading.trusted.computing_time import Allowance
from autograder.grading.trusted.inside.channel import Channel, Gone, Late
from autograder.grading.trusted.inside.named_kinds import NotPlain, WireError
from autograder.grading.trusted.inside.wire_values import decode, encode

if TYPE_CHECKING:
    from autograder.grading.trusted.bridge.mirrored_state import MirroredState
    from autograder.grading.trusted.sandbox.backend import Sandbox


Call = tuple[tuple[Any, ...], dict[str, Any]]
"""The arguments of a call."""
Result = tuple[Any, BaseException | None]
"""What a call gave, or the error that it ended with."""
ROOM = 4 << 20
"""Bytes of arguments after which the next call waits for the next message."""


class Connection:
    """Asks one student's process, within limits of time, and serves its calls back.

    `moved` is told which global variables of the student's have other values after a call, `waiting` is
    called now and then while an answer is not there.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        sandbox: Sandbox | None = None,
        patience: Patience | None = None,
        state: MirroredState | None = None,
        classes: Classes | None = None,
        moved: Callable[[dict[str, Any]], None] = lambda values: None,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self._channel, self.sandbox, self._state = channel, sandbox, state
        self._moved, self._waiting = moved, waiting
        self._classes = classes or Classes()
        self._references = References(self, self._classes)
        self._serial = 0
        self.patience = patience or Patience()
        self.caught = self._references.caught
        self.seconds = 30.0
        """The most that a call may take."""
        self.left: Callable[[], float] = lambda: 3600.0
        """Seconds that are left of the cell's and of the notebook's."""
        self.lost: SandboxLost | None = None
        self.slow = False
        """Whether a call was interrupted because it took too long; read and reset by `was_slow`."""
        self.trace = ""
        """The student's side of the last error, for feedback."""

    def allow(self, seconds: float, left: Callable[[], float]) -> None:
        """Limit what comes next: seconds for a call, and what is left for all of them."""
        self.seconds, self.left = seconds, left

    def was_slow(self) -> bool:
        """Whether something ran too long since this was asked the last time."""
        slow, self.slow = self.slow, False
        return slow

    # Requests

    def run(
        self, source: str, name: str, seconds: float, setup: bool, count: int = 0
    ) -> tuple[RaisedThere | None, list[Any]]:
        """Run the code cell of this number in the sandbox; its error or None, and its outputs."""
        seconds = self._seconds(seconds)
        answer = self._request("run", seconds, source, name, seconds, setup, count)
        if len(answer) != 3 or answer[0] != "ran" or type(answer[2]) is not list:
            raise self._broken("a malformed answer")
        if answer[1] is not None and type(answer[1]) is not tuple:
            raise self._broken("a malformed answer")
        error = None if answer[1] is None else read_description((*answer[1], None))
        return error, answer[2]

    def names(self, wanted: list[str]) -> dict[str, Any]:
        """The values of these names of the student's, without those that have none."""
        answer = self._request("names", self._seconds(self.seconds), sorted(wanted))
        if len(answer) != 2 or answer[0] != "names" or type(answer[1]) is not dict:
            raise self._broken("a malformed answer")
        value_of = self._references.value_of_name
        return {name: value_of(name, value) for name, value in answer[1].items() if name in wanted}

    def define(self, values: dict[str, Any]) -> None:
        """Give names on the student's side these values."""
        self._request("define", self._seconds(self.seconds), values)

    def forget(self, names: frozenset[str]) -> None:
        """Drop from these names on the student's side what was imported under them."""
        self._request("forget", self._seconds(self.seconds), sorted(names))

    def ask(self, operation: str, target: Any, *args: Any) -> Any:
        """Do something with a student's object; the error of the student's code is raised here."""
        return self.perform(operation, target, args, {})

    def perform(self, operation: str, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The same with arguments of any name."""
        news: dict[str, Any] = {}
        if self._state is not None:
            news = self._state.outgoing()
            args = tuple(map(self._state.relative, args))
            kwargs = {name: self._state.relative(value) for name, value in kwargs.items()}
        sent: list[int] = []
        blob = self._packed(operation, target, news, args, kwargs, sent)
        if self.patience.is_used_up:
            raise SandboxLost("too many calls of this test ran too long", timed_out=True)
        seconds = self._seconds(self.patience.seconds(self.seconds))
        answer = self._request("ask", seconds, blob, seconds)
        if tuple(map(type, answer[2:])) != (list, list, dict, dict, dict):
            raise self._broken("a malformed answer")
        changes, outputs, files, moved, objects = answer[2:]
        heard_output.repeat(outputs)
        if self._state is not None and files:
            given = (value for value in (*args, *kwargs.values()) if isinstance(value, (str, PurePath)))
            self._state.incoming(files, {str(PurePath(value)) for value in given})
        self._moved(moved)
        try:
            self._references.shared.change(objects, sent)
        except WireError as error:
            raise self._broken(str(error)) from None
        return self._value(answer[0], answer[1], changes, args, kwargs)

    def _value(
        self, kind: Any, value: Any, changes: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """What a call gave, with the arguments changed as it changed them. Raises the error it raised."""
        changed = write_back(changes, args, kwargs)
        if kind != "value":
            raise self._raised(read_description(value))
        if type(value) is SameArgument:
            given_by_place = dict(enumerate(args)) | kwargs
            if value.place not in given_by_place:
                raise self._broken("an argument that it was not given")
            return changed.get(value.place, given_by_place[value.place])
        return value

    def call_each(self, target: Any, calls: Sequence[Call], at_once: bool = False) -> list[Result]:
        """The result or error of each of several calls of a student's function, in few messages.

        A process that ends is seen at the call that ended it; with `at_once`, where results come together,
        all calls of the last message are lost. The function gets what a single call would get; the calls of
        one message together have the time of a single call.
        """
        results: list[Result] = []
        if self._references.shared.names:
            return [self._single(target, *call) for call in calls]
        try:
            while len(results) < len(calls):
                self._some(target, calls[len(results) :], at_once, results)
        except SandboxLost as lost:
            results += [(None, lost)] * (len(calls) - len(results))
        return results

    def _single(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Result:
        try:
            return self.perform("call", target, args, kwargs), None
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return None, error

    def _some(self, target: Any, calls: Sequence[Call], at_once: bool, results: list[Result]) -> None:
        """Make the first of these calls, as many as fit into one message, and add what they gave."""
        news = self._state.outgoing() if self._state is not None else {}
        blobs: list[bytes] = []
        for args, kwargs in calls:
            blobs.append(self._encoded((args, kwargs)))
            if sum(map(len, blobs)) > ROOM:
                break
        if self.patience.is_used_up:
            raise SandboxLost("too many calls of this test ran too long", timed_out=True)
        seconds = self._seconds(self.patience.seconds(self.seconds))
        allowed = Allowance(seconds, self.sandbox, self.left, self._waiting)
        last: tuple[Any, Any] = "value", None
        waiting = list(calls[: len(blobs)])

        def part(blob: Any) -> None:
            nonlocal last
            found = decode(blob, self._references.resolve) if type(blob) is bytes else None
            if type(found) is not tuple or len(found) != 3 or type(found[2]) is not list or not waiting:
                raise self._broken("a malformed answer")
            last = found[:2]
            results.append(self._result(*found, *waiting.pop(0)))

        request = (target, news, blobs, seconds, at_once)
        answer = self._request("each", seconds, *request, allowed=allowed, part=part)
        if tuple(map(type, answer)) != (str, list, list, dict, dict):
            raise self._broken("a malformed answer")
        for blob in answer[1]:
            part(blob)
        if len(waiting) == len(blobs):
            raise self._broken("no answer")
        self._note_time(allowed, *last)
        heard_output.repeat(answer[2])
        if self._state is not None and answer[3]:
            self._state.incoming(answer[3], set())
        self._moved(answer[4])

    def _result(self, kind: Any, value: Any, changes: list[Any], *call: Any) -> Result:
        try:
            return self._value(kind, value, changes, *call), None
        except SandboxLost:
            raise
        except BaseException as error:
            return None, error

    def _encoded(self, values: Any) -> bytes:
        """Arguments as bytes. Raises TypeError, ValueError for what cannot be handed over."""
        try:
            return encode(values, self._references.to)
        except NotPlain as error:
            raise TypeError(
                f"{error}: only data and functions can be handed to a student's function"
            ) from None
        except WireError as error:
            raise ValueError(f"the arguments are too large to hand over: {error}") from None

    def _packed(
        self,
        operation: str,
        target: Any,
        news: dict[str, Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        sent: list[int],
    ) -> bytes:
        """A call as bytes; `sent` gets the numbers of the instructor's objects that go with it."""
        shared = self._references.shared
        if shared.names:
            news["classes"] = shared.names
            shared.begin(sent)
            self._encoded((args, kwargs))
            news["objects"] = shared.states(self._references.to)
        return self._encoded((operation, target, news, args, kwargs))

    def _raised(self, raised: RaisedThere) -> BaseException:
        """The exception to raise here for one that was raised there."""
        self.trace = raised.trace
        if raised.ran_too_long:
            self.slow = True
            self.patience.lose()
        return self.caught.raised(to_raise(raised), raised.kinds)

    def of_the_test(self, made: Remote, name: str) -> Remote:
        """What calling the class `name` gives a test: the test's own object if the assignment asks for it."""
        return self._references.known.made_by_the_test(made) if name in self._classes.asked_for else made

    # One question, one answer

    def _seconds(self, wanted: float) -> float:
        """The time for one request, within what is left of the cell's and the notebook's."""
        left = self.left()
        if left <= 0:
            self.slow = True
            self.patience.in_this_test += 1
            raise SandboxLost("no time was left", timed_out=True)
        return max(0.05, min(wanted, left))

    def _request(
        self,
        verb: str,
        seconds: float,
        *details: Any,
        allowed: Allowance | None = None,
        part: Callable[[Any], None] | None = None,
    ) -> tuple[Any, ...]:
        if self.lost is not None:
            raise self.lost
        self._serial += 1
        allowed = allowed or Allowance(seconds, self.sandbox, self.left, self._waiting)
        try:
            self._channel.send(encode((self._serial, verb, *details), self._references.to), allowed.wait)
            while True:
                answer = decode(self._channel.receive(allowed.wait), self._references.resolve)
                if type(answer) is not tuple or not answer:
                    raise self._broken("a malformed answer")
                if answer[0] == "callback" and len(answer) == 4:
                    self._serve_callback(*answer[1:], allowed)
                    continue
                if answer[0] == "part" and len(answer) == 2 and part is not None:
                    part(answer[1])
                    continue
                if type(answer[0]) is not int or answer[0] != self._serial:
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

    def _serve_callback(self, number: Any, args: Any, kwargs: Any, allowed: Allowance) -> None:
        """The student's code calls a function that a test handed to it."""
        serial = self._serial
        answer = self._references.callbacks.call(number, args, kwargs)
        try:
            data = encode(answer, self._references.to)
        except Exception as error:
            data = encode(("raised", error), self._references.to)
        self._serial = serial
        self._channel.send(data, allowed.wait)

    def _broken(self, what: str) -> SandboxLost:
        self.lost = SandboxLost(f"the student's process sent nonsense: {what}")
        return self.lost

    # Time

    def _note_time(self, allowed: Allowance, kind: Any, error: Any) -> None:
        """What ran too long may have caught the interrupt, and answer as if nothing had been."""
        says_so = kind in ("ran", "raised") and class_names(error)[:1] == (TOO_LONG,)
        if not says_so and allowed.is_used_up():
            self.slow = True
            self.patience.lose()

    def read_clock(self) -> float:
        """Seconds that the student's process has computed; handing over data is among it."""
        if self.sandbox is None:
            raise SandboxLost("no process is known whose time could be read")
        try:
            return self.sandbox.clock()
        except (OSError, ValueError):
            raise self.lost or SandboxLost("the student's process ended") from None

    def watch_clock(self) -> Callable[[], str]:
        """Watch whether these seconds can be believed; the answer says why not, or nothing."""
        return self.sandbox.company() if self.sandbox is not None else str
