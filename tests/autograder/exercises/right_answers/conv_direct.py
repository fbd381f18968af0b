"""Right answers to conv_direct as different people write them."""

import numpy as np

from cs_conv.threads import launch


def sizes(x, w, stride, pad):
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    return N, C, H, W, K, FH, FW, (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1


def padded_first(x, w, b, stride=1, pad=0):
    N, _, _, _, K, FH, FW, OH, OW = sizes(x, w, stride, pad)
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros(N * K * OH * OW)

    def kernel(block, thread):
        t = 64 * block + thread
        if t < len(out):
            n, k, i, j = np.unravel_index(t, (N, K, OH, OW))
            window = xp[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
            out[t] = np.sum(window * w[k]) + b[k]

    launch(kernel, (len(out) + 63) // 64, 64)
    return out.reshape(N, K, OH, OW)


def a_grid_of_four(x, w, b, stride=1, pad=0):
    """Blocks for images and filters, threads for places."""
    N, _, _, _, K, FH, FW, OH, OW = sizes(x, w, stride, pad)
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, OH, OW))

    def kernel(block, thread):
        (n, k), (i, j) = block, thread
        out[n, k, i, j] = (xp[n, :, i * stride :, j * stride :][:, :FH, :FW] * w[k]).sum() + b[k]

    launch(kernel, (N, K), (OH, OW))
    return out


def strided_loop(x, w, b, stride=1, pad=0):
    """Few threads, each with several outputs: a grid-stride loop."""
    N, C, H, W, K, FH, FW, OH, OW = sizes(x, w, stride, pad)
    out = np.zeros((N, K, OH, OW))
    flat = out.ravel()

    def kernel(block, thread):
        for t in range(block * 8 + thread, out.size, 16):
            rest, j = divmod(t, OW)
            rest, i = divmod(rest, OH)
            n, k = divmod(rest, K)
            total = 0.0
            for fh in range(FH):
                for fw in range(FW):
                    row, column = i * stride - pad + fh, j * stride - pad + fw
                    if row < 0 or column < 0 or row >= H or column >= W:
                        continue
                    for c in range(C):
                        total += float(x[n, c, row, column]) * float(w[k, c, fh, fw])
            flat[t] = total + b[k]

    launch(kernel, 2, 8)
    return out


def on_flat_memory(x, w, b, stride=1, pad=0):
    """As CUDA C has it: one address an array."""
    N, C, H, W, K, FH, FW, OH, OW = sizes(x, w, stride, pad)
    xf, wf, out = x.ravel(), w.ravel(), np.zeros(N * K * OH * OW, x.dtype)

    def kernel(block, thread):
        t = block * 128 + thread
        if t >= N * K * OH * OW:
            return
        n, k, i, j = t // OW // OH // K, t // OW // OH % K, t // OW % OH, t % OW
        total = b[k]
        for c in range(C):
            for tap in range(FH * FW):
                row, column = i * stride + tap // FW - pad, j * stride + tap % FW - pad
                if 0 <= row < H and 0 <= column < W:
                    total += xf[((n * C + c) * H + row) * W + column] * wf[(k * C + c) * FH * FW + tap]
        out[t] = total

    launch(kernel, out.size // 128 + 1, 128)
    return out.reshape(N, K, OH, OW)


def without_threads(x, w, b, stride=1, pad=0):
    FH, FW = w.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    v = np.lib.stride_tricks.sliding_window_view(xp, (FH, FW), (2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nchwij,kcij->nkhw", v, w) + b[:, None, None]


ANSWERS = [padded_first, a_grid_of_four, strided_loop, on_flat_memory, without_threads]
