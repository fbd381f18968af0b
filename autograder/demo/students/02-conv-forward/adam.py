"""Adam uses while loops and moves j only inside the if. His loop never ends."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    C, FH, FW = w.shape
    return np.sum(x[:, i*stride:i*stride+FH, j*stride:j*stride+FW] * w) + b

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    OH = (H + 2*pad - FH) // stride + 1
    OW = (W + 2*pad - FW) // stride + 1
    xp = np.pad(x, ((0,0), (0,0), (pad,pad), (pad,pad)))
    out = np.zeros((N, K, OH, OW))
    i = 0
    while i < OH:
        j = 0
        while j <= OW:
            if j < OW:
                patch = xp[:, :, i*stride:i*stride+FH, j*stride:j*stride+FW]
                for k in range(K):
                    out[:, k, i, j] = np.sum(patch * w[k], axis=(1, 2, 3)) + b[k]
                j += 1
        i += 1
    return out
