"""Right answers to squared_loss as different people write them."""

import numpy as np


def by_loops(out, target):
    loss, dout = 0.0, np.zeros_like(out)
    N, K, OH, OW = out.shape
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    d = out[n, k, i, j] - target[n, k, i, j]
                    loss += d * d
                    dout[n, k, i, j] = 2 * d
    return loss / N, dout / N


def image_by_image(out, target):
    losses = [np.sum(np.square(o - t)) for o, t in zip(out, target, strict=True)]
    return np.mean(losses), np.stack([2 / len(out) * (o - t) for o, t in zip(out, target, strict=True)])


def flat(out, target):
    d = (out - target).ravel()
    return float(d @ d) / out.shape[0], (2 / out.shape[0] * d).reshape(out.shape)


def by_einsum(out, target):
    d = np.subtract(out, target)
    return np.einsum("nkij,nkij->", d, d) / len(d), np.divide(d, len(d) / 2)


def by_norm(out, target):
    N = out.shape[0]
    return np.linalg.norm(out - target) ** 2 / N, -2 * (target - out) / N


def a_mean_times_its_size(out, target):
    return ((out - target) ** 2).mean() * out[0].size, [2 * (out - target) / len(out)][0]


ANSWERS = [by_loops, image_by_image, flat, by_einsum, by_norm, a_mean_times_its_size]
