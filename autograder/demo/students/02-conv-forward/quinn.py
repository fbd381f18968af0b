"""Quinn works with Emeka: other code, the same bias forgotten."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    C, FH, FW = w.shape
    h0, w0 = stride * i, stride * j
    return np.sum(x[:, h0:h0+FH, w0:w0+FW] * w)

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    H_ = (H + 2*pad - FH) // stride + 1
    W_ = (W + 2*pad - FW) // stride + 1
    padded = np.zeros((N, C, H + 2*pad, W + 2*pad))
    padded[:, :, pad:H+pad, pad:W+pad] = x
    result = []
    for image in padded:
        maps = []
        for f in w:
            rows = []
            for i in range(H_):
                rows.append([np.sum(image[:, i*stride:i*stride+FH, j*stride:j*stride+FW] * f) for j in range(W_)])
            maps.append(rows)
        result.append(maps)
    return np.array(result)
