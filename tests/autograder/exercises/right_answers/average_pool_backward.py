"""Right answers to average_pool_backward as different people write them."""

import numpy as np


def pixel_loops(dout, x_shape, size, stride):
    """For each pixel, the windows that hold it."""
    dx = np.zeros(x_shape)
    for h in range(x_shape[2]):
        for w in range(x_shape[3]):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    if 0 <= h - i * stride < size[0] and 0 <= w - j * stride < size[1]:
                        dx[:, :, h, w] += dout[:, :, i, j]
    return dx / (size[0] * size[1])


def place_by_place(dout, x_shape, size, stride):
    share = dout / np.prod(size)
    dx = np.zeros(x_shape, share.dtype)
    OH, OW = dout.shape[2:]
    for p in range(size[0]):
        for q in range(size[1]):
            dx[:, :, p : p + (OH - 1) * stride + 1 : stride, q : q + (OW - 1) * stride + 1 : stride] += share
    return dx


def outputs_only(dout, x_shape, size, stride):
    """All images and channels at once, with np.ones as the window."""
    dx = np.zeros(x_shape, dtype=np.float32)
    spread = np.ones(size) / (size[0] * size[1])
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            target = dx[:, :, i * stride : i * stride + size[0], j * stride : j * stride + size[1]]
            target += dout[:, :, i, j][:, :, None, None] * spread
    return dx


def two_matrices(dout, x_shape, size, stride):
    """The transposes of the two averaging matrices of the forward step."""

    def averaging(n, f):
        return np.array(
            [[1 / f if i <= r < i + f else 0 for r in range(n)] for i in range(0, n - f + 1, stride)]
        )

    return averaging(x_shape[2], size[0]).T @ dout @ averaging(x_shape[3], size[1])


def full_convolution(dout, x_shape, size, stride):
    """Zeros between the gradients (the stride) and around them, then a mean over each window."""
    N, C, H, W = x_shape
    dilated = np.zeros((N, C, H - size[0] + 1, W - size[1] + 1))
    dilated[:, :, ::stride, ::stride] = dout
    a, b = size[0] - 1, size[1] - 1
    padded = np.pad(dilated, ((0, 0), (0, 0), (a, a), (b, b)))
    return np.lib.stride_tricks.sliding_window_view(padded, size, axis=(2, 3)).mean(axis=(4, 5))


def add_at(dout, x_shape, size, stride):
    N, C, OH, OW = dout.shape
    n, c, i, j, p, q = np.ogrid[:N, :C, :OH, :OW, : size[0], : size[1]]
    dx = np.zeros(x_shape)
    np.add.at(dx, (n, c, i * stride + p, j * stride + q), dout[..., None, None] / (size[0] * size[1]))
    return dx


ANSWERS = [
    pixel_loops,
    place_by_place,
    outputs_only,
    two_matrices,
    full_convolution,
    add_at,
]
