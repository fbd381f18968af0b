"""Emeka forgets the bias in conv_forward; the rest is right."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    C, FH, FW = w.shape
    patch = x[:, i*stride : i*stride+FH, j*stride : j*stride+FW]
    return (patch * w).sum() + b

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    Hout = (H + 2*pad - FH) // stride + 1
    Wout = (W + 2*pad - FW) // stride + 1
    xpad = np.pad(x, ((0,0), (0,0), (pad,pad), (pad,pad)))
    out = np.zeros((N, K, Hout, Wout))
    for n in range(N):
        for k in range(K):
            for i in range(Hout):
                for j in range(Wout):
                    patch = xpad[n, :, i*stride : i*stride+FH, j*stride : j*stride+FW]
                    out[n, k, i, j] = (patch * w[k]).sum()
    return out

# %% filter_bank
def filter_bank(image, filters, conv):
    K, F, _ = filters.shape
    p = (F - 1) // 2
    return conv(image[None, None], filters[:, None], np.zeros(K), pad=p)[0]
