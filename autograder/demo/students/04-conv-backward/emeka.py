"""Emeka crops with [pad:-pad], which leaves nothing where pad is 0."""

# %% conv1d_backward
def conv1d_backward(dout, x, w):
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i in range(len(dout)):
        dx[i:i+len(w)] += dout[i] * w
        dw += dout[i] * x[i:i+len(w)]
    return dx, dw

# %% conv_backward
def conv_backward(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    N, K, OH, OW = dout.shape
    xp = np.pad(x, ((0,0), (0,0), (pad,pad), (pad,pad)))
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    db = np.sum(dout, axis=(0, 2, 3))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    hs, ws = i*stride, j*stride
                    dxp[n, :, hs:hs+FH, ws:ws+FW] += w[k] * dout[n, k, i, j]
                    dw[k] += xp[n, :, hs:hs+FH, ws:ws+FW] * dout[n, k, i, j]
    dx = dxp[:, :, pad:-pad, pad:-pad]
    return dx, dw, db
