"""Right answers to residual_forward as different people write them."""

import numpy as np


def step_by_step(x, w1, b1, w2, b2, conv):
    F = w1.shape[-1]
    P = (F - 1) // 2
    a = conv(x, w1, b1, stride=1, pad=P)
    a[a < 0] = 0
    b = conv(a, w2, b2, stride=1, pad=P)
    b = b + x
    return np.where(b > 0, b, 0)


def relu_as_a_product(x, w1, b1, w2, b2, conv):
    def relu(v):
        return v * (v > 0)

    return relu(x + conv(relu(conv(x, w1, b1, pad=len(w1[0, 0]) // 2)), w2, b2, pad=len(w2[0, 0]) // 2))


def clipped(x, w1, b1, w2, b2, conv):
    pad = int((w1.shape[3] - 1) / 2)
    return np.clip(conv(np.clip(conv(x, w1, b1, 1, pad), 0, None), w2, b2, 1, pad) + x, 0, None)


def image_by_image(x, w1, b1, w2, b2, conv):
    out = []
    for image in x:
        inner = np.maximum(0, conv(image[None], w1, b1, 1, w1.shape[2] // 2))
        out.append(np.maximum(0, conv(inner, w2, b2, 1, w2.shape[2] // 2)[0] + image))
    return np.stack(out)


def without_conv(x, w1, b1, w2, b2, conv):
    def same(v, w, b):
        P = w.shape[2] // 2
        v = np.pad(v, ((0, 0), (0, 0), (P, P), (P, P)))
        windows = np.lib.stride_tricks.sliding_window_view(v, w.shape[2:], axis=(2, 3))
        return np.einsum("ncijpq,kcpq->nkij", windows, w) + b[:, None, None]

    return np.maximum(same(np.maximum(same(x, w1, b1), 0), w2, b2) + x, 0)


ANSWERS = [step_by_step, relu_as_a_product, clipped, image_by_image, without_conv]
