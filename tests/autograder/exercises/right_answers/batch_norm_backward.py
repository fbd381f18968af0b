"""Right answers to batch_norm_backward as different people write them."""

import numpy as np


def step_by_step(dout, x, gamma, mean, var, eps=1e-5):
    """The graph of the forward pass, walked backward node by node."""
    M = x.size // x.shape[1]
    mu, g = mean[:, None, None], gamma[:, None, None]
    xmu = x - mu
    sqrtvar = np.sqrt(var + eps)[:, None, None]
    ivar = 1.0 / sqrtvar
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * xmu * ivar).sum(axis=(0, 2, 3))
    dxhat = dout * g
    divar = (dxhat * xmu).sum(axis=(0, 2, 3), keepdims=True)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / sqrtvar**2 * divar
    dvar = 0.5 / sqrtvar * dsqrtvar
    dsq = np.ones_like(x) / M * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -dx1.sum(axis=(0, 2, 3), keepdims=True)
    return dx1 + np.ones_like(x) / M * dmu, dgamma, dbeta


def paper(dout, x, gamma, mean, var, eps=1e-5):
    """The formulas of Ioffe and Szegedy."""
    m = x.shape[0] * x.shape[2] * x.shape[3]
    shape = (1, x.shape[1], 1, 1)
    mu, s2 = mean.reshape(shape), var.reshape(shape)
    dxhat = dout * gamma.reshape(shape)
    dvar = np.sum(dxhat * (x - mu) * -0.5 * (s2 + eps) ** -1.5, axis=(0, 2, 3), keepdims=True)
    dmu = np.sum(-dxhat / np.sqrt(s2 + eps), axis=(0, 2, 3), keepdims=True) + dvar * np.mean(
        -2 * (x - mu), axis=(0, 2, 3), keepdims=True
    )
    dx = dxhat / np.sqrt(s2 + eps) + dvar * 2 * (x - mu) / m + dmu / m
    dgamma = np.sum(dout * (x - mu) / np.sqrt(s2 + eps), axis=(0, 2, 3))
    return dx, dgamma, np.sum(dout, axis=(0, 2, 3))


def as_rows(dout, x, gamma, mean, var, eps=1e-5):
    N, C, H, W = x.shape
    d, rows = (a.transpose(0, 2, 3, 1).reshape(-1, C) for a in (dout, x))
    M, std = len(rows), np.sqrt(var + eps)
    xhat = (rows - mean) / std
    dx = gamma / (M * std) * (M * d - d.sum(0) - xhat * (d * xhat).sum(0))
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), (d * xhat).sum(0), d.sum(0)


def channel_by_channel(dout, x, gamma, mean, var, eps=1e-5):
    dx, dgamma, dbeta = np.zeros(x.shape), np.zeros(len(gamma)), np.zeros(len(gamma))
    for c in range(len(gamma)):
        d, std = dout[:, c], np.sqrt(var[c] + eps)
        z = (x[:, c] - mean[c]) / std
        dbeta[c], dgamma[c] = d.sum(), (d * z).sum()
        dx[:, c] = gamma[c] / std * (d - d.mean() - z * (d * z).mean())
    return dx, dgamma, dbeta


def with_the_jacobian(dout, x, gamma, mean, var, eps=1e-5):
    """One matrix a channel: how output a depends on value b."""
    C = x.shape[1]
    d, v = (np.moveaxis(a, 1, 0).reshape(C, -1) for a in (dout, x))
    M = v.shape[1]
    dx = np.zeros_like(v)
    dgamma, dbeta = np.zeros(C), d.sum(axis=1)
    for c in range(C):
        std = np.sqrt(var[c] + eps)
        z = (v[c] - mean[c]) / std
        J = gamma[c] / std * (np.eye(M) - 1 / M - np.outer(z, z) / M)
        dx[c] = J.T @ d[c]
        dgamma[c] = z @ d[c]
    moved = dx.reshape(C, x.shape[0], *x.shape[2:])
    return np.moveaxis(moved, 0, 1), dgamma, dbeta


def linear(dout, x, gamma, mean, var, eps=1e-5):
    """dx = a dout + b x + c."""
    M = dout[:, 0].size
    inverse = 1 / np.sqrt(var + eps)
    dbeta = dout.sum((0, 2, 3))
    dgamma = ((dout * x).sum((0, 2, 3)) - mean * dbeta) * inverse
    a = gamma * inverse
    b = -a * dgamma * inverse / M
    c = -a * dbeta / M - b * mean
    a, b, c = (t.reshape(1, -1, 1, 1) for t in (a, b, c))
    return a * dout + b * x + c, dgamma, dbeta


ANSWERS = [step_by_step, paper, as_rows, channel_by_channel, with_the_jacobian, linear]
