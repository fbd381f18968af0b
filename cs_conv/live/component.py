"""A component in Jupyter: an anywidget whose pictures the kernel computes with the learner's functions.

ipykernel may hand a message to any thread. Learner's code runs on the main one alone, where the Stop button
reaches it and no cell runs at the same time.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakSet

import anywidget
import traitlets

from cs_conv.live.frame import Packed, computed, packed
from cs_conv.live.work import Stop, Work

MODULES = Path(__file__).with_name("modules")
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.mjs";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|function) (\w+))", re.MULTILINE)


@lru_cache(maxsize=16)
def joined(name: str) -> str:
    """A JavaScript module and all that it imports as one text: Jupyter loads a component without a folder.

    Each imported module becomes a function that is called once, before those that import it, and returns
    what the module exports.
    """
    parts: dict[str, str] = {}

    def visit(module: str) -> str:
        text = (MODULES / f"{module}.mjs").read_text(encoding="utf-8")
        for _, imported in _IMPORT.findall(text):
            if imported not in parts:
                parts[imported] = _as_function(imported, visit(imported))
        return _IMPORT.sub(r"const \1 = \2_module;", text)

    last = visit(name)
    return "\n".join([*parts.values(), last])


def _as_function(module: str, text: str) -> str:
    exported = ", ".join(_EXPORT.findall(text))
    return f"const {module}_module = (() => {{\n{_EXPORT.sub('', text)}\nreturn {{ {exported} }};\n}})();"


class Component(anywidget.AnyWidget):
    """A live picture; `module` is one of `cs_conv.live`, with a function `frame`.

    If it has `advance` and `interrupted` as well, it works between two pictures: see `cs_conv.live.work`.
    """

    component = traitlets.Unicode().tag(sync=True)
    """The name of its two modules; a saved notebook keeps it."""
    state = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    """The first picture, which is drawn before any message is answered."""

    shown: ClassVar[WeakSet[Component]] = WeakSet()

    def __init__(self, module: Any, source: Mapping[str, Any], state: dict[str, Any], first: Packed) -> None:
        self.module, self.source = module, source
        try:
            self.loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self.loop = None
        name = module.__name__.rpartition(".")[2]
        super().__init__(
            _esm=joined(name),
            component=name,
            state=state,
            first={"header": first[0], "buffers": first[1]},
        )
        self.work: Work | None = None
        if hasattr(module, "advance"):
            advance, interrupted = (partial(f, source) for f in (module.advance, module.interrupted))
            self.work = Work(self.loop, advance, interrupted)
        self.on_msg(self._asked)
        Component.shown.add(self)

    def _asked(self, _: Any, content: Mapping[str, Any], buffers: Any) -> None:
        if content.get("kind") != "ask":
            return
        if self.loop is not None and threading.current_thread() is not threading.main_thread():
            self.loop.call_soon_threadsafe(self._answer, content)
        else:
            self._answer(content)

    def _answer(self, content: Mapping[str, Any]) -> None:
        state = content["state"]
        try:
            with Stop.ends():
                header, buffers = packed(computed(self.module.frame, self.source, state))
        except KeyboardInterrupt:
            header, buffers = packed(self._stopped(state))
        if self.work is not None:
            self.work.asked(state)
        self.send({"kind": "answer", "id": content["id"], **header}, buffers=buffers)

    def _stopped(self, state: Mapping[str, Any]) -> Any:
        """What is shown after the Stop button: why the work has ended, or that there is no picture."""
        if self.work is None:
            return "The Stop button ended this picture."
        self.work.interrupted(state)
        return computed(self.module.frame, self.source, state)


def refresh_after_cells() -> None:
    """After each cell the learner's functions may be new ones: let every component ask again."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None or getattr(shell, "_cs_conv_refreshes", False):
        return
    shell._cs_conv_refreshes = True
    shell.events.register("post_run_cell", _refresh)


def _refresh(*_: Any) -> None:
    for component in list(Component.shown):
        component.send({"kind": "refresh"})
