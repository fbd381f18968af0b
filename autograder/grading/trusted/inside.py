"""The student's side: runs in the sandbox, executes cells, answers questions about what they defined.

Nothing here is trusted: student code shares this process and may change all of it. It only has to serve
honest code well; whatever it says is judged on the other side. It is started as a script, with `frames.py`
beside it, and imports nothing of the course.
"""

from __future__ import annotations

import ast
import base64
import builtins
import contextlib
import copy
import importlib
import io
import json
import linecache
import operator
import os
import random
import re
import signal
import socket
import sys
import time
import traceback
import types
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.grading.trusted import frames, shared
else:
    frames: Any = None  # imported by `prepare`, when sys.path says where NumPy is
    shared: Any = None

MOST_FIGURES = 4
MOST_PICTURE = 400_000  # bytes of one PNG
MOST_TEXT = 20_000  # characters of one error or displayed value
MOST_FILES = 8 << 20  # bytes of new files after a call
MOST_WATCHED = 4096  # bytes of a global variable whose changes are told
MOST_WARNINGS = 50


class CellTooLong(KeyboardInterrupt):
    """A cell or call used up its time."""


class Capped(io.TextIOBase):
    """A stream that keeps the first characters and counts the rest."""

    encoding = "utf-8"

    def __init__(self, outputs: list[dict[str, Any]], name: str, most: int) -> None:
        self.outputs, self.name, self.left = outputs, name, most

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        keep = text[: max(self.left, 0)]
        if keep:
            last = self.outputs[-1] if self.outputs else {}
            if last.get("kind") != self.name:
                last = {"kind": self.name, "text": ""}
                self.outputs.append(last)
            last["text"] += keep
        elif self.left > 0 or not text:
            return len(text)
        self.left -= len(text)
        if self.left <= 0 <= self.left + len(text) and len(text) > len(keep):
            self.outputs.append({"kind": self.name, "text": "\n... (more output, not kept)\n"})
        return len(text)


def compiled(tree: ast.mod, filename: str, mode: str, flags: int = 0) -> types.CodeType:
    """Code as a notebook has it: `await` is allowed, and no `from __future__` of ours applies."""
    await_anywhere = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code: types.CodeType = compile(tree, filename, mode, flags | await_anywhere, dont_inherit=True)  # type: ignore[call-overload]
    return code


class Absent:
    """Stands for what the notebook's own cells import but an answer may not use: takes everything, does
    nothing.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_repr_", "_ipython")):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __repr__(self) -> str:
        return f"<{self._name} is not there while an answer is graded>"


class Stage:
    """The student's namespace, and running cells in it."""

    def __init__(self, output_limit: int) -> None:
        self.main = types.ModuleType("__main__")
        self.names = self.main.__dict__
        self.names["__builtins__"] = builtins
        sys.modules["__main__"] = self.main
        self.outputs: list[dict[str, Any]] = []
        self.limit = output_limit
        self.names["get_ipython"] = lambda: SHELL
        self.names["display"] = self.display
        self.files: dict[str, int] = {}
        self.flags = 0
        self._loop: Any = None

    @contextlib.contextmanager
    def heard(self, most: int) -> Iterator[list[dict[str, Any]]]:
        """Collect what is written meanwhile."""
        before = self.outputs, sys.stdout, sys.stderr
        self.outputs = []
        sys.stdout = Capped(self.outputs, "stdout", most)
        sys.stderr = Capped(self.outputs, "stderr", most)
        try:
            yield self.outputs
        finally:
            self.outputs, sys.stdout, sys.stderr = before

    def run(self, source: str, name: str, seconds: float, setup: bool) -> tuple[Any, list[dict[str, Any]]]:
        """Run a cell; its error, or None, and its outputs."""
        error = None
        with self.heard(self.limit) as outputs:
            try:
                with limited(seconds):
                    self._run(source, f"<{name}>", setup)
                    self._figures()
            except BaseException as problem:
                error = describe_error(problem)
        return error, outputs

    def _run(self, source: str, filename: str, setup: bool) -> None:
        source = without_magics(source, filename)
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        tree = ast.parse(source, filename)
        last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        quiet = source.rstrip().endswith(";")
        body = tree.body[:-1] if last else tree.body
        self._note_future(body)
        if setup:
            for statement in body:
                self._setup_statement(statement, filename)
        else:
            self._execute(compiled(ast.Module(body, tree.type_ignores), filename, "exec", self.flags))
        if last:
            value = self._execute(compiled(ast.Expression(last.value), filename, "eval", self.flags))
            if value is not None and not quiet:
                self.names["_"] = value
                self.display(value)

    def _execute(self, code: types.CodeType) -> Any:
        value = eval(code, self.names)
        return self.wait_for(value) if code.co_flags & 0x80 else value  # inspect.CO_COROUTINE

    def wait_for(self, coroutine: Any) -> Any:
        """Run a coroutine to its end, in the loop of this notebook."""
        import asyncio

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop.run_until_complete(coroutine)

    def _note_future(self, body: list[ast.stmt]) -> None:
        """`from __future__ import ...` holds for the cells after it, too."""
        import __future__

        for node in body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                for alias in node.names:
                    feature = getattr(__future__, alias.name, None)
                    self.flags |= getattr(feature, "compiler_flag", 0)

    def _setup_statement(self, statement: ast.stmt, filename: str) -> None:
        """The instructor's own cells may import what an answer may not."""
        try:
            self._execute(compiled(ast.Module([statement], []), filename, "exec", self.flags))
        except ImportError:
            if not isinstance(statement, (ast.Import, ast.ImportFrom)):
                raise
            for alias in statement.names:
                bound = alias.asname or alias.name.split(".")[0]
                single = ast.copy_location(
                    ast.Import([alias])
                    if isinstance(statement, ast.Import)
                    else ast.ImportFrom(statement.module, [alias], statement.level),
                    statement,
                )
                try:
                    self._execute(compiled(ast.Module([single], []), filename, "exec"))
                except ImportError:
                    self.names[bound] = Absent(alias.name)

    def display(self, *values: Any, **ignored: Any) -> None:
        """Keep what a value looks like: text, and a picture where it is a figure."""
        for value in values:
            if isinstance(value, Absent):
                continue
            if "matplotlib.figure" in sys.modules and isinstance(
                value, sys.modules["matplotlib.figure"].Figure
            ):
                self._figure(value)
                continue
            self.outputs.append({"kind": "value", "text": shortened(repr(value))})

    def _figures(self) -> None:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            for number in pyplot.get_fignums():
                self._figure(pyplot.figure(number))
            pyplot.close("all")

    def _figure(self, figure: Any) -> None:
        if sum(output["kind"] == "figure" for output in self.outputs) >= MOST_FIGURES:
            return
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=72, bbox_inches="tight")
        if picture.tell() <= MOST_PICTURE:
            self.outputs.append({"kind": "figure", "png": picture.getvalue()})
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close(figure)


class Shell:
    """What notebooks ask of get_ipython(), as far as it makes sense without Jupyter.

    What does not is left out with a word, and the cell goes on, as in Jupyter: `!pip install` above an answer
    must not cost the answer.
    """

    user_ns: dict[str, Any]

    def __bool__(self) -> bool:
        """False: pyplot, which looks for IPython, then draws without its events."""
        return False

    def run_line_magic(self, name: str, line: str, *ignored: Any) -> Any:
        """Run what a timing magic is about; those that change nothing but speed or looks need nothing."""
        if name in ("time", "timeit"):
            STAGE._execute(compiled(ast.parse(line), f"<%{name}>", "exec"))
        elif name not in (
            "matplotlib",
            "load_ext",
            "reload_ext",
            "autoreload",
            "config",
            "pylab",
            "precision",
        ):
            _leave_out(f"%{name}")

    magic = run_line_magic

    def run_cell_magic(self, name: str, line: str, body: str) -> Any:
        """Run what a timing or capturing magic is about."""
        if name in ("writefile", "file"):
            words = line.split()
            with open(words[-1].strip("'\""), "a" if "-a" in words[:-1] else "w") as file:
                file.write(body)
            return
        if name not in ("time", "timeit", "capture", "prun", "python", "python3"):
            _leave_out(f"%%{name}")
            return
        STAGE._execute(compiled(ast.parse(body), f"<%%{name}>", "exec"))

    def system(self, command: str) -> list[str]:
        """There is no shell, so a command prints nothing."""
        _leave_out(f"!{command}")
        return []

    getoutput = system


def _leave_out(what: str) -> None:
    print(f"{shortened(what.strip())} is left out while an answer is graded")


_MAGIC = re.compile(r"^(\s*)(?:([\w, ]+?)\s*=\s*)?(%|!)(\w[\w.]*)?[ \t]*(.*)$")


def without_magics(source: str, filename: str) -> str:
    """IPython's magics as calls; only where the cell is no Python without that."""
    try:
        compile(source, filename, "exec", ast.PyCF_ONLY_AST)
    except SyntaxError:
        pass
    else:
        return source
    if source.lstrip().startswith("%%"):
        first, _, body = source.lstrip().partition("\n")
        name, _, line = first[2:].partition(" ")
        return f"get_ipython().run_cell_magic({name!r}, {line!r}, {body!r})"
    lines = []
    for line in source.splitlines():
        found = _MAGIC.match(line)
        if found:
            indent, target, sign, name, rest = found.groups()
            call = (
                f"get_ipython().run_line_magic({name or ''!r}, {rest!r})"
                if sign == "%"
                else f"get_ipython().system({(name or '') + ' ' + rest!r})"
            )
            line = f"{indent}{target + ' = ' if target else ''}{call}"
        elif re.match(r"^\s*\??\w[\w.]*\?{1,2}\s*$|^\s*\?{1,2}[\w.]+\s*$", line):
            line = re.match(r"\s*", line).group() + "pass"  # type: ignore[union-attr]
        lines.append(line)
    return "\n".join(lines)


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Interrupt what runs longer; the other side ends what cannot be interrupted."""

    def too_long(*ignored: Any) -> None:
        raise CellTooLong(f"ran longer than {seconds:g} s")

    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold an interrupt back: half of a conversation would confuse all that follows."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})


def shortened(text: Any) -> str:
    """The beginning of a text."""
    text = str(text)
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "..."


def describe_error(error: BaseException) -> tuple[tuple[str, ...], str, str]:
    """The names of its types, the message, and the lines of the student's cells that it went through."""
    kinds = tuple(kind.__name__ for kind in type(error).__mro__ if kind not in (object,))[:20]
    try:
        message = shortened(str(error))
    except BaseException:
        message = ""
    try:
        frames_of = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
        shown = frames_of[:20] + frames_of[-20:] if len(frames_of) > 40 else frames_of
        lines = ["Traceback (most recent call last):\n", *traceback.format_list(shown)] if shown else []
        lines += traceback.format_exception_only(type(error), error)
        trace = shortened("".join(lines))
    except BaseException:
        trace = f"{kinds[0]}: {message}"
    return kinds, message, trace


class Talk:
    """Answers the trusted side's requests, one at a time."""

    def __init__(self, channel: Any, stage: Stage) -> None:
        self.channel, self.stage = channel, stage
        self.handles: dict[int, Any] = {}
        self.known: dict[int, int] = {}
        self.watched: dict[str, bytes] = {}
        self.shared = shared.Shared(stage.names.get, -1)
        self.lent: dict[int, Any] = {}

    # Names for what is no plain data

    def name(self, value: Any) -> Any:
        """Everything has a name: a function of the instructor's keeps its own, the rest gets a number."""
        for number, function in self.lent.items():
            if function is value:
                return frames.Foreign("lent", number, getattr(value, "__name__", ""))
        kind = type(value)  # never isinstance: an object may lie about its class, or act when it is asked
        if issubclass(kind, types.ModuleType):
            return frames.Foreign("module", str(value.__name__))
        common = self.shared.name(value)
        if common is not None:
            return common
        number = self._number(value)
        if issubclass(kind, type) and value.__module__ == "__main__":
            return frames.Foreign("class", *self._class(number, value).details)
        what: Any = None
        if kind.__module__ == "__main__":
            what = self._class(self._number(kind), kind)
        elif kind.__name__ in ("function", "generator", "coroutine"):
            what = kind.__name__
        return frames.Foreign("handle", number, str(kind.__name__)[:100], callable(value), what)

    def _number(self, value: Any) -> int:
        number = self.known.get(id(value), -1)
        if number < 0:
            number = self.known[id(value)] = len(self.handles)
            self.handles[number] = value
        return number

    def _class(self, number: int, kind: Any) -> Any:
        """A class of the student's: its bases, as far as they are the student's or errors of Python's."""
        bases = []
        for base in kind.__bases__:
            if base.__module__ == "__main__":
                bases.append(self._class(self._number(base), base))
            elif issubclass(base, BaseException):
                bases.append(next(k for k in base.__mro__ if getattr(builtins, k.__name__, None) is k))
        calls = any("__call__" in vars(k) for k in kind.__mro__ if k is not object)
        return frames.Foreign("kind", number, str(kind.__name__)[:100], tuple(bases), calls)

    def meet(self, foreign: Any) -> Any:
        """What a name of the trusted side's stands for."""
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
        if kind == "lent":
            if details[0] not in self.lent:
                self.lent[details[0]] = self._borrowed(*details)
            return self.lent[details[0]]
        raise frames.WireError(f"an unexpected {kind}")

    def _borrowed(self, number: int, name: str, about: str) -> Any:
        def function(*args: Any, **kwargs: Any) -> Any:
            data = frames.encode(("callback", number, args, kwargs), self.name)
            with uninterrupted():
                self.channel.send(data)
                while True:
                    answer = frames.decode(self.channel.receive(), self.meet)
                    if type(answer[0]) is str:
                        break
                    self.answer(answer)  # the lent function uses something of ours
            if answer[0] == "value":
                return answer[1]
            kind = getattr(builtins, answer[1], RuntimeError)
            raise kind(answer[2])

        function.__name__ = function.__qualname__ = name or "function"
        function.__doc__ = about or None
        return function

    # Requests

    def serve(self) -> None:
        """Answer until the other side hangs up."""
        while True:
            try:
                request = frames.decode(self.channel.receive(), self.meet)
            except frames.Gone:
                return
            self.answer(request)

    def answer(self, request: Any) -> None:
        """Do what is asked and say what came of it."""
        serial, verb, *details = request
        answer = getattr(self, "do_" + verb)(*details)
        try:
            data = frames.encode((serial, *answer), self.name)
        except BaseException as error:
            error_ = (("ValueError", "Exception", "BaseException"), f"cannot be handed over: {error}", "")
            data = frames.encode((serial, "raised", (*error_, None), [], [], {}, {}, {}))
        self.channel.send(data)

    def do_run(self, source: str, name: str, seconds: float, setup: bool) -> tuple[Any, ...]:
        """Run a cell."""
        return ("ran", *self.stage.run(source, name, seconds, setup))

    def do_names(self, names: list[str]) -> tuple[Any, ...]:
        """What these names stand for; those that nothing stands for are left out."""
        found = {}
        self.shared.begin(None)
        self.watched.clear()
        for name in names:
            if name in self.stage.names and not isinstance(self.stage.names[name], Absent):
                value = self.stage.names[name]
                if issubclass(type(value), type) and value.__module__ == "__main__":
                    found[name] = self._class(self._number(value), value)
                    continue
                try:
                    data = frames.encode(value, self.name)
                except Exception:
                    value = self.name(value)
                else:
                    if data[:1] != b"x" and len(data) <= MOST_WATCHED:
                        self.watched[name] = data
                found[name] = value
        return "names", found

    def _moved(self) -> dict[str, Any]:
        """The small values among these names that are others by now: global variables that a call changes."""
        found = {}
        for name, before in self.watched.items():
            value = self.stage.names.get(name)
            with contextlib.suppress(Exception):
                data = frames.encode(value, self.name)
                if data != before:
                    self.watched[name] = data
                    found[name] = value
        return found

    def do_define(self, values: dict[str, Any]) -> tuple[Any, ...]:
        """Give names these values: what the instructor's cell made by chance is the same on both sides."""
        self.stage.names.update(values)
        return ("defined",)

    def do_ask(self, blob: bytes, seconds: float) -> tuple[Any, ...]:
        """Do something with one of our values: call it, take an attribute or an item, go through it."""
        operation, target, news, args, kwargs = frames.decode(blob, self.meet)
        self.shared.begin(None)
        self.shared.names = news.get("classes", ())
        self.shared.change(news.get("objects", {}))
        with self.stage.heard(MOST_TEXT) as outputs, self._surrounded(news):
            try:
                with limited(seconds), _warned(outputs):
                    act: Any = OPERATIONS[operation]
                    value = act(target, args, kwargs)
                for place, given in [*enumerate(args), *kwargs.items()]:
                    if value is given and type(value).__name__ in ("list", "dict", "set", "ndarray"):
                        value = frames.Foreign("argument", place)
                        break
                answer: tuple[Any, ...] = "value", value
            except BaseException as error:
                own = error if type(error).__module__ == "__main__" else None
                answer = "raised", (*describe_error(error), own)
        files = frames.changed_files(".", self.stage.files, MOST_FILES)
        moved, objects = self._moved(), {}
        if self.shared.names:
            self.shared.begin([*news.get("objects", {})])
            with contextlib.suppress(frames.WireError):
                frames.encode(answer, self.name)
                objects = self.shared.states(self.name)
        return (*answer, self._changed(blob, args, kwargs), outputs, files, moved, objects)

    @contextlib.contextmanager
    def _surrounded(self, news: dict[str, Any]) -> Iterator[None]:
        """The surroundings of a call as the test has made them: seeds, files, `input` and `print`."""
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
                frames.note_file(name, name, self.stage.files)
        before = {name: getattr(builtins, name) for name in ("input", "print") if name in news}
        for name in before:
            setattr(builtins, name, news[name])
        try:
            yield
        finally:
            for name, value in before.items():
                setattr(builtins, name, value)

    def _changed(self, blob: bytes, args: Any, kwargs: Any) -> list[Any]:
        """The arguments that are no longer what came: (position or name, what it is now)."""
        if frames.ends_with(blob, (args, kwargs), self.name):
            return []
        *_, old_args, old_kwargs = frames.decode(blob, self.meet)
        pairs = [*enumerate(zip(old_args, args, strict=False))]
        pairs += [(key, (old_kwargs[key], kwargs[key])) for key in old_kwargs if key in kwargs]
        return [
            (key, now)
            for key, (was, now) in pairs
            if frames.encode(was, self.name) != frames.encode(now, self.name)
        ]


@contextlib.contextmanager
def _warned(outputs: list[dict[str, Any]]) -> Iterator[None]:
    """Warnings are given where the test listens."""
    with warnings.catch_warnings(record=True) as found:
        try:
            yield
        finally:
            for each in (found or ())[:MOST_WARNINGS]:
                kinds = [kind.__name__ for kind in each.category.__mro__]
                outputs.append({"kind": "warning", "kinds": kinds, "text": shortened(each.message)})


def _through(target: Any, args: Any, kwargs: Any) -> list[Any]:
    """The next items of an iterator, some at a time, and whether there may be more."""
    items = []
    for item in target:
        items.append(item)
        if len(items) == args[0]:
            break
    return items


OPERATIONS = {
    "call": lambda target, args, kwargs: target(*args, **kwargs),
    "attribute": lambda target, args, kwargs: getattr(target, args[0]),
    "assign": lambda target, args, kwargs: setattr(target, args[0], args[1]),
    "unset": lambda target, args, kwargs: delattr(target, args[0]),
    "item": lambda target, args, kwargs: target[args[0]],
    "put": lambda target, args, kwargs: target.__setitem__(args[0], args[1]),
    "remove": lambda target, args, kwargs: target.__delitem__(args[0]),
    "length": lambda target, args, kwargs: len(target),
    "contains": lambda target, args, kwargs: args[0] in target,
    "iterator": lambda target, args, kwargs: iter(target),
    "next": _through,
    "reversed": lambda target, args, kwargs: iter(reversed(target)),
    "round": lambda target, args, kwargs: round(target, *args),
    "format": lambda target, args, kwargs: shortened(format(target, args[0])),
    "copy": lambda target, args, kwargs: copy.copy(target),
    "deepcopy": lambda target, args, kwargs: copy.deepcopy(target),
    "instance": lambda target, args, kwargs: isinstance(args[0], target),
    "truth": lambda target, args, kwargs: bool(target),
    "equal": lambda target, args, kwargs: bool(target == args[0]),
    "hash": lambda target, args, kwargs: hash(target),
    "float": lambda target, args, kwargs: float(target),
    "int": lambda target, args, kwargs: int(target),
    "text": lambda target, args, kwargs: shortened(str(target)),
    "repr": lambda target, args, kwargs: shortened(repr(target)),
    "signature": lambda target, args, kwargs: _signature(target),
    "code": lambda target, args, kwargs: _code(target),
    "operate": lambda target, args, kwargs: _operate(target, *args),
    "await": lambda target, args, kwargs: STAGE.wait_for(target),
    "enter": lambda target, args, kwargs: type(target).__enter__(target),
    "exit": lambda target, args, kwargs: _exit(target, *args),
}


def _operate(target: Any, name: str, other: Any = None, turned: bool = False) -> Any:
    act = getattr(operator, name)
    if name in ("neg", "abs", "pos", "invert"):
        return act(target)
    return act(other, target) if turned else act(target, other)


def _exit(target: Any, kind: str = "", message: str = "") -> bool:
    """End a `with` of a test's, with the error that was raised in it."""
    if not kind:
        return bool(type(target).__exit__(target, None, None, None))
    error = getattr(builtins, kind)(message)
    try:
        raise error
    except Exception:
        return bool(type(target).__exit__(target, type(error), error, error.__traceback__))


def _signature(target: Any) -> list[tuple[Any, ...]]:
    import inspect

    return [
        (p.name, int(p.kind), p.default is not p.empty, None if p.default is p.empty else p.default,
         p.annotation is not p.empty, None if p.annotation is p.empty else p.annotation)
        for p in inspect.signature(target).parameters.values()
    ]  # fmt: skip


def _code(target: Any) -> dict[str, Any]:
    """What can be known of a function's code without it."""
    code = target.__code__
    names = ("argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "varnames", "names", "flags", "name")
    return {f"co_{name}": getattr(code, f"co_{name}") for name in (*names, "filename", "firstlineno")}


def prepare(config: dict[str, Any]) -> None:
    """Imports before any limit holds."""
    global frames, shared
    sys.path[:] = [*config["path"]]
    sys.path.insert(0, config["here"])
    frames = importlib.import_module("frames")
    shared = importlib.import_module("shared")
    sys.path.remove(config["here"])
    importlib.import_module("numpy.random")
    _shim_ipython()


def confine(config: dict[str, Any]) -> None:
    """Give up what the student must not have. Raises where anything of it fails, before a cell has run."""
    import resource

    limits = config["rlimits"]
    for name, value in limits.items():
        number = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(number)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (value, value))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if config.get("landlock"):
        _restrict_files(config["landlock"])
    if config.get("uid"):
        _become(config["uid"], reads_all=bool(config.get("landlock")))
    if config.get("seccomp"):
        _filter_calls(base64.b64decode(config["seccomp"]), config["kill_rule"])


def _become(user: int, reads_all: bool) -> None:
    """Take a user id of our own and with it lose every right of root's.

    Where Landlock names the paths that can be read, file modes need not: Python may lie in root's home.
    """
    import ctypes
    import struct

    libc = ctypes.CDLL(None, use_errno=True)
    if reads_all:
        libc.prctl(8, 1, 0, 0, 0)  # PR_SET_KEEPCAPS
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    if reads_all:
        read_search = 1 << 2  # CAP_DAC_READ_SEARCH
        wanted = struct.pack("<IIIIII", read_search, read_search, 0, 0, 0, 0)
        if libc.capset(ctypes.c_char_p(struct.pack("<Ii", 0x20080522, 0)), ctypes.c_char_p(wanted)):
            raise OSError(ctypes.get_errno(), "capset")


def _libc() -> Any:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        raise OSError(ctypes.get_errno(), "no_new_privs")
    return libc


def _filter_calls(program: bytes, kill_rule: int) -> None:
    """Install a seccomp filter; `kill_rule` is where our own process id has to be filled in, or -1."""
    import ctypes
    import struct

    if kill_rule >= 0:
        at = kill_rule * 8 + 4
        program = program[:at] + struct.pack("<I", os.getpid()) + program[at + 4 :]
    libc = _libc()
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    if libc.prctl(22, 2, ctypes.c_char_p(header), 0, 0):  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        raise OSError(ctypes.get_errno(), "seccomp")


def _restrict_files(rules: dict[str, Any]) -> None:
    """Landlock: only these paths can be read, only the last can be written."""
    import ctypes
    import struct

    libc = _libc()
    handled = int(rules["handled"])
    attribute = struct.pack("<QQQ", handled, int(rules["network"]), int(rules["scoped"]))[
        : int(rules["size"])
    ]
    ruleset = libc.syscall(444, ctypes.c_char_p(attribute), ctypes.c_size_t(len(attribute)), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    for path, allowed in rules["paths"]:
        if not os.path.isdir(path):
            allowed = int(allowed) & int(rules["of_files"])
        try:
            opened = os.open(path, os.O_PATH)
        except FileNotFoundError:
            continue
        rule = struct.pack("<Qi", allowed, opened)
        if libc.syscall(445, ruleset, 1, ctypes.c_char_p(rule), 0):
            raise OSError(ctypes.get_errno(), f"landlock: {path}")
        os.close(opened)
    if libc.syscall(446, ruleset, 0):
        raise OSError(ctypes.get_errno(), "landlock")
    os.close(ruleset)


def _shim_ipython() -> None:
    """`from IPython.display import display` is in many notebooks; IPython itself is not here."""
    shell = types.ModuleType("IPython")
    shown = types.ModuleType("IPython.display")
    shell.get_ipython = lambda: SHELL  # type: ignore[attr-defined]
    shell.display = shown  # type: ignore[attr-defined]
    shell.version_info = (9, 0, 0, "")  # type: ignore[attr-defined]  # pyplot looks here, too
    shown.display = lambda *values, **ignored: STAGE.display(*values)  # type: ignore[attr-defined]
    shown.clear_output = lambda *ignored, **also: None  # type: ignore[attr-defined]
    for name in ("HTML", "Markdown", "Image", "Latex", "Math", "SVG", "Javascript", "Audio", "IFrame"):
        setattr(shown, name, lambda *ignored, name=name, **also: Absent(name))
    sys.modules.setdefault("IPython", shell)
    sys.modules.setdefault("IPython.display", shown)


def bring_files(channel: Any, most: int) -> None:
    """Take the files that came with the notebook, one frame each, into the working folder."""
    for _ in range(frames.decode(channel.receive())):
        path, data = frames.decode(channel.receive())
        most -= len(data)
        if most >= 0:
            with contextlib.suppress(OSError):
                os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
                with open(path, "xb") as file:
                    file.write(data)


def perform(connection: socket.socket, config: dict[str, Any]) -> None:
    """Serve one submission."""
    global STAGE
    sys.setrecursionlimit(3000)
    os.chdir(config["work"])
    channel = frames.Channel(connection)
    bring_files(channel, config["rlimits"]["FSIZE"])
    sys.path.insert(0, "")
    STAGE = Stage(config["output"])
    SHELL.user_ns = STAGE.names
    sys.modules["numpy.random"].seed(config["random"] % 2**32)
    random.seed(config["random"])
    nowhere = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    talk = Talk(channel, STAGE)
    frames.note_files(".", STAGE.files)
    channel.send(frames.encode(("ready", os.getpid(), round(time.process_time(), 4))))
    talk.serve()


SHELL = Shell()
STAGE: Stage


def main() -> None:
    """Started by the sandbox: the number of the socket, and the settings as JSON."""
    number, text = sys.argv[1:]
    config = json.loads(text)
    prepare(config)
    connection = socket.socket(fileno=int(number))
    connection.set_inheritable(False)
    confine(config)
    del sys.argv[1:]
    perform(connection, config)
    os._exit(0)


if __name__ == "__main__":
    sys.modules["inside"] = sys.modules["__main__"]
    main()
