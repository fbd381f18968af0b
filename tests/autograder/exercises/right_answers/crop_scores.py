"""Right answers to crop_scores as different people write them."""

import numpy as np


def crop_by_crop(classify, image, size, stride):
    C, H, W = image.shape
    rows = []
    for top in range(0, H - size + 1, stride):
        row = []
        for left in range(0, W - size + 1, stride):
            row.append(classify(image[None, :, top : top + size, left : left + size])[0])
        rows.append(row)
    return np.array(rows).transpose(2, 0, 1)


def sliding_windows(classify, image, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(1, 2))[
        :, ::stride, ::stride
    ]
    C, OH, OW = windows.shape[:3]
    crops = windows.transpose(1, 2, 0, 3, 4).reshape(OH * OW, C, size, size)
    return np.moveaxis(classify(crops).reshape(OH, OW, -1), -1, 0)


def row_by_row(classify, image, size, stride):
    OH, OW = (image.shape[1] - size) // stride + 1, (image.shape[2] - size) // stride + 1
    out = None
    for i in range(OH):
        band = image[:, i * stride : i * stride + size]
        scores = classify(np.array([band[:, :, j * stride : j * stride + size] for j in range(OW)]))
        if out is None:
            out = np.zeros((scores.shape[1], OH, OW))
        out[:, i] = scores.T
    return out


def written_into_place(classify, image, size, stride):
    places = [
        (i, j)
        for i in range((image.shape[1] - size) // stride + 1)
        for j in range((image.shape[2] - size) // stride + 1)
    ]
    crops = np.stack([image[:, i * stride :, j * stride :][:, :size, :size] for i, j in places])
    scores = np.asarray(classify(crops))
    out = np.empty((scores.shape[1], places[-1][0] + 1, places[-1][1] + 1))
    for (i, j), score in zip(places, scores, strict=True):
        out[:, i, j] = score
    return out


def index_arrays(classify, image, size, stride):
    i = np.arange(0, image.shape[1] - size + 1, stride)
    j = np.arange(0, image.shape[2] - size + 1, stride)
    rows = i[:, None, None, None] + np.arange(size)[None, None, :, None]
    columns = j[None, :, None, None] + np.arange(size)[None, None, None, :]
    crops = image[:, rows, columns]  # (C, OH, OW, size, size)
    scores = classify(np.moveaxis(crops, 0, 2).reshape(-1, len(image), size, size))
    return np.transpose(scores).reshape(scores.shape[1], len(i), len(j))


ANSWERS = [crop_by_crop, sliding_windows, row_by_row, written_into_place, index_arrays]
