"""The live trainer: type layers, press Train, watch a network learn; pause, change anything, and go on.

    from cs_conv.live import trainer
    trainer(globals())
    trainer(globals(), "INPUT -> [CONV(16) -> NORM -> RELU -> POOL]*2 -> FC", rate=0.01, optimiser="Adam")
    trainer(globals(), own=True, batch=10)       # your conv_forward, conv_backward, and more if you have them
    trainer(globals(), data=cifar)               # another cs_conv.data Dataset

`cs_conv.live.engine.patterns` says what a pattern may hold. With `own` the layers call, looked up at each
call, `conv_forward` and `conv_backward`, and if they are there `max_pool_forward` with `max_pool_backward`,
`fc_backward` and `softmax_loss`, with the arguments of the lessons.

A host asks `frame(source, state)` again and again. While `state["running"]`, each call trains for a slice
of some 30 ms first, so whoever stops asking stops the training. Between two questions a host may call
`advance(source, state)`, which trains for one slice more, and says whether there is more to do.
"""

from __future__ import annotations

import itertools
import os
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cs_conv.data.fashion import CLASSES
from cs_conv.live.engine.settings import OPTIMISERS, PATTERN
from cs_conv.live.frame import State
from cs_conv.live.show import show

if TYPE_CHECKING:  # the engine needs the library, which is absent where an answer is the library
    from cs_conv.data.dataset import Dataset
    from cs_conv.live.engine.session import Session

KEPT = 3
"""The trainers that keep their networks; of others the one that was longest not asked for begins anew."""

_numbers = itertools.count(1)
_sessions: OrderedDict[str, Session] = OrderedDict()
_data: dict[str, Dataset] = {}


def start(
    pattern: str = PATTERN,
    rate: float = 0.05,
    batch: int = 50,
    optimiser: str = OPTIMISERS[1],
    own: bool = False,
    seed: int = 0,
    image: int = 0,
) -> dict[str, Any]:
    """A first state: see `cs_conv.live.engine.settings`. image: the held-out image that is looked at."""
    settings = {"pattern": pattern, "rate": f"{rate:g}", "batch": batch, "optimiser": optimiser, "own": own}
    lists = {"classes": list(CLASSES), "optimisers": list(OPTIMISERS)}
    buttons = {"running": False, "single": 0, "resets": 0}
    own_id = f"{os.getpid()}-{next(_numbers)}"
    return {**settings, **lists, **buttons, "seed": seed, "image": image, "draft": pattern, "id": own_id}


def frame(source: Mapping[str, Any], state: State) -> dict[str, Any]:
    """Follow the state, train for a slice if it says so, and give what is to be seen.

    See `cs_conv.live.engine.picture`. Besides, `running`: 0 once it has stopped by itself; and as texts
    `refused`: why the present settings cannot be, and `drafted`: what the layers that are being typed would
    be.
    """
    return _session(source, state).frame(state)


def advance(source: Mapping[str, Any], state: State) -> bool:
    """Train for one slice more if the page wants it; False if there is nothing to do."""
    return _session(source, state).advance()


def interrupted(source: Mapping[str, Any], state: State) -> None:
    """A person pressed the Stop button: the training waits until Train is pressed."""
    _session(source, state).engine.interrupt()


def _session(source: Mapping[str, Any], state: State) -> Session:
    from cs_conv.live.engine.session import Session

    name = state["id"]
    if name not in _sessions:
        _sessions[name] = Session(source, state, _data.get(name))
        if len(_sessions) > KEPT:
            _sessions.popitem(last=False)
    _sessions.move_to_end(name)
    return _sessions[name]


def still(arrays: Mapping[str, Any], state: State) -> list[tuple[str, np.ndarray]]:
    """The shapes of the layers, and what the network thinks of the chosen image before any training."""
    shapes = arrays["layer"][:, :3].T
    chances = np.round(100 * arrays["chances"])[np.newaxis]
    return [
        ("channels, rows and columns after each layer", shapes),
        ("how sure of each class, in per cent", chances),
    ]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    return f"The network {state['pattern']}, which can be trained here. Run this cell to do so."


def trainer(
    source: Mapping[str, Any], pattern: str = PATTERN, data: Dataset | None = None, **begin: Any
) -> None:
    """Show the component. source: `globals()`. data: clothes if not given. begin: is handed to `start`."""
    state = start(pattern, **begin)
    if data is not None:
        _data[state["id"]], state["classes"] = data, list(data.classes)
    show(__name__, source, state)
