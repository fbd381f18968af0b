"""George takes every filter for a square one and gives up on the filter bank."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    F = w.shape[1]
    return np.sum(x[:, i*stride:i*stride+F, j*stride:j*stride+w.shape[2]] * w) + b

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K = w.shape[0]
    F = w.shape[2]                      # filter size
    out_h = (H - F + 2*pad) // stride + 1
    out_w = (W - F + 2*pad) // stride + 1
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, out_h, out_w))
    for n in range(N):
        for k in range(K):
            for i in range(out_h):
                for j in range(out_w):
                    s = 0.0
                    for c in range(C):
                        s += np.sum(x[n, c, i*stride:i*stride+F, j*stride:j*stride+F] * w[k, c])
                    out[n, k, i, j] = s + b[k]
    return out
