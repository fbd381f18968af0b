"""Right answers to fc_backward as different people write them."""

import numpy as np


def image_by_image(dout, x, w):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for n in range(x.shape[0]):
        row = x[n].ravel()
        dw += np.outer(row, dout[n])
        db += dout[n]
        dx[n] = np.dot(w, dout[n]).reshape(x[n].shape)
    return dx, dw, db


def einsums(dout, x, w):
    N = x.shape[0]
    rows = np.reshape(x, (N, w.shape[0]))
    dx = np.einsum("nk,dk->nd", dout, w)
    return dx.reshape(*x.shape), np.einsum("nd,nk->dk", rows, dout), np.einsum("nk->k", dout)


def as_a_list(dout, x, w):
    flat = x.reshape((x.shape[0], -1))
    return [np.matmul(dout, w.T).reshape(x.shape), (dout.T @ flat).T, np.sum(dout, 0)]


def tensordot(dout, x, w):
    N, K = dout.shape
    volume = (K, *x.shape[1:])
    dx = np.tensordot(dout, w.T.reshape(volume), 1)
    dw = np.tensordot(x, dout, (0, 0)).reshape(-1, K)
    return dx, dw, np.ones(N) @ dout


def unit_by_unit(dout, x, w):
    dx, dw = np.zeros((len(x), w.shape[0])), np.zeros_like(w)
    for k in range(w.shape[1]):
        dx += dout[:, k : k + 1] * w[:, k]
        dw[:, k] = (dout[:, k : k + 1] * x.reshape(len(x), -1)).sum(axis=0)
    return dx.reshape(x.shape), dw, dout.sum(0)


def bias_as_a_weight(dout, x, w):
    """Puts a 1 in front of each row: its weights are the biases."""
    rows = np.hstack([np.ones((len(x), 1)), x.reshape(len(x), -1)])
    together = rows.T @ dout
    return (dout @ w.T).reshape(x.shape), together[1:], together[0]


ANSWERS = [image_by_image, einsums, as_a_list, tensordot, unit_by_unit, bias_as_a_weight]
