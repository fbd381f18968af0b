"""Right answers to filter_bank as different people write them."""

import numpy as np


def filter_by_filter(image, filters, conv):
    answers = []
    for f in filters:
        answer = conv(
            image.reshape(1, 1, *image.shape), f.reshape(1, 1, *f.shape), np.zeros(1), 1, len(f) // 2
        )
        answers.append(answer[0, 0])
    return np.stack(answers)


def pads_by_hand(image, filters, conv):
    P = (filters.shape[-1] - 1) // 2
    padded = np.pad(image, ((P, P), (P, P)))
    out = conv(padded[np.newaxis, np.newaxis, :, :], filters[:, np.newaxis, :, :], np.zeros(len(filters)))
    return np.squeeze(out, axis=0)


def without_conv(image, filters, conv):
    (K, F, _), (H, W) = filters.shape, image.shape
    padded = np.pad(image, F // 2)
    out = np.zeros((K, H, W))
    for p in range(F):
        for q in range(F):
            out += filters[:, p, q, None, None] * padded[p : p + H, q : q + W]
    return out


def filters_as_images(image, filters, conv):
    """One call a filter, with integers for the bias and the result written into place."""
    out = np.empty((filters.shape[0], *image.shape), dtype=np.float64)
    for k in range(filters.shape[0]):
        bias = np.array([0])
        out[k] = conv(
            np.array([[image]]), np.array([[filters[k]]]), bias, stride=1, pad=filters.shape[2] // 2
        )
    return out


def full_then_cropped(image, filters, conv):
    F, (H, W) = filters.shape[1], image.shape
    full = conv(image[None, None], filters[:, None], np.zeros(len(filters)), pad=F - 1)
    start = (F - 1) // 2
    return full[0, :, start : start + H, start : start + W]


def in_float32(image, filters, conv):
    x = np.expand_dims(image.astype(np.float32), (0, 1))
    w = np.expand_dims(filters.astype(np.float32), 1)
    return conv(x, w, np.zeros(len(w), np.float32), pad=int((w.shape[2] - 1) / 2))[0].astype(np.float32)


ANSWERS = [
    filter_by_filter,
    pads_by_hand,
    without_conv,
    filters_as_images,
    full_then_cropped,
    in_float32,
]
