"""A heat map: how sure a network is, at each place of a mosaic of clothes, that it sees a class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cs_conv.data.fashion import fashion_mnist
from cs_conv.live.frame import State
from cs_conv.live.show import show

SIDE = 28
"""The rows and columns of one picture."""
ACROSS = 3
"""The pictures side by side, and one above the other."""


def start(kind: str = "ankle boot", mosaic: int = 0) -> dict[str, Any]:
    """A first state: the class that is looked for, the number of the mosaic, the place that is looked at."""
    classes = list(fashion_mnist().classes)
    return {"classes": classes, "kind": classes.index(kind), "mosaic": mosaic, "place": [0, 0]}


def mosaic(number: int) -> np.ndarray:
    """The mosaic of this number: ACROSS x ACROSS test images drawn at random, (84, 84) in float32."""
    images = fashion_mnist().test_images
    chosen = np.random.default_rng(number).choice(len(images), ACROSS**2, replace=False)
    pictures = images[chosen, 0].reshape(ACROSS, ACROSS, SIDE, SIDE)
    return np.ascontiguousarray(pictures.swapaxes(1, 2).reshape(ACROSS * SIDE, ACROSS * SIDE))


def frame(source: Mapping[str, Any], state: State) -> dict[str, np.ndarray]:
    """What the learner's `slide(image)`, from (1, H, W) to (classes, OH, OW), gives for the mosaic.

    `image` (84, 84). `heat` (OH, OW): the probability of the class that is looked for. `best`
    and `sure` (OH, OW): the most probable class of each place, and its probability.
    """
    image = mosaic(int(state["mosaic"]))
    scores = np.asarray(source["slide"](image[np.newaxis]), float)
    if scores.ndim != 3 or len(scores) != len(state["classes"]):
        expected = f"({len(state['classes'])}, OH, OW)"
        raise ValueError(f"the scores have the shape {scores.shape}; {expected} was expected")
    powers = np.exp(scores - scores.max(axis=0))
    probabilities = powers / powers.sum(axis=0)
    return {
        "image": image,
        "heat": probabilities[int(state["kind"])].astype(np.float32),
        "best": probabilities.argmax(axis=0).astype(np.int32),
        "sure": probabilities.max(axis=0).astype(np.float32),
    }


def still(arrays: Mapping[str, np.ndarray], state: State) -> list[tuple[str, np.ndarray]]:
    """The heat map as numbers."""
    return [(f"probability of {state['classes'][state['kind']]}", arrays["heat"].round(2))]


def sentence(state: State) -> str:
    """What stands in the place of the component if no kernel answers."""
    return (
        f"A mosaic of nine pictures, and how probable a network thinks {state['classes'][state['kind']]} at "
        "each place. Run this cell to choose another class or another mosaic."
    )


def heat(source: Mapping[str, Any], **begin: Any) -> None:
    """Show the component; `source` holds the learner's `slide`, `begin` is handed to `start`."""
    show(__name__, source, start(**begin))
