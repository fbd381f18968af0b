"""Four exercises on plain data, which are not shipped: a table of rows, a parser whose error names a
position, one that is handed a function, and a size for which rounding down is not accepted.

Each has its reference, its mistakes, and right answers in other styles as source, for a notebook as well.
"""

from __future__ import annotations

import re

import numpy as np

from autograder.checks import Case, Catalogue, Exercise, aspect

# A table of rows from a network as a list of dicts


def layer_table(network, size):
    """A row for each layer: its name, the shape after it, and its parameters."""
    channels, rows = 3, []
    for layer in network:
        if layer["kind"] == "conv":
            parameters = layer["filters"] * (layer["size"] ** 2 * channels + 1)
            channels = layer["filters"]
        else:
            parameters = 0
            size //= layer["size"]
        rows.append({"name": layer["kind"], "shape": (channels, size, size), "parameters": parameters})
    return rows


def conv(filters, size=3):
    return {"kind": "conv", "filters": filters, "size": size}


POOL = {"kind": "pool", "size": 2}


def networks(rng):
    few, many = (int(n) for n in np.sort(rng.choice(np.arange(2, 9), 2, replace=False)))
    yield Case("one layer", "one convolution", ([conv(few)], 8))
    yield Case("one layer", "one pooling", ([POOL], 8))
    yield Case("layers", "no layer at all", ([], 8))
    yield Case("layers", "two convolutions", ([conv(few), conv(many)], 8))
    yield Case("layers", "convolution, pooling, convolution", ([conv(few), POOL, conv(many, 5)], 16))
    vgg = [conv(64), conv(64), POOL, conv(128), conv(128), POOL]
    yield Case("layers", "the beginning of VGG-16", (vgg, 224))


table_mistakes = Catalogue()


@table_mistakes.mistake("the biases not counted", "Each filter has one number more than its weights.")
def _(network, size):
    rows = layer_table(network, size)
    counts = [layer.get("filters", 0) for layer in network]
    return [row | {"parameters": row["parameters"] - n} for row, n in zip(rows, counts, strict=True)]


@table_mistakes.mistake("three channels everywhere", "Ask how deep a filter of the second layer is.")
def _(network, size):
    rows = layer_table(network, size)
    for row, layer in zip(rows, network, strict=True):
        row["parameters"] = layer.get("filters", 0) * (3 * layer["size"] ** 2 + 1)
    return rows


@table_mistakes.mistake("pooling left out", "A layer without parameters has a row as well.")
def _(network, size):
    return [row for row in layer_table(network, size) if row["name"] != "pool"]


LAYER_TABLE = Exercise(
    name="layer_table",
    arguments=("network", "size"),
    parts=("rows",),
    axes={"rows": ("row",)},
    aspects=(aspect("one layer", 2, "one layer"), aspect("layers", 3, "layers")),
    reference=layer_table,
    cases=networks,
    mistakes=tuple(table_mistakes),
    data=("rows",),
)

TABLE_ANSWERS = (
    """
def layer_table(network, size):
    rows, channels = [], 3
    for layer in network:
        row = dict(name=layer["kind"], parameters=0)
        if layer["kind"] == "conv":
            row["parameters"] = (layer["size"] ** 2 * channels + 1) * layer["filters"]
            channels = layer["filters"]
        else:
            size = size // layer["size"]
        row["shape"] = [channels, size, size]
        rows.append(row)
    return rows
""",
    """
import numpy as np
from collections import OrderedDict

def layer_table(network, size):
    kinds = [layer["kind"] for layer in network]
    depth = np.array([3] + [layer.get("filters", 0) for layer in network])
    for i in range(1, len(depth)):
        depth[i] = depth[i] or depth[i - 1]
    def row(i, layer):
        pools = kinds[:i + 1].count("pool")
        shape = np.array([depth[i + 1], size / 2 ** pools, size / 2 ** pools])
        weights = np.float64(layer["size"]) ** 2 * depth[i] * (kinds[i] == "conv")
        count = (weights + (kinds[i] == "conv")) * layer.get("filters", 0)
        return OrderedDict(parameters=count, shape=shape, name=np.str_(kinds[i]))
    return tuple(row(i, layer) for i, layer in enumerate(network))
""",
)

# A parser whose error names a position

LAYERS = ("INPUT", "CONV", "RELU", "POOL", "FC")


def parse_chain(text):
    """The layers of "CONV -> RELU*2" one by one; ValueError with the index of a name that is no layer."""
    names = []
    for found in re.finditer(r"(\w+)(?:\*(\d+))?(?: -> |$)", text):
        name, times = found.groups()
        if name not in LAYERS:
            raise ValueError(f"unknown layer {name!r} at index {found.start()}")
        names += [name] * int(times or 1)
    return names


def chains(rng):
    first, second = rng.choice(LAYERS, 2, replace=False)
    times = int(rng.integers(2, 5))
    yield Case("chains", "one layer", (f"{first}",))
    yield Case("chains", "two layers", (f"{first} -> {second}",))
    yield Case("chains", "a repeated layer", (f"{first} -> {second}*{times}",))
    yield Case("chains", "a longer chain", (f"INPUT -> {second}*{times} -> {first} -> FC*2",))
    for begin in (f"{first} -> ", f"{second}*{times} -> {first} -> "):
        about = "a layer that there is not"
        yield Case("errors", about, (f"{begin}SOFTMAX -> FC",), error=(len(begin),))
    yield Case("errors", "no layer at its beginning", ("CONVV",), error=(0,))


chain_mistakes = Catalogue()


@chain_mistakes.mistake("positions counted from one", "The first character of a text has index 0.")
def _(text):
    try:
        return parse_chain(text)
    except ValueError as error:
        at = int(str(error).rsplit(" ", 1)[1])
        raise ValueError(f"unknown layer at index {at + 1}") from None


@chain_mistakes.mistake("unknown layers taken for layers", "Look at what happens to a name that is no layer.")
def _(text):
    pairs = (part.partition("*") for part in text.split(" -> "))
    return [name for name, _, times in pairs for _ in range(int(times or 1))]


@chain_mistakes.mistake("repeats left out", "`RELU*2` stands for two layers.")
def _(text):
    parse_chain(text)
    return [part.partition("*")[0] for part in text.split(" -> ")]


PARSE_CHAIN = Exercise(
    name="parse_chain",
    arguments=("text",),
    parts=("layers",),
    axes={"layers": ("layer",)},
    aspects=(aspect("chains", 2, "chains"), aspect("errors", 2, "errors")),
    reference=parse_chain,
    cases=chains,
    mistakes=tuple(chain_mistakes),
    data=("layers",),
)

CHAIN_ANSWERS = (
    """
class LayerError(ValueError):
    pass

def parse_chain(text):
    layers, at = (), 0
    for part in text.split(" -> "):
        name, _, times = part.partition("*")
        if name not in ("INPUT", "CONV", "RELU", "POOL", "FC"):
            raise LayerError(f"position {at}: there is no layer called {name}")
        layers += (name,) * int(times or 1)
        at += len(part) + 4
    return layers
""",
    """
def parse_chain(text):
    layers = []
    start = 0
    while start < len(text):
        end = text.find(" -> ", start)
        end = len(text) if end < 0 else end
        name, star, times = text[start:end].partition("*")
        if name not in {"INPUT", "CONV", "RELU", "POOL", "FC"}:
            raise ValueError("I know no " + name + " (character " + str(start) + ")")
        for _ in range(int(times) if star else 1):
            layers.append(name)
        start = end + 4
    return layers
""",
)

# One that is handed a function


def steepness(f, x, h):
    """How steep f is at x, by two calls: the central difference."""
    return (f(x + h) - f(x - h)) / (2 * h)


def functions(rng):
    a, b = (int(n) for n in rng.integers(2, 9, 2))

    def line(x):
        """A straight line."""
        return a * x + b

    def cube(x):
        return a * x**3 - b * x

    yield Case("slopes", "a straight line", (line, 1.0, 0.5))
    yield Case("slopes", "a cube", (cube, float(b), 1e-3))
    yield Case("slopes", "a cube, and a wide step", (cube, float(a), 0.25))
    for f, about in ((line, "a line, in two calls"), (cube, "a cube, in two calls")):
        yield Case("two calls", about, (f, float(a), 0.125), calls=2)


slope_mistakes = Catalogue()


@slope_mistakes.mistake("forward difference", "Step to both sides: its error is far smaller.")
def _(f, x, h):
    return (f(x + h) - f(x)) / h


@slope_mistakes.mistake("half the distance", "Look at how far x + h is from x - h.")
def _(f, x, h):
    return (f(x + h) - f(x - h)) / h


@slope_mistakes.mistake("values asked for again", "Keep f(x) in a variable, or do not ask for it.")
def _(f, x, h):
    f(x)
    return steepness(f, x, h)


STEEPNESS = Exercise(
    name="steepness",
    arguments=("f", "x", "h"),
    parts=("slope",),
    axes={},
    aspects=(aspect("slopes", 2, "slopes"), aspect("two calls", 1, "two calls")),
    reference=steepness,
    cases=functions,
    mistakes=tuple(slope_mistakes),
)

SLOPE_ANSWERS = (
    """
def steepness(f, x, h):
    above, below = [f(x + step) for step in (h, -h)]
    return (above - below) / h / 2
""",
    """
import numpy as np

def steepness(f, x, h):
    values = f(np.array([x - h, x + h])) if False else np.array([f(p) for p in (x - h, x + h)])
    return np.diff(values)[0] / (2 * h)
""",
)

# A size for which rounding down is not accepted


def windows(W, F, S):
    """How many windows of F pixels fit into W at stride S; ValueError if some pixels are left over."""
    if (W - F) % S:
        raise ValueError(f"({W} - {F}) / {S} is not whole")
    return (W - F) // S + 1


def sizes(rng):
    F, S, count = (int(n) for n in rng.integers(2, 6, 3))
    yield Case("sizes", "one window", (F, F, S))
    yield Case("sizes", "some windows", (F + S * count, F, S))
    yield Case("sizes", "many windows", (100_000 * S + F, F, S))
    yield Case("misfits", "a pixel is left over", (F + S + 1, F, S), rounded=(F + S, F, S))
    yield Case("misfits", "a pixel is missing", (F + 3 * S - 1, F, S), rounded=(F + 2 * S, F, S))


size_mistakes = Catalogue()


@size_mistakes.mistake("rounded down where nothing fits", "`//` hides a rest; `%` shows it.")
def _(W, F, S):
    return (W - F) // S + 1


@size_mistakes.mistake("the last window left out", "Try one window that fills everything.")
def _(W, F, S):
    return windows(W, F, S) - 1


WINDOWS = Exercise(
    name="windows",
    arguments=("W", "F", "S"),
    parts=("count",),
    axes={},
    aspects=(aspect("sizes", 1, "sizes"), aspect("misfits", 1, "misfits")),
    reference=windows,
    cases=sizes,
    mistakes=tuple(size_mistakes),
    unfit="error",
)

WINDOWS_ANSWERS = (
    """
def windows(W, F, S):
    steps, rest = divmod(W - F, S)
    if rest:
        raise ValueError("does not fit")
    return steps + 1
""",
    """
def windows(W, F, S):
    count = (W - F) / S + 1
    if count != int(count):
        raise ValueError
    return count
""",
)

SAMPLES = (
    (LAYER_TABLE, TABLE_ANSWERS),
    (PARSE_CHAIN, CHAIN_ANSWERS),
    (STEEPNESS, SLOPE_ANSWERS),
    (WINDOWS, WINDOWS_ANSWERS),
)


def made(source, name):
    """The function that a source defines."""
    names: dict = {}
    exec(source, names)
    return names[name]
