"""Hana counts a multiplication and an addition as one operation, and pools window by window, which is slow."""

# %% conv_work
def conv_work(x_shape, w_shape, out_shape, itemsize=4):
    K, C, FH, FW = w_shape
    N, K, OH, OW = out_shape
    flops = N * K * OH * OW * C * FH * FW
    moved = itemsize * int(np.prod(x_shape) + np.prod(w_shape) + np.prod(out_shape))
    return flops, moved

# %% fast_max_pool
def fast_max_pool(x, size, stride):
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError(f"{FH}x{FW} windows at stride {stride} do not fit {H}x{W}")
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW), x.dtype)
    switches = np.zeros((N, C, OH, OW), int)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    window = x[n, c, i*stride:i*stride + FH, j*stride:j*stride + FW]
                    out[n, c, i, j] = window.max()
                    switches[n, c, i, j] = window.argmax()
    return out, switches
