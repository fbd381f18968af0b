"""Normalisation: subtract the mean and divide by the standard deviation; or divide by neighbouring channels.

Batch and group normalisation differ only in which values share a mean and a variance: those of one channel in
all images, or those of a group of channels in one image. So both are one algorithm. It adds up each plane
(H, W), and `share` turns these sums into means. With a = gamma / deviation, every output is linear in its
value:

    out = a x + c        dx = a dout + b x + c

The images are read once for the sums and the sums of squares, by dot products of each plane; what follows is
in float64. If a mean is far from 0, sums of squares lose digits of the variance; then it is subtracted first.

Images are (N, C, H, W), or rows of values (N, C) after a fully connected layer. The dtype of x (float32 or
float64) is the dtype of the results. Inputs are never changed. The loops are in `cs_conv.naive_layers`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from cs_conv._norm_checks import (
    check_batch_norm,
    check_gradient,
    check_group_moments,
    check_local_response_norm,
    check_values_to_share,
)
from cs_conv._row_by_row import row_by_row
from cs_conv.geometry import Array, check_array, check_groups

FAR = 100.0  # a squared mean so many times the variance costs two digits of seven: then it is taken off first
SMALL_PLANE = 512  # values: a walk over fewer takes as long to begin as to go
BLOCK_BYTES = 2**18  # images computed at a time: what stays in a core's cache

Share = Callable[[Array], Array]  # from sums of planes (N, C) to the means of what is normalised together


@row_by_row
def batch_norm_forward(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> tuple[Array, Array, Array]:
    """Give each channel of the batch the mean beta and the deviation gamma, as in training.

    x: (N, C, H, W) or (N, C). gamma, beta: (C,). eps: added to the variance, so that nothing divides by 0.
    Returns out: the shape of x, and the batch's mean and var: (C,), with squares divided by N * H * W.
    ValueError if a channel has only one value, which would always become beta.
    Source: Ioffe and Szegedy, "Batch normalization", 2015.

    >>> out, mean, var = batch_norm_forward(np.array([[1.0], [3.0]]), np.array([2.0]), np.array([5.0]), eps=0)
    >>> out.ravel(), mean, var
    (array([3., 7.]), array([2.]), array([1.]))
    """
    check_batch_norm(x, eps, gamma=gamma, beta=beta)
    check_values_to_share(x.shape)
    planes = _planes(x)
    mean, var = _moments(planes, _over_batch(planes))
    out = _normalise(planes, gamma, beta, mean, var, eps).reshape(x.shape)
    return out, mean[0].astype(x.dtype), var[0].astype(x.dtype)


@row_by_row
def batch_norm_inference(
    x: Array, gamma: Array, beta: Array, mean: Array, var: Array, eps: float = 1e-5
) -> Array:
    """Normalise with a given mean and variance, as after training: each image by itself.

    x: (N, C, H, W) or (N, C). gamma, beta, mean, var: (C,). Returns out: the shape of x.
    """
    check_batch_norm(x, eps, gamma=gamma, beta=beta, mean=mean, var=var)
    return _normalise(_planes(x), gamma, beta, mean[np.newaxis], var[np.newaxis], eps).reshape(x.shape)


@row_by_row
def batch_norm_backward(
    dout: Array, x: Array, gamma: Array, mean: Array, var: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """The gradient of batch_norm_forward: a value changes its own output and, through the mean and the
    variance, all others of its channel.

    dout, x: (N, C, H, W) or (N, C). gamma: (C,). mean, var: (C,), as batch_norm_forward returned them.
    Returns dx, dgamma, dbeta in the shapes of x, gamma and beta.
    """
    check_batch_norm(x, eps, gamma=gamma, mean=mean, var=var)
    check_gradient(dout, x)
    share = _over_batch(_planes(x))
    return _gradients(dout, x, gamma, mean[np.newaxis], var[np.newaxis], eps, share)


@row_by_row
def batch_norm_inference_backward(
    dout: Array, x: Array, gamma: Array, mean: Array, var: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """The gradient of batch_norm_inference, in which mean and variance are constants: dx = a dout.

    dout, x: (N, C, H, W) or (N, C). gamma, mean, var: (C,). Returns dx, dgamma, dbeta.
    """
    check_batch_norm(x, eps, gamma=gamma, mean=mean, var=var)
    check_gradient(dout, x)
    return _gradients(dout, x, gamma, mean[np.newaxis], var[np.newaxis], eps, share=_nothing)


@row_by_row
def group_norm_forward(
    x: Array, gamma: Array, beta: Array, groups: int, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """Give each group of channels of each image the mean 0 and the deviation 1; then apply gamma and beta.

    x: (N, C, H, W) or (N, C). gamma, beta: (C,). groups: how many; 1 is layer normalisation, C is instance
    normalisation. Returns out: the shape of x, and the mean and var of each group: (N, groups).
    Each image is normalised by itself, so training and use are the same.
    Source: Wu and He, "Group normalization", 2018.

    >>> x = np.array([[1.0, 3.0, 10.0, 10.0]])
    >>> group_norm_forward(x, np.ones(4), np.zeros(4), groups=2, eps=0.01)[0].round(2)
    array([[-1.,  1.,  0.,  0.]])
    """
    check_batch_norm(x, eps, gamma=gamma, beta=beta)
    groups = check_groups(groups, x.shape[1], x.shape[1])
    planes = _planes(x)
    mean, var = _moments(planes, _over_groups(planes, groups))
    out = _normalise(planes, gamma, beta, mean, var, eps).reshape(x.shape)
    size = x.shape[1] // groups
    return out, mean[:, ::size].astype(x.dtype), var[:, ::size].astype(x.dtype)


@row_by_row
def group_norm_backward(
    dout: Array, x: Array, gamma: Array, mean: Array, var: Array, eps: float = 1e-5
) -> tuple[Array, Array, Array]:
    """The gradient of group_norm_forward: that of batch normalisation, for each group of each image.

    dout, x: (N, C, H, W) or (N, C). gamma: (C,). mean, var: (N, groups), as group_norm_forward returned them.
    Returns dx, dgamma, dbeta in the shapes of x, gamma and beta.
    """
    check_batch_norm(x, eps, gamma=gamma)
    check_gradient(dout, x)
    groups = check_group_moments(mean, var, x)
    mean, var = (np.repeat(moment, x.shape[1] // groups, axis=1) for moment in (mean, var))  # (N, C)
    return _gradients(dout, x, gamma, mean, var, eps, _over_groups(_planes(x), groups))


def local_response_norm_forward(
    x: Array, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0
) -> Array:
    """Divide each value by a power of the sum of squares of its neighbours across channels.

    out = x / (k + alpha * sum of squares over `size` channels, centred) ** beta

    x: (N, C, H, W). size: odd. Returns out: (N, C, H, W). Channels beyond the first and the last count as 0.
    As in the paper, alpha multiplies the sum. PyTorch and ONNX divide their alpha by size: give them
    size * alpha.
    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep CNNs", 2012.

    >>> x = np.array([3.0, 4.0]).reshape(1, 2, 1, 1)
    >>> local_response_norm_forward(x, size=3, alpha=1, beta=0.5, k=0).ravel()
    array([0.6, 0.8])
    """
    check_local_response_norm(x, size, alpha, beta, k)
    out = np.empty(x.shape, x.dtype)
    for pixels, outputs in _pixel_blocks(x, out):
        scale = _scale(pixels, size, alpha, k)
        np.divide(pixels, _power(scale, beta), out=outputs)
    return out


def local_response_norm_backward(
    dout: Array, x: Array, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0
) -> Array:
    """The gradient of local_response_norm_forward: a value changes its own output and, through their sums,
    those of its neighbours.

    dout, x: (N, C, H, W). The others as in local_response_norm_forward. Returns dx: (N, C, H, W).
    """
    check_local_response_norm(x, size, alpha, beta, k)
    check_array("dout", dout, "(N, C, H, W)", x.shape, x.dtype)
    dx = np.empty(x.shape, x.dtype)
    for pixels, gradients, dpixels in _pixel_blocks(x, dout, dx):
        scale = _scale(pixels, size, alpha, k)
        direct = np.divide(gradients, _power(scale, beta), out=dpixels)
        each = direct * pixels
        each /= scale
        through_sums = _neighbours(each, size)
        through_sums *= pixels
        through_sums *= 2 * alpha * beta
        direct -= through_sums
    return dx


def _planes(x: Array) -> Array:
    """(N, C, H * W), where reshape(N, C, -1) could not tell for N = 0."""
    return np.asarray(x).reshape(*x.shape[:2], math.prod(x.shape[2:]))


def _over_batch(planes: Array) -> Share:
    """Means over all images, (1, C)."""
    N, _, P = planes.shape
    return lambda sums: sums.sum(axis=0, keepdims=True) / max(N * P, 1)


def _over_groups(planes: Array, groups: int) -> Share:
    """Means over the channels of a group, (N, C): the same for all channels of the group."""
    N, C, P = planes.shape
    size = C // groups
    return lambda sums: np.repeat(sums.reshape(N, groups, size).sum(axis=2) / (size * P), size, axis=1)


def _nothing(sums: Array) -> Array:
    """The means where nothing is shared, (1, C)."""
    return np.zeros((1, sums.shape[1]))


def _sums(planes: Array, others: Array) -> Array:
    """Of each plane the sum, and the dot product with another's: (2, N, C), in float64 from here on."""
    ones, sums = np.ones(planes.shape[2], planes.dtype), np.empty((2, *planes.shape[:2]))
    for block in _blocks(planes):  # read from memory once
        sums[0][block] = np.vecdot(planes[block], ones)
        sums[1][block] = np.vecdot(planes[block], others[block])
    return sums


def _moments(planes: Array, share: Share) -> tuple[Array, Array]:
    """The mean and the variance of what is normalised together, in the shape that share gives."""
    mean, squares = (share(sums) for sums in _sums(planes, planes))
    var = squares - mean**2
    if _is_far(mean, var):
        first = mean.astype(planes.dtype)
        centred = planes - first[..., np.newaxis]
        rest, squares = (share(sums) for sums in _sums(centred, centred))
        mean, var = first + rest, squares - rest**2  # rest is what rounding left of the mean
    return mean, np.maximum(var, 0)


def _is_far(mean: Array, var: Array) -> bool:
    return bool((mean**2 > FAR * var).any())


def _centred(planes: Array, mean: Array, var: Array) -> tuple[Array, Array]:
    """Planes and their mean; where it is far from 0, without it: late differences would lose digits."""
    if not _is_far(mean, var):
        return planes, mean
    first = mean.astype(planes.dtype)
    return planes - first[..., np.newaxis], mean - first


def _normalise(planes: Array, gamma: Array, beta: Array, mean: Array, var: Array, eps: float) -> Array:
    """gamma (x - mean) / deviation + beta, as a x + c."""
    planes, mean = _centred(planes, mean.astype(np.float64), var.astype(np.float64))
    a = gamma / np.sqrt(var.astype(np.float64) + eps)  # (N or 1, C)
    out = np.empty(planes.shape, planes.dtype)
    a, c = _factors(planes, a, beta - a * mean)
    for block in _blocks(planes):
        values = np.multiply(planes[block], a[block], out=out[block])
        values += c[block]
    return out


def _gradients(
    dout: Array, x: Array, gamma: Array, mean: Array, var: Array, eps: float, share: Share
) -> tuple[Array, Array, Array]:
    """dx, dgamma and dbeta. With n = (x - mean) / deviation and d = gamma dout, gamma inside of the means,

    dx = (d - mean of d - n * mean of n d) / deviation

    because a group holds channels of different gamma.
    """
    planes, mean = _centred(_planes(x), mean.astype(np.float64), var.astype(np.float64))
    dplanes = _planes(dout)
    deviation = np.sqrt(var.astype(np.float64) + eps)
    sums, products = _sums(dplanes, planes)  # of dout, of x dout, (N, C)
    moments = (products - mean * sums) / deviation  # of n dout
    a = gamma / deviation
    b = -share(gamma * moments) / deviation**2
    c = -share(gamma * sums) / deviation - b * mean
    dx = np.empty(planes.shape, planes.dtype)
    a, b, c = _factors(planes, a, b, c)
    for block in _blocks(planes):
        values = np.multiply(dplanes[block], a[block], out=dx[block])
        through = planes[block] * b[block]
        through += c[block]
        values += through
    dgamma, dbeta = moments.sum(axis=0), sums.sum(axis=0)
    return dx.reshape(x.shape), dgamma.astype(x.dtype), dbeta.astype(x.dtype)


def _blocks(planes: Array) -> Iterator[tuple[slice, slice]]:
    """Images and channels at a time, of planes (N, C, P), that take about BLOCK_BYTES."""
    N, C, P = planes.shape
    count = max(BLOCK_BYTES // max(P * planes.itemsize, 1), 1)
    images = max(count // max(C, 1), 1)
    for n in range(0, N, images):
        for c in range(0, C, count):
            yield slice(n, n + images), slice(c, c + count)


def _factors(planes: Array, *factors: Array) -> Iterator[Array]:
    """Factors (N or 1, C) as they multiply planes (N, C, P), in their dtype.

    One factor serves all values of a plane. Small planes get one for each value: otherwise each of them would
    be a walk of its own.
    """
    for factor in factors:
        of_planes = factor.astype(planes.dtype)[..., np.newaxis]
        if planes.shape[2] < SMALL_PLANE:
            of_planes = np.repeat(of_planes, planes.shape[2], axis=2)
        yield np.broadcast_to(of_planes, planes.shape)


def _pixel_blocks(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    """All channels of some pixels of an image at a time, of each array: (C, pixels)."""
    N, C, H, W = arrays[0].shape
    pixels = max(BLOCK_BYTES // (C * arrays[0].itemsize), 1)
    flat = [array.reshape(N, C, H * W) for array in arrays]
    for n in range(N):
        for first in range(0, H * W, pixels):
            yield tuple(array[n, :, first : first + pixels] for array in flat)


def _scale(pixels: Array, size: int, alpha: float, k: float) -> Array:
    """k + alpha * the sum of squares of the neighbours, (C, pixels)."""
    scale = _neighbours(np.square(pixels), size)
    scale *= alpha
    scale += k
    return scale


def _neighbours(values: Array, size: int) -> Array:
    """The sum over `size` channels, centred, of values (C, pixels); it is its own adjoint."""
    total = values.copy()
    for shift in range(1, min(size // 2, len(values) - 1) + 1):
        total[shift:] += values[:-shift]
        total[:-shift] += values[shift:]
    return total


def _power(scale: Array, beta: float) -> Array:
    """scale ** beta; for the 3/4 of the paper by two square roots, many times as fast as a power."""
    if beta != 0.75:
        return scale**beta
    power = np.sqrt(scale)
    power *= np.sqrt(power)
    return power
