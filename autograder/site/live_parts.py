"""Live parts of a page: the notebooks' own components, as HTML that `live/site.mjs` brings to life.

Each part has a file in `live/parts/`: its component, its state, the functions that it draws with, and its
first picture, so that it is drawn before Python is there.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course import CourseError
from autograder.site.functions import Part
from cs_conv.live import still
from cs_conv.live.frame import Packed

DATA = {"heat": ("fashion_mnist.npz",), "trainer": ("fashion_mnist.npz",)}
"""Files of cs_conv/data that are too large for every reader, by the component that needs them."""


@dataclass(frozen=True)
class Code:
    """Code that a reader finds in the editor, and `hidden` code of ours that runs after it."""

    shown: str
    hidden: str


@dataclass(frozen=True)
class Recording:
    """Pictures that are kept, to be played before Python is there: of `values` of one entry of the state.

    `rest` is a value whose picture stands for all others, if there is one. `plays`: a button goes through
    them.
    """

    entry: str
    values: Sequence[Any]
    rest: Any = None
    plays: bool = False


@dataclass(frozen=True)
class LivePart:
    """A component on a page: what it begins with, and the functions of the course that it may draw with."""

    component: str
    state: Mapping[str, Any]
    names: Sequence[str] = ()
    stubs: Mapping[str, str] = field(default_factory=dict)
    """What students receive for some of these functions."""
    edits: Sequence[str] = ()
    """The functions whose stubs are in the editor; if none is named, those that the first picture uses."""
    code: Code | None = None
    """What it draws with in place of the course's functions."""
    follows: bool = False
    """Whether it has no editor, and draws with the code of the part above it."""
    recording: Recording | None = None

    def html(self, folder: Path, root: str) -> str:
        """Write the part's file into `folder`; returns its HTML. `root` leads from the page to `live/`.

        Raises CourseError if its code, or the course's, cannot draw it.
        """
        part = self._part()
        first = part.picture(self.state)
        if part.trace:
            raise CourseError(f"the live part {self.component} cannot be drawn:\n{part.trace}")
        written = [name for name in self.edits or part.functions.asked if name in self.stubs]
        stubs = "\n\n".join(self.stubs[name].strip() for name in written)
        text = json.dumps(
            {
                "component": self.component,
                "state": self.state,
                "names": self.names,
                "code": self.code.shown if self.code else stubs,
                "hidden": self.code.hidden if self.code else "",
                "given": self.code is not None,
                "follows": self.follows,
                "checks": [] if self.code else written,
                "data": DATA.get(self.component, ()),
                "first": _as_json(first),
                "recorded": self._recorded(part),
            },
            separators=(",", ":"),
        )
        name = f"{self.component}-{hashlib.sha256(text.encode()).hexdigest()[:10]}.json"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        words = part.module.sentence(self.state).replace(" Run this cell to ", " Here you can ")
        matrices = part.module.still(part.module.frame(part.functions, self.state), self.state)
        picture = still.svg(matrices, words)
        return f'<div class="live-part" data-part="{root}live/parts/{name}">{picture}</div>'

    def _part(self) -> Part:
        part = Part(self.component, self.names, self.code.hidden if self.code else "")
        if self.code and (problem := part.define(self.code.shown)):
            raise CourseError(f"the code of the live part {self.component} fails:\n{problem}")
        return part

    def _recorded(self, part: Part) -> dict[str, Any] | None:
        if self.recording is None:
            return None
        entry, values, rest = self.recording.entry, self.recording.values, self.recording.rest
        frames = [_as_json(part.picture({**self.state, entry: value})) for value in values]
        other = None if rest is None else _as_json(part.picture({**self.state, entry: rest}))
        plays = self.recording.plays
        return {"entry": entry, "values": values, "frames": frames, "rest": other, "plays": plays}


def _as_json(packed: Packed) -> dict[str, Any]:
    """A packed picture as JSON holds it: its bytes in base64, all in one."""
    header, buffers = packed
    return {"header": header, "data": base64.b64encode(b"".join(bytes(b) for b in buffers)).decode()}
