"""Networks that were trained on the clothes of fashion_mnist, small enough to ship.

`python -m cs_conv.data.make_clothes_network` made their weights.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

NAMES = {False: "clothes_without_padding.npz", True: "clothes_with_padding.npz"}
PAD = {False: 0, True: 2}
RELU: dict[str, Any] = {"kind": "relu"}
POOL: dict[str, Any] = {"kind": "pool", "size": 2, "stride": 2}


def clothes_network(padded: bool = False) -> list[dict[str, Any]]:
    """Return a network for images of (1, 28, 28), as a list of its layers.

    padded: whether its convolutions keep sizes by padding. A layer is a dict: its kind is "conv" with
    w (K, C, FH, FW), b (K,), stride and pad, or "pool" with size and stride, or "relu", or "fc" with
    w (D, K) and b (K,). Weights are float32, and new arrays at each call.

    >>> [layer["kind"] for layer in clothes_network()]
    ['conv', 'relu', 'pool', 'conv', 'relu', 'pool', 'fc', 'relu', 'fc']
    """
    with np.load(Path(__file__).with_name(NAMES[padded])) as arrays:

        def learned(number: int) -> dict[str, Any]:
            return {"w": arrays[f"{number}.w"], "b": arrays[f"{number}.b"]}

        conv = {"kind": "conv", "stride": 1, "pad": PAD[padded]}
        return [
            *({**conv, **learned(1)}, dict(RELU), dict(POOL)),
            *({**conv, **learned(4)}, dict(RELU), dict(POOL)),
            *({"kind": "fc", **learned(7)}, dict(RELU), {"kind": "fc", **learned(9)}),
        ]
