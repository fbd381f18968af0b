"""Right answers to conv_work as different people write them."""

import math

import numpy as np


def letter_by_letter(x_shape, w_shape, out_shape, itemsize=4):
    N, C, H, W = x_shape
    K, C, FH, FW = w_shape
    N, K, OH, OW = out_shape
    return 2 * N * K * OH * OW * C * FH * FW, (N * C * H * W + K * C * FH * FW + N * K * OH * OW) * itemsize


def with_numpy(x_shape, w_shape, out_shape, itemsize=4):
    x, w, out = (np.prod(shape) for shape in (x_shape, w_shape, out_shape))
    return out * w / w_shape[0] * 2, np.sum([x, w, out]) * itemsize


def as_a_matrix_product(x_shape, w_shape, out_shape, itemsize=4):
    rows, inner = w_shape[0], math.prod(w_shape[1:])
    columns = out_shape[0] * out_shape[2] * out_shape[3]
    return [2 * rows * inner * columns, itemsize * sum(map(math.prod, (x_shape, w_shape, out_shape)))]


def from_arrays(x_shape, w_shape, out_shape, itemsize=4):
    dtype = {2: np.float16, 4: np.float32, 8: np.float64}[itemsize]
    arrays = [np.empty(shape, dtype) for shape in (x_shape, w_shape, out_shape)]
    return 2.0 * arrays[2].size * arrays[1][0].size, sum(a.nbytes for a in arrays)


def multiplications_and_additions(x_shape, w_shape, out_shape, itemsize=4):
    one = math.prod(w_shape[1:])
    multiplications = additions = one * math.prod(out_shape)  # one of the additions is the bias's
    total = 0
    for shape in (x_shape, w_shape, out_shape):
        total += itemsize * math.prod(shape)
    return np.int64(multiplications + additions), np.int64(total)


ANSWERS = [
    letter_by_letter,
    with_numpy,
    as_a_matrix_product,
    from_arrays,
    multiplications_and_additions,
]
