"""Right answers to ledger as different people write them."""

import math


def with_names(plan, input_shape):
    C, H, W = input_shape
    table = [{"kind": "input", "shape": (C, H, W), "values": C * H * W, "parameters": 0}]
    for layer in plan:
        count, shape = 0, None
        if layer["kind"] == "conv":
            K, F = layer["filters"], layer["size"]
            count = K * C * F**2 + K
            H = (H + 2 * layer["pad"] - F) // layer["stride"] + 1
            W = (W + 2 * layer["pad"] - F) // layer["stride"] + 1
            C = K
        elif layer["kind"] == "pool":
            H = (H - layer["size"]) // layer["stride"] + 1
            W = (W - layer["size"]) // layer["stride"] + 1
        elif layer["kind"] == "fc":
            count = C * H * W * layer["units"] + layer["units"]
            C, H, W = layer["units"], 1, 1
        fully = layer["kind"] == "fc" or (table[-1]["shape"] is not None and len(table[-1]["shape"]) == 1)
        shape = (C,) if fully else (C, H, W)
        table.append({"kind": layer["kind"], "shape": shape, "values": C * H * W, "parameters": count})
    return table


def recursive(plan, input_shape):
    def row(kind, shape, parameters):
        return {"kind": kind, "shape": shape, "values": math.prod(shape), "parameters": parameters}

    def rest(layers, shape):
        if not layers:
            return []
        layer = layers[0]
        parameters = 0
        if layer["kind"] in ("conv", "pool"):
            pad = layer.get("pad", 0)
            size = tuple((n + 2 * pad - layer["size"]) // layer["stride"] + 1 for n in shape[1:])
            if layer["kind"] == "conv":
                parameters = layer["filters"] * (1 + shape[0] * layer["size"] * layer["size"])
            shape = (layer.get("filters", shape[0]), *size)
        if layer["kind"] == "fc":
            parameters = layer["units"] * (1 + math.prod(shape))
            shape = (layer["units"],)
        return [row(layer["kind"], shape, parameters), *rest(layers[1:], shape)]

    return [row("input", tuple(input_shape), 0), *rest(plan, tuple(input_shape))]


def lists_for_shapes(plan, input_shape):
    return [dict(row, shape=list(row["shape"])) for row in recursive(plan, input_shape)]


def two_passes(plan, input_shape):
    """First the shapes, then the counts."""
    shapes = [row["shape"] for row in recursive(plan, input_shape)]
    rows = [{"kind": "input", "shape": shapes[0], "values": math.prod(shapes[0]), "parameters": 0}]
    for layer, before, after in zip(plan, shapes, shapes[1:], strict=False):
        counts = {
            "conv": lambda layer=layer, before=before: (
                (before[0] * layer["size"] ** 2 + 1) * layer["filters"]
            ),
            "fc": lambda layer=layer, before=before: (math.prod(before) + 1) * layer["units"],
        }
        count = counts.get(layer["kind"], lambda: 0)()
        rows.append({"parameters": count, "values": math.prod(after), "shape": after, "kind": layer["kind"]})
    return rows


def a_tuple(plan, input_shape):
    return tuple(recursive(plan, input_shape))


ANSWERS = [with_names, recursive, lists_for_shapes, two_passes, a_tuple]
