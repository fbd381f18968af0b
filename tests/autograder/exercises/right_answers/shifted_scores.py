"""Right answers to shifted_scores as different people write them."""

import numpy as np


def cut_to_fit(score_map, image, stride, step):
    C, H, W = image.shape
    n = stride // step
    base = np.asarray(score_map(image))
    K, OH, OW = base.shape
    out = np.zeros((K, n * (OH - 1) + 1, n * (OW - 1) + 1))
    for dy in range(n):
        for dx in range(n):
            piece = image[:, dy * step :, dx * step :]
            if dy:
                piece = piece[:, : H - stride]
            if dx:
                piece = piece[:, :, : W - stride]
            rows, columns = OH - (dy > 0), OW - (dx > 0)
            if rows and columns:
                out[:, dy::n, dx::n] = score_map(piece)
    return out


def padded_and_cut(score_map, image, stride, step):
    """Adds rows and columns of zeros at the end, so that a shifted image fits, and drops what they gave."""
    H, W = image.shape[1:]
    n = stride // step
    padded = np.pad(image, ((0, 0), (0, stride), (0, stride)))
    maps = {
        (a, b): np.asarray(score_map(padded[:, a * step : a * step + H, b * step : b * step + W]))
        for a in range(n)
        for b in range(n)
    }
    K, OH, OW = maps[0, 0].shape
    out = np.zeros((K, OH * n, OW * n))
    for (a, b), scores in maps.items():
        out[:, a::n, b::n] = scores
    return out[:, : (OH - 1) * n + 1, : (OW - 1) * n + 1]


def place_by_place(score_map, image, stride, step):
    """Finds the size of a window by trying, and asks about each window by itself."""
    H, W = image.shape[1:]
    coarse = score_map(image)
    K, OH, OW = coarse.shape
    high, wide = H - (OH - 1) * stride, W - (OW - 1) * stride
    n = stride // step
    rows, columns = (OH - 1) * n + 1, (OW - 1) * n + 1
    return np.array(
        [
            [
                score_map(image[:, i * step : i * step + high, j * step : j * step + wide])[:, 0, 0]
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    ).transpose(2, 0, 1)


def interleaved_by_reshape(score_map, image, stride, step):
    H, W = image.shape[1:]
    n = stride // step
    padded = np.pad(image, ((0, 0), (0, stride), (0, stride)), mode="edge")
    K, OH, OW = score_map(image).shape
    parts = np.empty((n, n, K, OH, OW))
    for a, b in np.ndindex(n, n):
        parts[a, b] = score_map(padded[:, a * step : a * step + H, b * step : b * step + W])
    fine = parts.transpose(2, 3, 0, 4, 1).reshape(K, OH * n, OW * n)
    return fine[:, : n * OH - n + 1, : n * OW - n + 1]


def one_axis_after_the_other(score_map, image, stride, step):
    n = stride // step

    def along_columns(part):
        W = part.shape[2]
        first = score_map(part)
        out = np.zeros((*first.shape[:2], n * (first.shape[2] - 1) + 1))
        out[:, :, ::n] = first
        for b in range(1, n):
            if first.shape[2] > 1:
                out[:, :, b::n] = score_map(part[:, :, b * step : b * step + W - stride])
        return out

    H = image.shape[1]
    first = along_columns(image)
    out = np.zeros((len(first), n * (first.shape[1] - 1) + 1, first.shape[2]))
    out[:, ::n] = first
    for a in range(1, n):
        if first.shape[1] > 1:
            out[:, a::n] = along_columns(image[:, a * step : a * step + H - stride])
    return out


ANSWERS = [cut_to_fit, padded_and_cut, place_by_place, interleaved_by_reshape, one_axis_after_the_other]
