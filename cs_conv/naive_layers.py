"""The specification of the layers between convolutions: loops and formulas that can be read aloud.

As in `cs_conv.naive`, each backward stands beside its forward. Arguments, shapes, dtypes and errors are those
of the fast versions in `cs_conv.normalisation`, `cs_conv.locally_connected`, `cs_conv.global_pool` and
`cs_conv.dropout`.
"""

from __future__ import annotations

import numpy as np

from cs_conv._norm_checks import (
    check_batch_norm,
    check_gradient,
    check_group_moments,
    check_local_response_norm,
    check_values_to_share,
)
from cs_conv.dropout import check_kept, draw_kept
from cs_conv.geometry import (
    Array,
    Pad,
    Pair,
    Shape,
    check_array,
    check_dout,
    check_groups,
    cut_padding,
    pad_images,
    window_geometry,
    zeros_padded,
)
from cs_conv.locally_connected import check_local_bias, local_geometry


def batch_norm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> tuple[Array, Array, Array]:
    """Subtract each channel's mean, divide by its standard deviation, then multiply by gamma and add beta.

    x: (N, C, H, W) or (N, C). gamma, beta: (C,). Returns out: the shape of x, and mean, var: (C,).
    """
    check_batch_norm(x, eps, gamma=gamma, beta=beta)
    check_values_to_share(x.shape)
    mean, var = np.zeros_like(gamma), np.zeros_like(gamma)
    for c in range(x.shape[1]):
        if len(x):
            mean[c] = x[:, c].mean(dtype=np.float64)
            var[c] = x[:, c].var(dtype=np.float64)
    return batch_norm_inference(x, gamma, beta, mean, var, eps), mean, var


def batch_norm_inference(
    x: Array, gamma: Array, beta: Array, mean: Array, var: Array, eps: float = 1e-5
) -> Array:
    """The same as batch_norm_forward with a given mean and variance.

    x: (N, C, H, W) or (N, C). gamma, beta, mean, var: (C,). Returns out: the shape of x.
    """
    check_batch_norm(x, eps, gamma=gamma, beta=beta, mean=mean, var=var)
    out = np.empty(x.shape, x.dtype)
    for c in range(x.shape[1]):
        out[:, c] = gamma[c] * (x[:, c] - mean[c]) / np.sqrt(var[c] + eps) + beta[c]
    return out


def batch_norm_backward(
    dout: Array, x: Array, gamma: Array, mean: Array, var: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """The gradient of batch_norm_forward.

    Adding a constant to a channel, or multiplying it by one, does not change the output: so both parts are
    taken out of dx.

    dout, x: (N, C, H, W) or (N, C). gamma, mean, var: (C,). Returns dx, dgamma, dbeta.
    """
    check_batch_norm(x, eps, gamma=gamma, mean=mean, var=var)
    check_gradient(dout, x)
    dx, dgamma, dbeta = np.empty(x.shape, x.dtype), np.zeros_like(gamma), np.zeros_like(gamma)
    for c in range(x.shape[1]):
        if len(x):
            deviation = np.sqrt(var[c] + eps)
            normal = (x[:, c] - mean[c]) / deviation
            dgamma[c] = np.sum(dout[:, c] * normal)
            dbeta[c] = np.sum(dout[:, c])
            dnormal = gamma[c] * dout[:, c]
            dx[:, c] = (dnormal - dnormal.mean() - normal * np.mean(normal * dnormal)) / deviation
    return dx, dgamma, dbeta


def batch_norm_inference_backward(
    dout: Array, x: Array, gamma: Array, mean: Array, var: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """The gradient of batch_norm_inference, in which mean and variance are constants.

    dout, x: (N, C, H, W) or (N, C). gamma, mean, var: (C,). Returns dx, dgamma, dbeta.
    """
    check_batch_norm(x, eps, gamma=gamma, mean=mean, var=var)
    check_gradient(dout, x)
    dx, dgamma, dbeta = np.empty(x.shape, x.dtype), np.zeros_like(gamma), np.zeros_like(gamma)
    for c in range(x.shape[1]):
        deviation = np.sqrt(var[c] + eps)
        dgamma[c] = np.sum(dout[:, c] * (x[:, c] - mean[c]) / deviation)
        dbeta[c] = np.sum(dout[:, c])
        dx[:, c] = gamma[c] * dout[:, c] / deviation
    return dx, dgamma, dbeta


def group_norm_forward(
    x: Array, gamma: Array, beta: Array, groups: int, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Subtract the mean of each group of channels of each image, and divide by its standard deviation.

    x: (N, C, H, W) or (N, C). gamma, beta: (C,). Returns out: the shape of x, and mean, var: (N, groups).
    """
    check_batch_norm(x, eps, gamma=gamma, beta=beta)
    size = x.shape[1] // check_groups(groups, x.shape[1], x.shape[1])
    out = np.empty(x.shape, x.dtype)
    mean, var = np.empty((len(x), groups), x.dtype), np.empty((len(x), groups), x.dtype)
    for n in range(len(x)):
        for group in range(groups):
            channels = slice(group * size, (group + 1) * size)
            mean[n, group] = x[n, channels].mean(dtype=np.float64)
            var[n, group] = x[n, channels].var(dtype=np.float64)
            for c in range(channels.start, channels.stop):
                normal = (x[n, c] - mean[n, group]) / np.sqrt(var[n, group] + eps)
                out[n, c] = gamma[c] * normal + beta[c]
    return out, mean, var


def group_norm_backward(
    dout: Array, x: Array, gamma: Array, mean: Array, var: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """The gradient of group_norm_forward: that of batch normalisation, for each group of each image.

    dout, x: (N, C, H, W) or (N, C). gamma: (C,). mean, var: (N, groups). Returns dx, dgamma, dbeta.
    """
    check_batch_norm(x, eps, gamma=gamma)
    check_gradient(dout, x)
    groups = check_group_moments(mean, var, x)
    size = x.shape[1] // groups
    dx, dgamma, dbeta = np.empty(x.shape, x.dtype), np.zeros_like(gamma), np.zeros_like(gamma)
    for n in range(len(x)):
        for group in range(groups):
            channels = slice(group * size, (group + 1) * size)
            deviation = np.sqrt(var[n, group] + eps)
            normal = (x[n, channels] - mean[n, group]) / deviation  # (size, H, W)
            dnormal = np.stack([gamma[c] * dout[n, c] for c in range(channels.start, channels.stop)])
            for i, c in enumerate(range(channels.start, channels.stop)):
                dgamma[c] += np.sum(dout[n, c] * normal[i])
                dbeta[c] += np.sum(dout[n, c])
            dx[n, channels] = (dnormal - dnormal.mean() - normal * np.mean(normal * dnormal)) / deviation
    return dx, dgamma, dbeta


def local_response_norm_forward(
    x: Array, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0
) -> Array:
    """Divide each value by a power of the sum of squares of its neighbours across channels.

    x: (N, C, H, W). size: odd. Returns out: (N, C, H, W).
    """
    check_local_response_norm(x, size, alpha, beta, k)
    out = np.empty(x.shape, x.dtype)
    for c in range(x.shape[1]):
        neighbours = x[:, max(0, c - size // 2) : c + size // 2 + 1]
        out[:, c] = x[:, c] / (k + alpha * np.sum(neighbours**2, axis=1)) ** beta
    return out


def local_response_norm_backward(
    dout: Array, x: Array, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0
) -> Array:
    """Each output sends a gradient to its own value and, through its sum, to all neighbours.

    dout, x: (N, C, H, W). Returns dx: (N, C, H, W).
    """
    check_local_response_norm(x, size, alpha, beta, k)
    check_array("dout", dout, "(N, C, H, W)", x.shape, x.dtype)
    dx = np.zeros(x.shape, x.dtype)
    for c in range(x.shape[1]):
        near = slice(max(0, c - size // 2), c + size // 2 + 1)
        scale = k + alpha * np.sum(x[:, near] ** 2, axis=1)
        dx[:, c] += dout[:, c] * scale**-beta
        dscale = -beta * dout[:, c] * x[:, c] * scale ** (-beta - 1)
        dx[:, near] += dscale[:, np.newaxis] * 2 * alpha * x[:, near]
    return dx


def locally_connected_forward(
    x: Array, w: Array, b: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1
) -> Array:
    """Convolution in which every place has its own filters.

    x: (N, C, H, W). w: (OH, OW, K, C, FH, FW). b: (OH, OW, K). Returns out: (N, K, OH, OW).
    """
    g = local_geometry(x, w, stride, pad, dilation)
    check_local_bias(b, g, x.dtype)
    padded = pad_images(x, g)
    out = np.empty((g.N, g.K, g.OH, g.OW), x.dtype)
    for n in range(g.N):
        for k in range(g.K):
            for i in range(g.OH):
                for j in range(g.OW):
                    rows, columns = g.window(i, j)
                    out[n, k, i, j] = np.sum(padded[n, :, rows, columns] * w[i, j, k]) + b[i, j, k]
    return out


def locally_connected_backward(
    dout: Array, x: Array, w: Array, stride: Pair = 1, pad: Pad = 0, dilation: Pair = 1
) -> tuple[Array, Array, Array]:
    """The gradients of convolution, except that each place has its own filters to send a gradient to.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (OH, OW, K, C, FH, FW). Returns dx, dw, db.
    """
    g = local_geometry(x, w, stride, pad, dilation)
    check_dout(dout, g, x.dtype)
    padded, dpadded = pad_images(x, g), zeros_padded(g, x.dtype)
    dw, db = np.zeros(w.shape, x.dtype), np.zeros(w.shape[:3], x.dtype)
    for n in range(g.N):
        for k in range(g.K):
            for i in range(g.OH):
                for j in range(g.OW):
                    rows, columns = g.window(i, j)
                    db[i, j, k] += dout[n, k, i, j]
                    dw[i, j, k] += dout[n, k, i, j] * padded[n, :, rows, columns]
                    dpadded[n, :, rows, columns] += dout[n, k, i, j] * w[i, j, k]
    return cut_padding(dpadded, g), dw, db


def global_average_pool_forward(x: Array) -> Array:
    """The mean of each channel of each image: (N, C, H, W) to (N, C, 1, 1)."""
    check_array("x", x, "(N, C, H, W)")
    out = np.empty((*x.shape[:2], 1, 1), x.dtype)
    for n in range(len(x)):
        for c in range(x.shape[1]):
            out[n, c] = np.sum(x[n, c]) / x[n, c].size
    return out


def global_average_pool_backward(dout: Array, x_shape: Shape) -> Array:
    """Share each gradient out equally among the pixels. dout: (N, C, 1, 1). Returns dx: (N, C, H, W)."""
    g = window_geometry(x_shape, size=1)
    check_array("dout", dout, "(N, C, 1, 1)", (g.N, g.C, 1, 1))
    dx = np.empty((g.N, g.C, g.H, g.W), dout.dtype)
    for n in range(g.N):
        for c in range(g.C):
            dx[n, c] = dout[n, c] / (g.H * g.W)
    return dx


def dropout_forward(x: Array, rate: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Set random values to 0, and enlarge the others so that the sum stays the same on average.

    x: any shape. Returns out and kept, booleans, both in the shape of x.
    """
    kept, scale = draw_kept(x, rate, rng)
    out = np.zeros(x.shape, x.dtype)
    for place in np.ndindex(x.shape):
        if kept[place]:
            out[place] = x[place] * x.dtype.type(scale)
    return out, kept


def dropout_backward(dout: Array, kept: Array, rate: float) -> Array:
    """Values that were set to 0 get no gradient; the gradient of the others is enlarged as they were."""
    scale = check_kept(dout, kept, rate)
    dx = np.zeros(dout.shape, dout.dtype)
    for place in np.ndindex(dout.shape):
        if kept[place]:
            dx[place] = dout[place] * dout.dtype.type(scale)
    return dx
