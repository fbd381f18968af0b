"""Ana adds up what every output sends back, window by window. All right."""

# %% conv1d_backward
def conv1d_backward(dout, x, w):
    dx = np.zeros(len(x))
    dw = np.zeros(len(w))
    for i in range(len(dout)):
        for p in range(len(w)):
            dx[i + p] += dout[i] * w[p]
            dw[p] += dout[i] * x[i + p]
    return dx, dw

# %% conv_backward
def conv_backward(dout, x, w, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    N, K, OH, OW = dout.shape
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx_pad = np.zeros(x_pad.shape)
    dw = np.zeros(w.shape)
    db = np.zeros(K)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    r, c = i * stride, j * stride
                    dw[k] += dout[n, k, i, j] * x_pad[n, :, r:r + FH, c:c + FW]
                    dx_pad[n, :, r:r + FH, c:c + FW] += dout[n, k, i, j] * w[k]
                    db[k] += dout[n, k, i, j]
    dx = dx_pad[:, :, pad:pad + H, pad:pad + W]
    return dx, dw, db
