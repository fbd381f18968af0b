"""Ana adds up what every output sends back, window by window. All right."""

# %% conv_db
def conv_db(dout):
    N, K, OH, OW = dout.shape
    db = np.zeros(K)
    for n in range(N):
        for k in range(K):
            db[k] += np.sum(dout[n, k])
    return db

# %% conv_dw
def conv_dw(dout, x, w, stride=1, pad=0):
    K, C, FH, FW = w.shape
    N, K, OH, OW = dout.shape
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dw = np.zeros(w.shape)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    r, c = i * stride, j * stride
                    dw[k] += dout[n, k, i, j] * x_pad[n, :, r:r + FH, c:c + FW]
    return dw

# %% conv_dx
def conv_dx(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    N, K, OH, OW = dout.shape
    dx_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    r, c = i * stride, j * stride
                    dx_pad[n, :, r:r + FH, c:c + FW] += dout[n, k, i, j] * w[k]
    return dx_pad[:, :, pad:pad + H, pad:pad + W]

# %% conv_backward
def conv_backward(dout, x, w, stride=1, pad=0):
    dx = conv_dx(dout, x, w, stride, pad)
    dw = conv_dw(dout, x, w, stride, pad)
    db = conv_db(dout)
    return dx, dw, db
