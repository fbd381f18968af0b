"""Mistakes of the kinds that real people make in pooling, each with all the names that it must be given.

They are whole functions with one or two faults. What is named is everything that is wrong with them.
"""

from __future__ import annotations

import numpy as np

REAL = []
"""(exercise, function, names)"""


def real(exercise, *names):
    def add(function):
        REAL.append((exercise, function, names))
        return function

    return add


@real(
    "max_pool_forward",
    "stride used for the rows only",
    "maxima begin at 0",
)
def begins_at_zero_and_moves_by_one(x, size, stride):
    (N, C, H, W), (FH, FW) = x.shape, size
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out, switches = np.zeros((N, C, OH, OW)), np.zeros((N, C, OH, OW), int)
    for n, c, i, j in np.ndindex(N, C, OH, OW):
        for p in range(FH):
            for q in range(FW):
                value = x[n, c, i * stride + p, j + q]
                if value > out[n, c, i, j]:
                    out[n, c, i, j] = value
                    switches[n, c, i, j] = p * FW + q
    return out, switches


@real(
    "max_pool_forward",
    "window as large as the stride in rows and columns",
    "switches counted from 1",
)
def window_of_the_stride_and_switches_from_one(x, size, stride):
    (N, C, H, W), (FH, FW) = x.shape, size
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out, switches = np.zeros((N, C, OH, OW)), np.zeros((N, C, OH, OW), int)
    for n, c, i, j in np.ndindex(N, C, OH, OW):
        window = x[n, c, i * stride : (i + 1) * stride, j * stride : (j + 1) * stride]
        out[n, c, i, j] = np.max(window)
        switches[n, c, i, j] = np.argmax(window) + 1
    return out, switches


@real(
    "average_pool_forward",
    "OH = (H - FH) // FH + 1",
    "OW = (W - FW) // FW + 1",
    "windows laid side by side in rows and columns",
    "each window's sum divided by 4, where its mean belongs",
)
def sizes_of_blocks_and_divided_by_four(x, size, stride):
    (N, C, H, W), (FH, FW) = x.shape, size
    out = np.zeros((N, C, H // FH, W // FW))
    for n, c, i, j in np.ndindex(*out.shape):
        out[n, c, i, j] = x[n, c, i * FH : i * FH + FH, j * FW : j * FW + FW].sum() / 4
    return out


@real(
    "average_pool_forward",
    "OW = (H - FH) // stride + 1",
    "window FH long in the columns, where FW belongs",
)
def image_taken_as_square(x, size, stride):
    (N, C, H), FH = x.shape[:3], size[0]
    OH = OW = (H - FH) // stride + 1
    out = np.zeros((N, C, OH, OW))
    for n, c, i, j in np.ndindex(N, C, OH, OW):
        y, z = i * stride, j * stride
        out[n, c, i, j] = x[n, c, y : y + FH, z : z + FH].mean()
    return out


@real(
    "l2_pool_forward",
    "only the first image counts",
    "each window's root of the mean of squares, where its length belongs",
)
def mean_of_squares_of_the_first_image(x, size, stride):
    (N, C, H, W), (FH, FW) = x.shape, size
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW))
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    y, z = i * stride, j * stride
                    out[n, c, i, j] = np.sqrt(np.mean(x[n, c, y : y + FH, z : z + FW] ** 2))
        return out
    return out


@real(
    "l2_pool_forward",
    "rows and columns of the output swapped",
    "each window's sum of absolute values, where its length belongs",
)
def not_squared_and_written_to_the_wrong_place(x, size, stride):
    (N, C, H, W), (FH, FW) = x.shape, size
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.zeros((N, C, OW, OH))
    for n, c, i, j in np.ndindex(N, C, OH, OW):
        y, z = i * stride, j * stride
        out[n, c, j, i] = np.abs(x[n, c, y : y + FH, z : z + FW]).sum()
    return out


@real(
    "max_pool_backward",
    "an error where a gradient goes beyond dx",
    "switches divided by FH, where FW belongs",
    "each gradient replaces what was sent to its pixel before",
)
def row_by_the_height_and_set(dout, switches, x_shape, size, stride):
    dx = np.zeros(x_shape)
    for n, c, i, j in np.ndindex(*dout.shape):
        p, q = switches[n, c, i, j] // size[0], switches[n, c, i, j] % size[0]
        dx[n, c, i * stride + p, j * stride + q] = dout[n, c, i, j]
    return dx


@real(
    "max_pool_backward",
    "step 1 in rows and columns, where the stride belongs",
    "only the first channel counts",
)
def returns_after_the_first_channel(dout, switches, x_shape, size, stride):
    N, C, OH, OW = dout.shape
    dx = np.zeros(x_shape)
    for c in range(C):
        for n in range(N):
            for i in range(OH):
                for j in range(OW):
                    p, q = divmod(switches[n, c, i, j], size[1])
                    dx[n, c, i + p, j + q] += dout[n, c, i, j]
        return dx
    return dx


@real(
    "max_pool_backward",
    "every pixel of the window gets the gradient",
    "a pixel gets 1 / (FH * FW) of the gradient, where 1 belongs",
    "each gradient replaces what was sent to its pixel before",
)
def as_average_pooling(dout, switches, x_shape, size, stride):
    FH, FW = size
    dx = np.zeros(x_shape)
    for n, c, i, j in np.ndindex(*dout.shape):
        y, z = i * stride, j * stride
        dx[n, c, y : y + FH, z : z + FW] = dout[n, c, i, j] / (FH * FW)
    return dx


@real(
    "average_pool_backward",
    "windows as large as the stride",
    "a pixel gets 1 of the gradient, where 1 / (FH * FW) belongs",
)
def window_of_the_stride_and_not_divided(dout, x_shape, size, stride):
    dx = np.zeros(x_shape)
    for n, c, i, j in np.ndindex(*dout.shape):
        y, z = i * stride, j * stride
        dx[n, c, y : y + stride, z : z + stride] += dout[n, c, i, j]
    return dx


@real(
    "average_pool_backward",
    "windows laid side by side in the columns",
    "shares rounded down, as // does",
)
def whole_numbers_and_rows_for_columns(dout, x_shape, size, stride):
    FH, FW = size
    dx = np.zeros(x_shape)
    for n, c, i, j in np.ndindex(*dout.shape):
        dx[n, c, i * stride : i * stride + FH, j * FW : j * FW + FW] += dout[n, c, i, j] // (FH * FW)
    return dx


@real(
    "average_pool_backward",
    "the sign turned",
    "divided by the number of gradients that meet at a pixel",
)
def divided_by_how_many_meet(dout, x_shape, size, stride):
    FH, FW = size
    dx, count = np.zeros(x_shape), np.zeros(x_shape)
    for n, c, i, j in np.ndindex(*dout.shape):
        y, z = i * stride, j * stride
        dx[n, c, y : y + FH, z : z + FW] -= dout[n, c, i, j] / (FH * FW)
        count[n, c, y : y + FH, z : z + FW] += 1
    return dx / np.maximum(count, 1)


@real(
    "max_pool_im2col",
    "images and channels swapped",
    "switches counted from 1",
)
def maxima_over_everything(x, size, stride):
    (N, C, H, W), (FH, FW) = x.shape, size
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    blocks = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::stride, ::stride]
    flat = blocks.reshape(N, C, OH, OW, FH * FW)
    return flat.max(-1).transpose(1, 0, 2, 3), flat.argmax(-1).transpose(1, 0, 2, 3) + 1
