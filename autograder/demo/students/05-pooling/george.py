"""George starts his maxima at 0 and sends the whole gradient to every pixel of a window."""

# %% max_pool_forward
def max_pool_forward(x, size, stride):
    N, C, H, W = x.shape
    FH, FW = (size, size) if isinstance(size, int) else size
    OH = (H - FH) // stride + 1
    OW = (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW))
    switches = np.zeros((N, C, OH, OW), dtype=int)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    best = 0
                    for p in range(FH):
                        for q in range(FW):
                            if x[n, c, i*stride+p, j*stride+q] > best:
                                best = x[n, c, i*stride+p, j*stride+q]
                                switches[n, c, i, j] = p * FW + q
                    out[n, c, i, j] = best
    return out, switches

# %% average_pool_forward
def average_pool_forward(x, size, stride):
    N, C, H, W = x.shape
    FH, FW = (size, size) if isinstance(size, int) else size
    OH = (H - FH) // stride + 1
    OW = (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW))
    for i in range(OH):
        for j in range(OW):
            out[:, :, i, j] = np.sum(x[:, :, i*stride:i*stride+FH, j*stride:j*stride+FW], axis=(2, 3)) / (FH*FW)
    return out

# %% average_pool_backward
def average_pool_backward(dout, x_shape, size, stride):
    FH, FW = (size, size) if isinstance(size, int) else size
    dx = np.zeros(x_shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            dx[:, :, i*stride:i*stride+FH, j*stride:j*stride+FW] += dout[:, :, i:i+1, j:j+1]
    return dx
