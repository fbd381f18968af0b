"""Ana writes the loops out, as in the lecture. All right."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    C, FH, FW = w.shape
    top = i * stride
    left = j * stride
    window = x[:, top:top + FH, left:left + FW]
    return np.sum(window * w) + b

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    OH = (H + 2 * pad - FH) // stride + 1
    OW = (W + 2 * pad - FW) // stride + 1
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    h_start = i * stride
                    w_start = j * stride
                    window = x_pad[n, :, h_start:h_start + FH, w_start:w_start + FW]
                    out[n, k, i, j] = np.sum(window * w[k]) + b[k]
    return out

# %% filter_bank
def filter_bank(image, filters, conv):
    K, F, _ = filters.shape
    x = image.reshape(1, 1, *image.shape)
    w = filters.reshape(K, 1, F, F)
    return conv(x, w, np.zeros(K), stride=1, pad=(F - 1) // 2)[0]
