"""Right answers to convert as different people write them."""

import copy

import numpy as np


def filters_of(w, volume):
    return w.T.reshape(-1, *volume)


def by_values(network, input_shape):
    """Finds the volume by sending an image of zeros through the layers."""
    x = np.zeros(input_shape)
    out = []
    for layer in network:
        if layer["kind"] == "conv":
            w, s, p = layer["w"], layer["stride"], layer["pad"]
            x = np.pad(x, ((0, 0), (p, p), (p, p)))
            windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(1, 2))[:, ::s, ::s]
            x = np.einsum("cijpq,kcpq->kij", windows, w)
        elif layer["kind"] == "pool":
            f, s = layer["size"], layer["stride"]
            windows = np.lib.stride_tricks.sliding_window_view(x, (f, f), axis=(1, 2))[:, ::s, ::s]
            x = windows.max(axis=(3, 4))
        elif layer["kind"] == "fc":
            layer = dict(layer, kind="conv", w=filters_of(layer["w"], x.shape), stride=1, pad=0)
            x = np.zeros((len(layer["w"]), 1, 1))
        out.append(layer)
    return out


def new_dicts(network, input_shape):
    shape = tuple(input_shape)
    result = []
    for layer in copy.deepcopy(network):
        kind = layer["kind"]
        if kind == "fc":
            result.append(
                {"kind": "conv", "stride": 1, "pad": 0, "w": filters_of(layer["w"], shape), "b": layer["b"]}
            )
            shape = (layer["w"].shape[1], 1, 1)
        else:
            result.append(layer)
            if kind == "conv":
                size = [
                    (n + 2 * layer["pad"] - f) // layer["stride"] + 1
                    for n, f in zip(shape[1:], layer["w"].shape[2:], strict=True)
                ]
                shape = (layer["w"].shape[0], *size)
            if kind == "pool":
                shape = (shape[0], *[(n - layer["size"]) // layer["stride"] + 1 for n in shape[1:]])
    return result


def backwards_from_the_weights(network, input_shape):
    """The first layer has D = C * H * W values; C is known from the convolution before, H by its formula."""
    C, H, W = input_shape
    layers = []
    first = True
    for layer in network:
        layer = dict(layer)
        if layer["kind"] == "conv":
            s, p = layer["stride"], layer["pad"]
            C = layer["b"].shape[0]
            H = 1 + (H + 2 * p - layer["w"].shape[2]) // s
            W = 1 + (W + 2 * p - layer["w"].shape[3]) // s
        if layer["kind"] == "pool":
            H = 1 + (H - layer["size"]) // layer["stride"]
            W = 1 + (W - layer["size"]) // layer["stride"]
        if layer["kind"] == "fc":
            D, K = layer["w"].shape
            shape = (K, C, H, W) if first else (K, D, 1, 1)
            first = False
            layer = {"kind": "conv", "w": layer["w"].T.reshape(shape), "b": layer["b"], "stride": 1, "pad": 0}
        layers.append(layer)
    return layers


def a_tuple(network, input_shape):
    return tuple(new_dicts(network, input_shape))


def unit_filters(network, input_shape):
    """Writes every filter by itself."""
    converted = new_dicts(network, input_shape)
    for old, new in zip(network, converted, strict=True):
        if old["kind"] == "fc":
            filters = np.empty_like(new["w"])
            for k in range(len(filters)):
                filters[k] = old["w"][:, k].reshape(filters.shape[1:])
            new["w"] = filters
    return converted


ANSWERS = [by_values, new_dicts, backwards_from_the_weights, a_tuple, unit_filters]
