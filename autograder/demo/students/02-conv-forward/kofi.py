"""Kofi forgets that a filter sees all channels, that images come in batches, and that filters differ in size."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    # I only need the first channel?
    FH, FW = w.shape[1], w.shape[2]
    return np.sum(x[0, i*stride:i*stride+FH, j*stride:j*stride+FW] * w[0]) + b

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    OH = int((H + 2*pad - FH)/stride) + 1
    OW = int((W + 2*pad - FW)/stride) + 1
    xp = np.pad(x, ((0,0),(0,0),(pad,pad),(pad,pad)))
    out = np.zeros((N, K, OH, OW))
    for k in range(K):
        for i in range(OH):
            for j in range(OW):
                out[0, k, i, j] = np.sum(xp[0, :, i*stride:i*stride+FH, j*stride:j*stride+FW] * w[k]) + b[k]
    return out

# %% filter_bank
def filter_bank(image, filters, conv):
    out = conv(image[None, None], filters[:, None], np.zeros(len(filters)), pad=1)
    return out[0]
