"""Mistakes of the kinds that real people make, each with all the names that it must be given, and no other.

They are whole functions: most have their fault in one line, some have two. Of one without a name, nothing is
said, for nothing is certain.
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


@real("conv_forward", "the 1 of the output size added before dividing")
def one_added_before_dividing(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - FH + 2 * pad + 1) // stride
    OW = (W - FW + 2 * pad + 1) // stride
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    si, sj = i * stride, j * stride
                    out[n, k, i, j] = np.sum(xp[n, :, si : si + FH, sj : sj + FW] * w[k]) + b[k]
    return out


@real("conv_forward", "last row and column of the output left empty")
def border_windows_skipped(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    si, sj = i * stride, j * stride
                    if si + FH >= H + 2 * pad or sj + FW >= W + 2 * pad:
                        continue
                    out[n, k, i, j] = np.sum(xp[n, :, si : si + FH, sj : sj + FW] * w[k]) + b[k]
    return out


@real(
    "conv_forward",
    "loops that end where the unpadded image ends: its last rows of outputs are left out",
    "loops that end where the unpadded image ends: its last columns of outputs are left out",
)
def loops_over_the_unpadded_image(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, (H - FH + 2 * pad) // stride + 1, (W - FW + 2 * pad) // stride + 1))
    for n in range(N):
        for k in range(K):
            for i in range(0, H - FH + 1, stride):
                for j in range(0, W - FW + 1, stride):
                    window = xp[n, :, i : i + FH, j : j + FW]
                    out[n, k, i // stride, j // stride] = np.sum(window * w[k]) + b[k]
    return out


@real("conv_forward", "the axes in the order (N, K, OW, OH)")
def heights_and_widths_exchanged(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OW, OH))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    si, sj = i * stride, j * stride
                    out[n, k, j, i] = np.sum(xp[n, :, si : si + FH, sj : sj + FW] * w[k]) + b[k]
    return out


@real(
    "conv_forward",
    "bias added once a channel",
    "an error for pad = 0, where x is written into [pad:-pad]",
)
def crop_of_nothing_and_bias_in_the_channels(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    xp[:, :, pad:-pad, pad:-pad] = x
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for c in range(C):
                for i in range(OH):
                    for j in range(OW):
                        si, sj = i * stride, j * stride
                        out[n, k, i, j] += np.sum(xp[n, c, si : si + FH, sj : sj + FW] * w[k, c]) + b[k]
    return out


@real("conv_forward", "a variable used before it has a value")
def padded_only_under_if(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    if pad > 0:
        xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    si, sj = i * stride, j * stride
                    out[n, k, i, j] = np.sum(xp[n, :, si : si + FH, sj : sj + FW] * w[k]) + b[k]
    return out


@real(
    "conv_forward",
    "at least: OH = (H - K + 2 pad) // stride + 1",
    "at least: OW = (W - K + 2 pad) // stride + 1",
)
def number_of_filters_taken_for_their_side(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    F = w.shape[0]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - F + 2 * pad) // stride + 1
    OW = (W - F + 2 * pad) // stride + 1
    out = np.zeros((N, F, OH, OW))
    for n in range(N):
        for k in range(F):
            for i in range(OH):
                for j in range(OW):
                    si, sj = i * stride, j * stride
                    out[n, k, i, j] = np.sum(xp[n, :, si : si + F, sj : sj + F] * w[k]) + b[k]
    return out


@real(
    "conv_forward",
    "only the first row of outputs counts",
    "only the first filter counts",
    "only the first image counts",
)
def returns_inside_the_loop(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    si, sj = i * stride, j * stride
                    out[n, k, i, j] = np.sum(xp[n, :, si : si + FH, sj : sj + FW] * w[k]) + b[k]
                return out
    return out


@real("conv_forward", "window ends where the next one begins")
def window_as_long_as_the_stride(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    window = xp[n, :, i * stride : (i + 1) * stride, j * stride : (j + 1) * stride]
                    out[n, k, i, j] = np.sum(window * w[k]) + b[k]
    return out


@real(
    "conv_forward",
    "an error with filters higher than wide",
    "columns of the filters from number FH on are left out",
)
def columns_as_long_as_rows(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    for p in range(FH):
                        for q in range(FH):
                            out[n, k, i, j] += np.sum(
                                xp[n, :, i * stride + p, j * stride + q] * w[k, :, p, q]
                            )
                    out[n, k, i, j] += b[k]
    return out


@real("conv_forward", "an error for images that are not square and with several columns of pixels")
def image_taken_as_square(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.zeros((N, C, H + 2 * pad, H + 2 * pad))
    xp[:, :, pad : pad + H, pad : pad + H] = x
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (H - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    si, sj = i * stride, j * stride
                    out[n, k, i, j] = np.sum(xp[n, :, si : si + FH, sj : sj + FW] * w[k]) + b[k]
    return out


@real("conv_forward", "bias counted twice")
def bias_added_twice(x, w, b, stride=1, pad=0):
    def conv_window(x, w, b, i, j, stride):
        si, sj = i * stride, j * stride
        return np.sum(x[:, si : si + w.shape[1], sj : sj + w.shape[2]] * w) + b

    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    out[n, k, i, j] = conv_window(xp[n], w[k], b[k], i, j, stride) + b[k]
    return out


@real("conv_forward", "the stride used twice in rows and columns: step stride * stride")
def stride_multiplied_again(x, w, b, stride=1, pad=0):
    def conv_window(x, w, b, i, j, stride):
        total = b
        for c in range(w.shape[0]):
            for p in range(w.shape[1]):
                for q in range(w.shape[2]):
                    y, z = i * stride + p, j * stride + q
                    if y < x.shape[1] and z < x.shape[2]:
                        total = total + x[c, y, z] * w[c, p, q]
        return total

    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    out[n, k, i, j] = conv_window(xp[n], w[k], b[k], i * stride, j * stride, stride)
    return out


@real("conv_forward", "padded along the images as well", "padded along the channels as well")
def all_four_axes_padded(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, pad)
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for c in range(C):
                for i in range(OH):
                    for j in range(OW):
                        si, sj = i * stride, j * stride
                        out[n, k, i, j] += np.sum(xp[n, c, si : si + FH, sj : sj + FW] * w[k, c])
            out[n, k] += b[k]
    return out


@real("conv_forward", "a float where a whole number is needed")
def one_slash_where_two_belong(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    OH = (H - FH + 2 * pad) / stride + 1
    OW = (W - FW + 2 * pad) / stride + 1
    return np.zeros((N, K, OH, OW))


@real("conv_forward", "channels not summed")
def total_set_to_zero_once_a_row(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    for c in range(C):
                        total = 0
                        for p in range(FH):
                            for q in range(FW):
                                total += xp[n, c, i * stride + p, j * stride + q] * w[k, c, p, q]
                    out[n, k, i, j] = total + b[k]
    return out


def _backward(dout, x, w, stride, pad):
    """The loops of backward as most people write them; dx still has its padding."""
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    OH, OW = dout.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw, db = np.zeros_like(xp), np.zeros_like(w), np.zeros(K)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    rows, columns = slice(i * stride, i * stride + FH), slice(j * stride, j * stride + FW)
                    db[k] += dout[n, k, i, j]
                    dw[k] += dout[n, k, i, j] * xp[n, :, rows, columns]
                    dxp[n, :, rows, columns] += dout[n, k, i, j] * w[k]
    return dxp, dw, db


@real("conv_backward", "db: counted twice")
def db_counted_twice(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    dxp, dw, db = _backward(dout, x, w, stride, pad)
    for k in range(len(w)):
        db[k] += np.sum(dout[:, k])
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, db


@real("conv_backward", "dx cropped by 1 whatever `pad` says")
def cropped_by_a_constant(dout, x, w, stride=1, pad=0):
    dxp, dw, db = _backward(dout, x, w, stride, pad)
    return (dxp[:, :, 1:-1, 1:-1] if pad else dxp), dw, db


@real(
    "conv_backward", "db from the last image only", "dx comes out empty for pad = 0: cropped with [pad:-pad]"
)
def crop_of_nothing_and_the_last_image(dout, x, w, stride=1, pad=0):
    dxp, dw, db = _backward(dout, x, w, stride, pad)
    for n in range(len(dout)):
        db = dout[n].sum(axis=(1, 2))
    return dxp[:, :, pad:-pad, pad:-pad], dw, db


@real("conv_backward", "dx: C rows, where H belong", "dx: H columns, where W belong")
def cropped_to_the_channels(dout, x, w, stride=1, pad=0):
    N, H, W, C = x.shape
    dxp, dw, db = _backward(dout, x, w, stride, pad)
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, db


@real("conv_backward", "dx: only the last filter counts", "dx: only the last row of outputs counts")
def cropped_inside_the_loop(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    OH, OW = dout.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(K)
    for n in range(N):
        dxp = np.zeros((C, H + 2 * pad, W + 2 * pad))
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    rows, columns = slice(i * stride, i * stride + FH), slice(j * stride, j * stride + FW)
                    db[k] += dout[n, k, i, j]
                    dw[k] += dout[n, k, i, j] * xp[n, :, rows, columns]
                    dxp[:, rows, columns] += dout[n, k, i, j] * w[k]
                dx[n] = dxp[:, pad : pad + H, pad : pad + W]
                dxp = np.zeros((C, H + 2 * pad, W + 2 * pad))
    return dx, dw, db


@real("conv_backward", "at least: dx: it begins as a copy of x")
def dx_begins_as_a_copy_of_x(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw, db = _backward(dout, x, w, stride, pad)
    return (xp + dxp)[:, :, pad : pad + H, pad : pad + W], dw, db


@real("conv_backward", "dx: every filter mixed with every other")
def the_sum_of_all_filters(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    dxp, dw, db = _backward(dout, x, w, stride, pad)
    dxp[...] = 0
    for n in range(N):
        for k in range(K):
            for i, j in np.ndindex(dout.shape[2:]):
                rows, columns = slice(i * stride, i * stride + FH), slice(j * stride, j * stride + FW)
                dxp[n, :, rows, columns] += dout[n, k, i, j] * w.sum(0)
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, db


@real("conv_backward", "at least: dx: it changes with x")
def the_product_is_kept(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw, db = _backward(dout, x, w, stride, pad)
    dxp[...] = 0
    for n in range(N):
        for k in range(K):
            for i, j in np.ndindex(dout.shape[2:]):
                rows, columns = slice(i * stride, i * stride + FH), slice(j * stride, j * stride + FW)
                dxp[n, :, rows, columns] += dout[n, k, i, j] * w[k] * xp[n, :, rows, columns]
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, db


@real("conv_backward", "dw: only the last column of outputs counts")
def added_after_the_inner_loop(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    dxp, dw, db = _backward(dout, x, w, stride, pad)
    dw[...] = 0
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    for n in range(N):
        for k in range(K):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    window = xp[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
                dw[k] += dout[n, k, i, j] * window
    return dxp[:, :, pad : pad + H, pad : pad + W], dw, db


@real(
    "im2col",
    "the axes in the order (N * OH * OW, C * FH * FW)",
    "columns in the order n, j, i",
    "copies of the border, where zeros belong, in rows and columns",
)
def windows_as_rows_and_down_first(x, size, stride=1, pad=0):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
    (N, _, H, W), (FH, FW) = xp.shape, size
    rows = []
    for n in range(N):
        for j in range((W - FW) // stride + 1):
            for i in range((H - FH) // stride + 1):
                window = xp[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
                rows.append(window.flatten())
    return np.array(rows)


@real("conv_window", "step 1 in rows and columns, where the stride belongs", "rounded to two decimals")
def rounded_and_without_the_stride(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    return round(float(np.sum(x[:, i : i + FH, j : j + FW] * w) + b), 2)


@real("conv_window", "divided by the number of weights of a filter, C * FH * FW", "bias counted twice")
def mean_and_the_bias_twice(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    row, column = i * stride, j * stride
    return (x[:, row : row + FH, column : column + FW] * w).mean() + 2 * b


@real("conv_window")
def difference_for_product(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    row, column = i * stride, j * stride
    return np.sum(x[:, row : row + FH, column : column + FW] - w) + b


@real("filter_bank", "the filters are flipped", "negative answers cut off")
def flipped_and_made_pixels(image, filters, conv):
    K, F, _ = filters.shape
    out = conv(image[None, None], filters[:, None, ::-1, ::-1], np.zeros(K), pad=F // 2)
    return np.clip(out[0], 0, 255)


@real("matmul_forward", "rows in the order fh, fw, c", "columns in the order i, j, n", "bias left out")
def two_orders_and_no_bias(cols, w, b, out_shape):
    N, K, OH, OW = out_shape
    product = w.transpose(0, 2, 3, 1).reshape(K, -1) @ cols
    return product.reshape(K, OH, OW, N).transpose(3, 0, 1, 2)


@real("im2col", "windows numbered by n * OH + i * OW + j")
def windows_numbered_wrongly(x, size, stride=1, pad=0):
    N, C, H, W = x.shape
    FH, FW = size
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.zeros((C * FH * FW, N * OH * OW))
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                m = n * OH + i * OW + j
                window = xp[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
                cols[:, m] = window.ravel()
    return cols


@real("im2col", "the images reshaped, not cut into windows")
def tiles(x, size, stride=1, pad=0):
    N, C, H, W = x.shape
    FH, FW = size
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return xp.reshape(C * FH * FW, -1)


@real("input_gradient", "one zero too many between the values of dout")
def stride_zeros_between(dout, w, stride=1, pad=0):
    N, K, OH, OW = dout.shape
    K, C, FH, FW = w.shape
    spread = np.zeros((N, K, (OH - 1) * (stride + 1) + 1, (OW - 1) * (stride + 1) + 1))
    spread[:, :, :: stride + 1, :: stride + 1] = dout
    padded = np.pad(spread, ((0, 0), (0, 0), (FH - 1, FH - 1), (FW - 1, FW - 1)))
    H, W = padded.shape[2] - FH + 1, padded.shape[3] - FW + 1
    dx = np.zeros((N, C, H, W))
    back = w[:, :, ::-1, ::-1].swapaxes(0, 1)
    for n in range(N):
        for c in range(C):
            for y in range(H):
                for z in range(W):
                    dx[n, c, y, z] = np.sum(padded[n, :, y : y + FH, z : z + FW] * back[c])
    return dx[:, :, pad : H - pad, pad : W - pad]


@real("conv_forward", "bias: only the first image counts")
def bias_of_the_first_image_alone(x, w, b, stride=1, pad=0):
    (FH, FW), xp = w.shape[2:], np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(xp, (FH, FW), axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.einsum("ncijpq,kcpq->nkij", windows, w)
    out[0] += b[:, None, None]
    return out
