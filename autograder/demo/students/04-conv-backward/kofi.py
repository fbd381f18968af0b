"""Kofi writes = where windows overlap, on the line and in the layer."""

# %% conv1d_backward
def conv1d_backward(dout, x, w):
    dx = np.zeros(len(x))
    dw = np.zeros(len(w))
    for i in range(len(dout)):
        for p in range(len(w)):
            dx[i + p] = dout[i] * w[p]
            dw[p] += dout[i] * x[i + p]
    return dx, dw

# %% conv_backward
def conv_backward(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    N, K, OH, OW = dout.shape
    xp = np.pad(x, ((0,0), (0,0), (pad,pad), (pad,pad)))
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    db = np.zeros(K)
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                for k in range(K):
                    win = xp[n, :, i*stride:i*stride+FH, j*stride:j*stride+FW]
                    dw[k] += dout[n, k, i, j] * win
                    dxp[n, :, i*stride:i*stride+FH, j*stride:j*stride+FW] = dout[n, k, i, j] * w[k]
                    db[k] += dout[n, k, i, j]
    return dxp[:, :, pad:pad+H, pad:pad+W], dw, db
