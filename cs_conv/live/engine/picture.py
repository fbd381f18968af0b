"""Everything that a page draws of a training, as arrays and texts."""

from __future__ import annotations

from typing import Any

import numpy as np

from cs_conv.geometry import Array
from cs_conv.layers import Conv, FullyConnected, Layer, every_layer
from cs_conv.live.engine.engine import Engine
from cs_conv.live.engine.exam import Exam
from cs_conv.live.engine.hints import hint

TILES, ROWS = 12, 3
"""The most channels of a layer that are drawn, and of filters the most input channels."""

FULL = 12
"""In a network of more layers than this, fewer channels of each are drawn: a picture stays small."""

PIXELS = 32
"""Larger maps are drawn with every second pixel, or fewer."""

WRONG = 8
"""The mistakes that are shown."""


def picture(engine: Engine, image: int) -> dict[str, Any]:
    """What there is to see; L layers, and a held-out image that was chosen.

    step, epoch, speed (steps a second), images of the last exam `examined`: single numbers. at, loss,
    right, tested: the curves, see `History.curves`. marks: steps at which something was changed. layer (L,
    8): channels, rows, columns, parameters, norm of the gradient, norm of a step over that of the weights,
    share of dead units, share of values above 0; NaN where there is none. maps, map_shape (L, 3): what each
    layer makes of the image, in bytes, one after the other; 128 is 0. tiles, tile_shape (L, 4), (C, K, FH,
    FW): some filters, likewise. top (L, 2): the sizes that 255 stands for. image (H, W), label, chances
    (classes,): the chosen image, and what the network thinks of it. wrong (n, 3), wrong_sure (n,),
    wrong_images (n, H, W): number, what was said and what is right. Texts: layers, marked, confused, costs,
    stopped, notice, hint.
    """
    outs = engine.look(image)
    engine.measuring = True
    return {
        **_single(engine),
        **engine.history.curves(),
        **_layers(engine, outs),
        **_chosen(engine, image, outs),
        **_wrong(engine),
        "marks": np.array([step for step, _ in engine.history.marks], np.int32),
        "marked": "\n".join(what for _, what in engine.history.marks),
        "stopped": engine.stopped,
        "notice": engine.notice,
        "hint": hint(engine),
        "costs": engine.plan.costs(),
    }


def _single(engine: Engine) -> dict[str, Any]:
    return {
        "step": np.int32(engine.history.steps),
        "epoch": np.float64(engine.images / len(engine.data.train_images)),
        "speed": np.float64(engine.speed),
        "examined": np.int32(len(engine.exam.right) if engine.exam else 0),
    }


def _layers(engine: Engine, outs: list[Array]) -> dict[str, Any]:
    exam = engine.exam or Exam()
    rows, maps, tiles, tops = [], [], [], []
    most = max(2, TILES * FULL // max(FULL, len(outs)))
    for place, out, shape in zip(engine.plan.layers, outs, engine.network.shapes[:-1], strict=True):
        layer = place.layer
        rows.append(
            [*(*out.shape, 1, 1)[:3], *_learning(engine, layer), exam.dead(layer), exam.active(layer)]
        )
        maps.append(_map(out, most))
        tiles.append(_filters(layer, shape, most))
        tops.append([_top(maps[-1]), _top(tiles[-1])])
    return {
        "layers": "\n".join(place.name for place in engine.plan.layers),
        "layer": np.array(rows, float),
        "maps": _bytes(maps, [top for top, _ in tops]),
        "map_shape": np.array([m.shape for m in maps], np.int32),
        "tiles": _bytes(tiles, [top for _, top in tops]),
        "tile_shape": np.array([t.shape for t in tiles], np.int32),
        "top": np.array(tops),
    }


def _learning(engine: Engine, layer: Layer) -> tuple[int, float, float]:
    inner = [each for each in every_layer([layer]) if each.parameters]
    paces = [engine.paces[each] for each in inner if each in engine.paces]
    if not paces:
        return sum(p.size for each in inner for p in each.parameters.values()), np.nan, np.nan
    gradient = float(np.sqrt(sum(pace.gradient**2 for pace in paces)))
    update = float(np.mean([pace.update for pace in paces]))
    return sum(p.size for each in inner for p in each.parameters.values()), gradient, update


def _map(out: Array, most: int) -> Array:
    """The first channels of a volume as they are; up to 128 numbers in rows of 16."""
    if out.ndim == 3:
        apart = -(-max(out.shape[1:]) // PIXELS)
        return out[:most, ::apart, ::apart]
    shown = out[:128]
    columns = min(16, len(shown))
    rows = -(-len(shown) // columns)
    padded = np.zeros(rows * columns, out.dtype)
    padded[: len(shown)] = shown
    return padded.reshape(1, rows, columns)


def _filters(layer: Layer, shape: tuple[int, ...], most: int) -> Array:
    """(C, K, H, W): the filters of a convolution, or units that see an image; of other layers none."""
    if isinstance(layer, Conv):
        return layer.parameters["w"][:most, :ROWS].swapaxes(0, 1)
    if isinstance(layer, FullyConnected) and len(shape) == 3 and shape[0] <= ROWS and max(shape) <= PIXELS:
        return layer.parameters["w"][:, :most].T.reshape(-1, *shape).swapaxes(0, 1)
    return np.empty((0, 0, 0, 0), np.float32)


def _top(values: Array) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0))


def _bytes(arrays: list[Array], tops: list[float]) -> Array:
    """The arrays in one row of bytes, 1 to 255 for -top to top; 0 for what is no number."""
    parts = [np.empty(0, np.uint8)]
    for values, top in zip(arrays, tops, strict=True):
        scaled = np.clip(values.ravel().astype(float) / (top or 1.0), -1, 1) * 127 + 128
        parts.append(np.nan_to_num(scaled).round().astype(np.uint8))
    return np.concatenate(parts)


def _grey(images: Array) -> Array:
    """(n, C, H, W) from 0 to 1 as bytes (n, H, W)."""
    return (np.clip(images.mean(axis=1), 0, 1) * 255).round().astype(np.uint8)


def _chosen(engine: Engine, image: int, outs: list[Array]) -> dict[str, Any]:
    scores = outs[-1].ravel().astype(float)
    powers = np.exp(scores - scores.max())
    return {
        "image": _grey(engine.data.test_images[image : image + 1])[0],
        "label": np.int32(engine.data.test_labels[image]),
        "chances": powers / powers.sum(),
    }


def _wrong(engine: Engine) -> dict[str, Any]:
    exam, data = engine.exam, engine.data
    if exam is None:
        shape = data.test_images.shape[2:]
        empty = {"wrong": np.empty((0, 3), np.int32), "wrong_sure": np.empty(0)}
        return {**empty, "wrong_images": np.empty((0, *shape), np.uint8), "confused": ""}
    mistakes = np.flatnonzero(~exam.right)
    first = mistakes[np.argsort(-exam.sure[mistakes], kind="stable")][:WRONG]
    labels = data.test_labels[: len(exam.right)]
    return {
        "wrong": np.stack([first, exam.said[first], labels[first]], axis=1).astype(np.int32),
        "wrong_sure": exam.sure[first],
        "wrong_images": _grey(data.test_images[first]),
        "confused": _confused(labels, exam.said, data.classes),
    }


def _confused(labels: Array, said: Array, classes: tuple[str, ...]) -> str:
    """The most frequent mistake, in words."""
    table = np.zeros((len(classes), len(classes)), int)
    np.add.at(table, (labels, said), 1)
    shown = table.sum(axis=1)
    np.fill_diagonal(table, 0)
    right, wrong = np.unravel_index(table.argmax(), table.shape)
    if not table[right, wrong]:
        return ""
    return f"{classes[right]} taken for {classes[wrong]}: {table[right, wrong]} of {shown[right]}"
