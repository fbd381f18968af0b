"""Groups on a GPU: one convolution after another, each with the channels and filters of its group.

Each group has launches of its own. So the kernels stay those of ordinary convolution; but depthwise
convolution, with a group for each channel, needs as many launches as there are channels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cs_conv.geometry import Array, Geometry
from cs_conv.gpu import machine


def forward_in_groups(conv_forward: Callable[..., Array], g: Geometry, x: Array, w: Array, b: Array) -> Array:
    """Compute each group's outputs with conv_forward, and return those of all groups: (N, K, OH, OW).

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,).
    """
    outs = [conv_forward(x[:, c], w[k], b[k], **_options(g)) for c, k in _groups(g)]
    together: Array = machine.current().xp.concatenate(outs, axis=1)
    return together


def backward_in_groups(
    conv_backward: Callable[..., tuple[Array, Array, Array]], g: Geometry, dout: Array, x: Array, w: Array
) -> tuple[Array, Array, Array]:
    """Compute each group's gradients with conv_backward, and return those of all: dx, dw and db.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C / groups, FH, FW).
    """
    dx, dw, db = zip(
        *(conv_backward(dout[:, k], x[:, c], w[k], **_options(g)) for c, k in _groups(g)), strict=True
    )
    xp = machine.current().xp
    return xp.concatenate(dx, axis=1), xp.concatenate(dw), xp.concatenate(db)


def _groups(g: Geometry) -> Iterator[tuple[slice, slice]]:
    """The channels and the filters of each group."""
    filters = g.K // g.groups
    for first in range(0, g.K, filters):
        yield g.channels_of(first), slice(first, first + filters)


def _options(g: Geometry) -> dict[str, Any]:
    return {"stride": g.stride, "pad": g.pad, "dilation": g.dilation}
