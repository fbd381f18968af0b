"""Hana computes the right size but moves the window by one pixel whatever the stride."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    C, FH, FW = w.shape
    return np.sum(x[:, i:i + FH, j:j + FW] * w) + b

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    out[n, k, i, j] = np.sum(xp[n, :, i:i + FH, j:j + FW] * w[k]) + b[k]
    return out

# %% filter_bank
def filter_bank(image, filters, conv):
    # every filter in the notebook is 3x3
    K = len(filters)
    return conv(image[None, None], filters[:, None], np.zeros(K), 1, 1)[0]
