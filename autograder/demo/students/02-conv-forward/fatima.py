"""Fatima flips the filter, as her signals course does, and always pads her filter bank by 1."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    C, FH, FW = w.shape
    flipped = w[:, ::-1, ::-1]
    total = 0
    for c in range(C):
        total += np.sum(x[c, i*stride:i*stride+FH, j*stride:j*stride+FW] * flipped[c])
    return total + b

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    # convolution = flip the kernel, then slide it
    w = w[:, :, ::-1, ::-1]
    out = np.empty((N, K, OH, OW))
    for i in range(OH):
        for j in range(OW):
            patch = x[:, :, i*stride:i*stride+FH, j*stride:j*stride+FW]
            for k in range(K):
                out[:, k, i, j] = np.sum(patch * w[k], axis=(1, 2, 3)) + b[k]
    return out

# %% filter_bank
def filter_bank(image, filters, conv):
    K = filters.shape[0]
    x = image[None, None, :, :]
    return conv(x, filters[:, None, :, :], np.zeros(K), stride=1, pad=1)[0]
