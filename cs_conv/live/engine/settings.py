"""What a person chooses before and while a network trains."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PATTERN = "INPUT -> [CONV -> RELU -> POOL]*2 -> FC"
"""The layers at first."""

OPTIMISERS = ("SGD", "SGD with momentum", "Adam")
"""How the weights may be moved."""


@dataclass(frozen=True)
class Settings:
    """What a person chooses.

    pattern: see `cs_conv.live.engine.patterns`. rate: of the optimiser, one of OPTIMISERS. batch: the
    images of a step. own: whether the learner's functions are used. seed: of the weights, and of the order
    of the images.
    """

    pattern: str
    rate: float = 0.05
    batch: int = 50
    optimiser: str = "SGD with momentum"
    own: bool = False
    seed: int = 0

    def check(self) -> None:
        """ValueError with the number if one of them cannot be."""
        if not (math.isfinite(self.rate) and self.rate >= 0):
            raise ValueError(f"the rate must be a number from 0 on, such as 0.05, not {self.rate:g}")
        if self.batch < 1:
            raise ValueError(f"a batch holds at least 1 image, not {self.batch}")
        if self.optimiser not in OPTIMISERS:
            raise ValueError(f"there is no optimiser {self.optimiser!r}; there are {', '.join(OPTIMISERS)}")

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Settings:
        """The settings in a page's state, whose rate is a text. ValueError if it is not a number."""
        typed = str(state["rate"]).strip().replace(",", ".")
        try:
            rate = float(typed)
        except ValueError:
            raise ValueError(f"the rate must be a number from 0 on, such as 0.05, not {typed!r}") from None
        batch, seed = int(state["batch"]), int(state["seed"])
        return cls(state["pattern"], rate, batch, state["optimiser"], bool(state["own"]), seed)

    def changes(self, new: Settings) -> str:
        """In words, what is different in `new`."""
        parts = []
        for name in ("pattern", "rate", "batch", "optimiser", "own", "seed"):
            after = getattr(new, name)
            if after != getattr(self, name):
                parts.append(
                    _WORDS[name].format("on" if after is True else "off" if after is False else after)
                )
        return ", ".join(parts)


_WORDS = {
    "pattern": "other layers",
    "rate": "rate {:g}",
    "batch": "batch {}",
    "optimiser": "{}",
    "own": "own functions {}",
    "seed": "seed {}",
}
