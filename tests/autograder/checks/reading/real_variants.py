"""Mistakes that people make in variants of a convolution, each with all the names that it gets."""

from __future__ import annotations

import numpy as np

REAL = []
"""(exercise, function, names)"""

BOTH = "in rows and columns"


def real(exercise, *names):
    def add(function):
        REAL.append((exercise, function, names))
        return function

    return add


def padded(x, pad):
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


# Filters with gaps


def number_of_windows(x, w, stride, pad, reach=lambda F, d: (F - 1) * d + 1, d=1):
    return ((n + 2 * pad - reach(F, d)) // stride + 1 for n, F in zip(x.shape[2:], w.shape[2:], strict=True))


def forward(xp, w, b, size, place):
    """Each product by itself; `place` says which row and column of the padded image a weight meets."""
    out = np.zeros((len(xp), len(w), *size))
    for k, i, j in np.ndindex(*out.shape[1:]):
        for p, q in np.ndindex(*w.shape[2:]):
            y, z = place(i, j, p, q)
            out[:, k, i, j] += xp[:, :, y, z] @ w[k, :, p, q]
        out[:, k, i, j] += b[k]
    return out


@real("dilated_conv", f"dilation ignored: weights side by side {BOTH}")
def gaps_in_the_size_only(x, w, b, stride=1, pad=0, dilation=1):
    size = number_of_windows(x, w, stride, pad, d=dilation)
    return forward(padded(x, pad), w, b, size, lambda i, j, p, q: (i * stride + p, j * stride + q))


@real("dilated_conv", f"windows begin at -pad * dilation, where -pad belongs, {BOTH}")
def padded_for_the_gaps_as_well(x, w, b, stride=1, pad=0, dilation=1):
    size, d = number_of_windows(x, w, stride, pad, d=dilation), dilation
    xp = padded(x, pad * d)
    return forward(xp, w, b, size, lambda i, j, p, q: (i * stride + p * d, j * stride + q * d))


@real("dilated_conv", f"windows begin at -FH // 2 * dilation, where -pad belongs, {BOTH}")
def windows_around_their_middle(x, w, b, stride=1, pad=0, dilation=1):
    size, d, (FH, FW) = number_of_windows(x, w, stride, pad, d=dilation), dilation, w.shape[2:]
    xp, wide = padded(x, pad + 20 * d), pad + 20 * d
    first = wide - FH // 2 * d, wide - FW // 2 * d
    return forward(
        xp, w, b, size, lambda i, j, p, q: (i * stride + p * d + first[0], j * stride + q * d + first[1])
    )


@real("dilated_conv", "bias counted once a channel")
def bias_in_the_loop_over_channels(x, w, b, stride=1, pad=0, dilation=1):
    size = number_of_windows(x, w, stride, pad, d=dilation)
    out, xp, (FH, FW) = np.zeros((len(x), len(w), *size)), padded(x, pad), w.shape[2:]
    for n, k, i, j, c in np.ndindex(*out.shape, x.shape[1]):
        y, z = i * stride, j * stride
        rows = slice(y, y + (FH - 1) * dilation + 1, dilation)
        window = xp[n, c, rows, z : z + (FW - 1) * dilation + 1 : dilation]
        out[n, k, i, j] += (window * w[k, c]).sum() + b[k]
    return out


@real(
    "dilated_conv",
    "OH = (H - FH * dilation + 2 pad - 1) // stride + 1",
    "OW = (W - FW * dilation + 2 pad - 1) // stride + 1",
)
def the_formula_of_the_size_without_its_brackets(x, w, b, stride=1, pad=0, dilation=1):
    d = dilation
    size = [max(0, n) for n in number_of_windows(x, w, stride, pad, lambda F, d: d * F + 1, d)]
    xp = padded(x, pad)
    return forward(xp, w, b, size, lambda i, j, p, q: (i * stride + p * d, j * stride + q * d))


@real(
    "dilated_conv",
    f"the filters flipped {BOTH}",
    "step 1 in the columns, where the stride belongs",
)
def flipped_and_without_a_stride_in_the_columns(x, w, b, stride=1, pad=0, dilation=1):
    size, d = number_of_windows(x, w, stride, pad, d=dilation), dilation
    xp, w = padded(x, pad), w[:, :, ::-1, ::-1]
    return forward(xp, w, b, size, lambda i, j, p, q: (i * stride + p * d, j + q * d))


@real(
    "dilated_conv",
    "OH = (H - (FH + (FH - 1) * dilation) + 2 pad) // stride + 1",
    "OW = (W - (FW + (FW - 1) * dilation) + 2 pad) // stride + 1",
    f"weights dilation + 1 pixels apart, where dilation belongs, {BOTH}",
)
def as_many_zeros_between_as_the_dilation(x, w, b, stride=1, pad=0, dilation=1):
    d = dilation + 1
    size = [max(0, n) for n in number_of_windows(x, w, stride, pad, d=d)]
    xp = padded(x, pad)
    return forward(xp, w, b, size, lambda i, j, p, q: (i * stride + p * d, j * stride + q * d))


@real(
    "dilated_conv",
    "an error where OH or OW comes out below 1",
    "OH = (H - FH * dilation + 2 pad) // stride + 1",
    "OW = (W - FW * dilation + 2 pad) // stride + 1",
)
def zeros_after_the_last_weight_too(x, w, b, stride=1, pad=0, dilation=1):
    between = np.zeros((dilation, dilation))
    between[0, 0] = 1
    wide, xp = np.kron(w, between), padded(x, pad)
    windows = np.lib.stride_tricks.sliding_window_view(xp, wide.shape[2:], axis=(2, 3))
    return np.einsum("ncijpq,kcpq->nkij", windows[:, :, ::stride, ::stride], wide) + b[:, None, None]


def backward(dout, w, x_shape, pad, place):
    """The dx of a padded image, large enough for every message, and cut to the image."""
    N, C, H, W = x_shape
    dx = np.zeros((N, C, 9 * (H + 2 * pad), 9 * (W + 2 * pad)))
    for n, k, i, j in np.ndindex(*dout.shape):
        for p, q in np.ndindex(*w.shape[2:]):
            y, z = place(i, j, p, q)
            dx[n, :, y, z] += dout[n, k, i, j] * w[k, :, p, q]
    return dx[:, :, pad : pad + H, pad : pad + W]


@real("dilated_conv_dx", f"the stride between the weights {BOTH}")
def stride_for_the_gaps(dout, w, x_shape, stride=1, pad=0, dilation=1):
    s = stride
    return backward(dout, w, x_shape, pad, lambda i, j, p, q: (i * s + p * s, j * s + q * s))


@real("dilated_conv_dx", f"weights max(dilation - 1, 1) pixels apart, where dilation belongs, {BOTH}")
def one_pixel_too_few_between(dout, w, x_shape, stride=1, pad=0, dilation=1):
    d = max(dilation - 1, 1)
    return backward(dout, w, x_shape, pad, lambda i, j, p, q: (i * stride + p * d, j * stride + q * d))


@real("dilated_conv_dx", "divided by the number of images")
def a_mean_of_the_images(dout, w, x_shape, stride=1, pad=0, dilation=1):
    d = dilation
    dx = backward(dout, w, x_shape, pad, lambda i, j, p, q: (i * stride + p * d, j * stride + q * d))
    return dx / len(dout)


@real(
    "dilated_conv_dx",
    "step 1 in the rows, where the stride belongs",
    f"the filters flipped {BOTH}",
)
def flipped_and_without_a_stride_in_the_rows(dout, w, x_shape, stride=1, pad=0, dilation=1):
    d, w = dilation, w[:, :, ::-1, ::-1]
    return backward(dout, w, x_shape, pad, lambda i, j, p, q: (i + p * d, j * stride + q * d))


@real(
    "dilated_conv_dx",
    "FH - 1 zeros around dout in the rows, where (FH - 1) * dilation belong",
    "FW - 1 zeros around dout in the columns, where (FW - 1) * dilation belong",
)
def dout_surrounded_as_if_there_were_no_gaps(dout, w, x_shape, stride=1, pad=0, dilation=1):
    (N, C, H, W), (FH, FW), (OH, OW) = x_shape, w.shape[2:], dout.shape[2:]
    wide = np.zeros((*dout.shape[:2], (OH - 1) * stride + 1, (OW - 1) * stride + 1))
    wide[:, :, ::stride, ::stride] = dout
    wide = np.pad(wide, ((0, 0), (0, 0), (FH - 1, FH - 1), (FW - 1, FW - 1)))
    h, v = (max(0, n - (F - 1) * dilation) for n, F in zip(wide.shape[2:], (FH, FW), strict=True))
    dx = np.zeros((N, C, h, v))
    for p, q in np.ndindex(FH, FW):
        here = wide[:, :, p * dilation :, q * dilation :][:, :, :h, :v]
        dx += np.einsum("nkij,kc->ncij", here, w[:, :, FH - 1 - p, FW - 1 - q])
    return dx[:, :, pad : pad + H, pad : pad + W]


# Groups


def group_by_group(x, w, b, groups, conv, stride=1, pad=0, *, channels, filters=None, biases=None):
    """One convolution a group; the functions say what group g takes, if it is not the right thing."""
    C, K = x.shape[1], len(w)
    if C % groups or K % groups:
        raise ValueError(f"{C} channels and {K} filters for {groups} groups")
    parts = []
    for g in range(groups):
        own = slice(g * K // groups, (g + 1) * K // groups)
        weights = w[own] if filters is None else w[filters(g)]
        bias = b[own] if biases is None else biases(g)
        parts.append(conv(x[:, channels(g)], weights, bias, stride, pad))
    return np.concatenate(parts, axis=1)


@real("grouped_conv", "the channels from number g on for group g")
def groups_that_overlap(x, w, b, groups, conv, **options):
    seen = w.shape[1]
    return group_by_group(x, w, b, groups, conv, **options, channels=lambda g: slice(g, g + seen))


@real("grouped_conv", "the channels of the groups in the opposite order")
def the_last_group_first(x, w, b, groups, conv, **options):
    xs = np.split(np.arange(groups * w.shape[1]), groups)[::-1]
    return group_by_group(x, w, b, groups, conv, **options, channels=lambda g: xs[g])


@real("grouped_conv", "number g of the biases for all of group g")
def one_bias_a_group(x, w, b, groups, conv, **options):
    seen, made = w.shape[1], len(w) // groups
    return group_by_group(
        x, w, b, groups, conv, **options,
        channels=lambda g: slice(g * seen, (g + 1) * seen), biases=lambda g: np.full(made, b[g]),
    )  # fmt: skip


@real("grouped_conv", "the channels of group k % groups for filter k")
def filters_take_turns(x, w, b, groups, conv, stride=1, pad=0):
    C, K = x.shape[1], len(w)
    if C % groups or K % groups:
        raise ValueError("these groups are not equal")
    seen, out = C // groups, []
    for k in range(K):
        g = k % groups
        out.append(conv(x[:, g * seen : (g + 1) * seen], w[k : k + 1], b[k : k + 1], stride, pad))
    return np.concatenate(out, axis=1)


@real(
    "grouped_conv",
    "every filter sees the channels of all groups",
    "weight c of a filter meets channel c of each group, and no other",
)
def filters_repeated_for_all_channels(x, w, b, groups, conv, stride=1, pad=0):
    if x.shape[1] % groups or len(w) % groups:
        raise ValueError("these groups are not equal")
    return conv(x, np.tile(w, (1, groups, 1, 1)), b, stride, pad)


@real(
    "grouped_conv",
    "an error with several groups, unless there are as many filters as channels",
    "an error where there are more channels than filters",
)
def as_many_channels_a_group_as_filters(x, w, b, groups, conv, **options):
    made = len(w) // groups
    return group_by_group(
        x, w, b, groups, conv, **options, channels=lambda g: slice(g * made, (g + 1) * made)
    )


@real("grouped_conv", "bias: the groups after the first are left out")
def biases_of_the_first_group_alone(x, w, b, groups, conv, **options):
    seen, made = w.shape[1], len(w) // groups
    return group_by_group(
        x, w, b, groups, conv, **options,
        channels=lambda g: slice(g * seen, (g + 1) * seen),
        biases=lambda g: b[:made] if g == 0 else np.zeros(made),
    )  # fmt: skip


# A filter for each place


def place_by_place(x, w, b, stride, filters, biases, corner=None):
    """`filters` and `biases` say what place (i, j) has, `corner` where its window begins."""
    OH, OW, K, _, FH, FW = w.shape
    out = np.zeros((len(x), K, OH, OW))
    for i, j in np.ndindex(OH, OW):
        y, z = corner(i, j) if corner else (i * stride, j * stride)
        window = x[:, :, y : y + FH, z : z + FW]
        out[:, :, i, j] = np.einsum("ncpq,kcpq->nk", window, filters(i, j)) + biases(i, j)
    return out


@real("locally_connected", "filters of place number j * OH + i, where i * OW + j belongs")
def places_counted_column_by_column(x, w, b, stride=1):
    OH, OW, *rest = w.shape
    flat = w.reshape(OH * OW, *rest)
    return place_by_place(x, w, b, stride, lambda i, j: flat[j * OH + i], lambda i, j: b[i, j])


@real("locally_connected", "`b` used as if its axes were (K, OH, OW)")
def biases_reshaped_where_they_should_be_transposed(x, w, b, stride=1):
    out = place_by_place(x, w, b, stride, lambda i, j: w[i, j], lambda i, j: 0)
    return out + b.reshape(out.shape[1:])


@real("locally_connected", "`out` used as if its axes were (N, OH, OW, K)")
def filters_last_and_then_reshaped(x, w, b, stride=1):
    out = place_by_place(x, w, b, stride, lambda i, j: w[i, j], lambda i, j: b[i, j])
    return out.transpose(0, 2, 3, 1).reshape(out.shape)


@real(
    "locally_connected",
    "filters of place (i * stride, j * stride), counted around, where (i, j) belongs",
)
def filters_of_the_corner_of_the_window(x, w, b, stride=1):
    OH, OW = w.shape[:2]
    return place_by_place(
        x, w, b, stride, lambda i, j: w[i * stride % OH, j * stride % OW], lambda i, j: b[i, j]
    )


@real(
    "locally_connected",
    f"the filters flipped {BOTH}",
    "step 1 in the columns, where the stride belongs",
)
def flipped_and_side_by_side(x, w, b, stride=1):
    w = w[..., ::-1, ::-1]
    return place_by_place(
        x, w, b, stride, lambda i, j: w[i, j], lambda i, j: b[i, j], lambda i, j: (i * stride, j)
    )


@real("locally_connected")  # it is no place number: nothing is certain
def places_turned_and_counted_around(x, w, b, stride=1):
    OH, OW = w.shape[:2]
    return place_by_place(x, w, b, stride, lambda i, j: w[j % OH, i % OW], lambda i, j: b[j % OH, i % OW])


@real("locally_connected", "biases of all places together")
def biases_of_all_places(x, w, b, stride=1):
    total = b.sum(axis=(0, 1))
    return place_by_place(x, w, b, stride, lambda i, j: w[i, j], lambda i, j: total)


# Full connections


def connected(dout, x, w):
    rows = x.reshape(len(x), -1)
    return (dout @ w.T).reshape(x.shape), rows.T @ dout, dout.sum(axis=0)


@real("fc_backward", "dx: `dx` reshaped from (D, N), where it should be transposed")
def dx_from_the_transposed_product(dout, x, w):
    return (w @ dout.T).reshape(x.shape), *connected(dout, x, w)[1:]


@real("fc_backward", "dw: `dw` reshaped from (K, D), where it should be transposed")
def dw_reshaped_where_it_should_be_transposed(dout, x, w):
    dx, dw, db = connected(dout, x, w)
    return dx, dw.T.reshape(w.shape), db


@real("fc_backward", "dx and dw: values numbered in the order (W, H, C), where (C, H, W) belongs")
def rows_in_the_order_of_fortran(dout, x, w):
    rows = x.reshape(len(x), -1, order="F")
    return (dout @ w.T).reshape(x.shape, order="F"), rows.T @ dout, dout.sum(axis=0)


@real("fc_backward", "db: the shape (1, K), where (K,) belongs")
def the_axis_of_images_kept(dout, x, w):
    return *connected(dout, x, w)[:2], dout.sum(axis=0, keepdims=True)


@real("fc_backward", "dx: always the first unit", "dw: only the last image counts")
def two_slips_in_the_loops(dout, x, w):
    dx, dw, db = np.zeros((len(x), len(w))), np.zeros(w.shape), np.zeros(w.shape[1])
    rows = x.reshape(len(x), -1)
    for n, k in np.ndindex(dout.shape):
        dx[n] += dout[n, k] * w[:, 0]
        dw[:, k] = dout[n, k] * rows[n]
        db[k] += dout[n, k]
    return dx.reshape(x.shape), dw, db


@real("fc_backward", "dx: the rows of `w` from the last to the first", "db: counted twice")
def weights_upside_down(dout, x, w):
    dx, dw, db = connected(dout, x, w[::-1])
    return dx, dw, db + dout.sum(axis=0)


@real("fc_backward", "dx: every image mixed with every other")
def dout_summed_too_early(dout, x, w):
    _, dw, db = connected(dout, x, w)
    return np.zeros(x.shape) + (db @ w.T).reshape(x.shape[1:]), dw, db


@real("fc_backward", "divided by the number of images")
def a_mean_in_all_parts(dout, x, w):
    return tuple(part / len(x) for part in connected(dout, x, w))
