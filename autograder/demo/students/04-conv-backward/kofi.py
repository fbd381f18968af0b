"""Kofi writes = where windows overlap, in dx."""

# %% conv_db
def conv_db(dout):
    return dout.sum(axis=0).sum(axis=(1, 2))

# %% conv_dw
def conv_dw(dout, x, w, stride=1, pad=0):
    K, C, FH, FW = w.shape
    N, K, OH, OW = dout.shape
    xp = np.pad(x, ((0,0), (0,0), (pad,pad), (pad,pad)))
    dw = np.zeros(w.shape)
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                for k in range(K):
                    win = xp[n, :, i*stride:i*stride+FH, j*stride:j*stride+FW]
                    dw[k] += dout[n, k, i, j] * win
    return dw

# %% conv_dx
def conv_dx(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    N, K, OH, OW = dout.shape
    dxp = np.zeros((N, C, H + 2*pad, W + 2*pad))
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                for k in range(K):
                    dxp[n, :, i*stride:i*stride+FH, j*stride:j*stride+FW] = dout[n, k, i, j] * w[k]
    return dxp[:, :, pad:pad+H, pad:pad+W]

# %% conv_backward
def conv_backward(dout, x, w, stride=1, pad=0):
    return conv_dx(dout, x, w, stride, pad), conv_dw(dout, x, w, stride, pad), conv_db(dout)
