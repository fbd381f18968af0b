"""Right answers to matmul_backward as different people write them."""

import numpy as np


def transposed_everywhere(dout, cols, w):
    K = len(w)
    flat = dout.transpose(0, 2, 3, 1).reshape(-1, K)
    dw = np.dot(cols, flat).T.reshape(w.shape)
    dcols = np.dot(flat, w.reshape(K, -1)).T
    db = np.sum(dout, axis=(0, 2, 3))
    return [dcols, dw, db]


def einsum(dout, cols, w):
    N, _, OH, OW = dout.shape
    six = cols.reshape(*w.shape[1:], N, OH, OW)
    dw = np.einsum("nkij,cpqnij->kcpq", dout, six)
    dcols = np.einsum("kcpq,nkij->cpqnij", w, dout).reshape(cols.shape)
    return dcols, dw, np.einsum("nkij->k", dout)


def image_by_image(dout, cols, w):
    N, K, OH, OW = dout.shape
    w_row = w.reshape(K, -1)
    dw_row, db, pieces = np.zeros(w_row.shape), np.zeros(K), []
    for n in range(N):
        d = dout[n].reshape(K, -1)
        here = cols[:, n * OH * OW : (n + 1) * OH * OW]
        dw_row += d @ here.T
        db += d.sum(1)
        pieces.append(w_row.T @ d)
    return np.concatenate(pieces, axis=1), dw_row.reshape(w.shape), db


def loops(dout, cols, w):
    N, K, OH, OW = dout.shape
    dcols, dw, db = np.zeros_like(cols), np.zeros_like(w), np.zeros(K)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    g = dout[n, k, i, j]
                    m = n * OH * OW + i * OW + j
                    db[k] += g
                    for r in range(len(cols)):
                        dcols[r, m] += g * w[k].flat[r]
                        dw[k].flat[r] += g * cols[r, m]
    return dcols, dw, db


def in_float32(dout, cols, w):
    dout, cols, w = (a.astype(np.float32) for a in (dout, cols, w))
    d = np.moveaxis(dout, 1, 0).reshape(w.shape[0], cols.shape[1])
    return w.reshape(w.shape[0], -1).T.dot(d), d.dot(cols.T).reshape(*w.shape), d.sum(axis=1)


def outer_products(dout, cols, w):
    K = len(w)
    d = np.concatenate([one.reshape(K, -1) for one in dout], axis=1)
    dw = sum(np.multiply.outer(d[:, m], cols[:, m]) for m in range(d.shape[1]))
    dcols = sum(np.multiply.outer(w[k].ravel(), d[k]) for k in range(K))
    return dcols, dw.reshape(w.shape), d.sum(-1)


ANSWERS = [transposed_everywhere, einsum, image_by_image, loops, in_float32, outer_products]
