"""An engine that follows the state of a page: buttons that were pressed, settings that were changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cs_conv.data.dataset import Dataset
from cs_conv.live.engine.engine import Engine
from cs_conv.live.engine.picture import picture
from cs_conv.live.engine.settings import PATTERN, Settings

State = Mapping[str, Any]


class Session:
    """An engine, and how far it has followed its page."""

    def __init__(self, source: Mapping[str, Any], state: State, data: Dataset | None) -> None:
        self.refused, self._draft = "", ("", "")
        self._single, self._resets, self._wanted = state["single"], state["resets"], False
        settings = Settings.of(state)
        try:
            self.engine = Engine(source, settings, data)
        except ValueError:  # `follow` says why; begin with layers that can be
            self.engine = Engine(source, replace(settings, pattern=PATTERN), data)

    def follow(self, state: State) -> None:
        """Do what the state asks for, once for each change."""
        single, resets, wanted = state["single"], state["resets"], bool(state["running"])
        self.refused = self._refusal(lambda: self.engine.change(Settings.of(state)))
        if resets != self._resets:
            self.refused = self._refusal(self.engine.reset)
        if (wanted and not self._wanted) or single != self._single:
            self.engine.go()
        if single != self._single:
            self.engine.one_step()
        if not wanted:
            self.engine.rest()
        self._single, self._resets, self._wanted = single, resets, wanted

    @staticmethod
    def _refusal(do: Any) -> str:
        try:
            do()
        except ValueError as error:
            return str(error)
        except KeyError as error:
            return f"{error.args[0]} is not defined here: run the cell that defines it first"
        return ""

    def advance(self) -> bool:
        """Train for a slice if the page wants it; False if there is nothing more to do."""
        return self._wanted and self.engine.run()

    def frame(self, state: State) -> dict[str, Any]:
        """Follow the state, train for a slice, and give what is to be seen."""
        self.follow(state)
        running = self.advance()
        image = min(max(int(state["image"]), 0), len(self.engine.data.test_images) - 1)
        return {
            **picture(self.engine, image),
            "running": np.int32(running),
            "refused": self.refused,
            "drafted": self._drafted(state["draft"]),
        }

    def _drafted(self, draft: str) -> str:
        if self._draft[0] != draft:
            self._draft = (draft, self.engine.tried(draft))
        return self._draft[1]
