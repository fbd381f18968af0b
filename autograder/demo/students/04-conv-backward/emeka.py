"""Emeka crops with [pad:-pad], which leaves nothing where pad is 0."""

# %% conv_db
def conv_db(dout):
    return np.sum(dout, axis=(0, 2, 3))

# %% conv_dw
def conv_dw(dout, x, w, stride=1, pad=0):
    FH, FW = w.shape[2:]
    N, K, OH, OW = dout.shape
    xp = np.pad(x, ((0,0), (0,0), (pad,pad), (pad,pad)))
    dw = np.zeros_like(w)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    hs, ws = i*stride, j*stride
                    dw[k] += xp[n, :, hs:hs+FH, ws:ws+FW] * dout[n, k, i, j]
    return dw

# %% conv_dx
def conv_dx(dout, x, w, stride=1, pad=0):
    FH, FW = w.shape[2:]
    N, K, OH, OW = dout.shape
    dxp = np.zeros_like(np.pad(x, ((0,0), (0,0), (pad,pad), (pad,pad))))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    hs, ws = i*stride, j*stride
                    dxp[n, :, hs:hs+FH, ws:ws+FW] += w[k] * dout[n, k, i, j]
    return dxp[:, :, pad:-pad, pad:-pad]

# %% conv_backward
def conv_backward(dout, x, w, stride=1, pad=0):
    dx = conv_dx(dout, x, w, stride, pad)
    dw = conv_dw(dout, x, w, stride, pad)
    db = conv_db(dout)
    return dx, dw, db
