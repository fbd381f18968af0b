"""Right answers to count_macs as different people write them."""

import math


def with_shapes(plan, input_shape):
    shape, total = tuple(input_shape), 0
    for layer in plan:
        if layer["kind"] in ("conv", "pool"):
            P = layer.get("pad", 0)
            H, W = ((n + 2 * P - layer["size"]) // layer["stride"] + 1 for n in shape[1:])
            if layer["kind"] == "conv":
                total += layer["filters"] * shape[0] * layer["size"] ** 2 * H * W
                shape = (layer["filters"], H, W)
            else:
                shape = (shape[0], H, W)
        if layer["kind"] == "fc":
            total += math.prod(shape) * layer["units"]
            shape = (layer["units"],)
    return total


def recursive(plan, input_shape):
    if not plan:
        return 0
    (layer, *rest), (C, H, W) = plan, input_shape
    if layer["kind"] == "relu":
        return recursive(rest, input_shape)
    if layer["kind"] == "fc":
        return C * H * W * layer["units"] + recursive(rest, (layer["units"], 1, 1))
    F, S, P = layer["size"], layer["stride"], layer.get("pad", 0)
    H, W = (H + 2 * P - F) // S + 1, (W + 2 * P - F) // S + 1
    if layer["kind"] == "pool":
        return recursive(rest, (C, H, W))
    K = layer["filters"]
    return K * H * W * C * F * F + recursive(rest, (K, H, W))


def weights_times_places(plan, input_shape):
    C, H, W = input_shape
    counts = []
    for layer in plan:
        match layer["kind"]:
            case "conv":
                weights = layer["filters"] * C * layer["size"] * layer["size"]
                H = (H - layer["size"] + 2 * layer["pad"]) // layer["stride"] + 1
                W = (W - layer["size"] + 2 * layer["pad"]) // layer["stride"] + 1
                C = layer["filters"]
                counts.append(weights * H * W)
            case "pool":
                H = (H - layer["size"]) // layer["stride"] + 1
                W = (W - layer["size"]) // layer["stride"] + 1
            case "fc":
                counts.append(layer["units"] * C * H * W)
                C, H, W = layer["units"], 1, 1
    return sum(counts)


def fc_as_conv(plan, input_shape):
    C, H, W = input_shape
    total = 0
    for layer in plan:
        if layer["kind"] == "relu":
            continue
        if layer["kind"] == "fc":
            K, high, wide, S, P = layer["units"], H, W, 1, 0
        else:
            K, high, wide, S, P = layer.get("filters"), layer["size"], layer["size"], layer["stride"], 0
            P = layer.get("pad", 0)
        H, W = int((H - high + 2 * P) / S) + 1, int((W - wide + 2 * P) / S) + 1
        if K:
            total += K * C * high * wide * H * W
            C = K
    return total


def as_a_float(plan, input_shape):
    return float(with_shapes(plan, input_shape))


ANSWERS = [with_shapes, recursive, weights_times_places, fc_as_conv, as_a_float]
