"""Ana loops over the windows and notes where each maximum stood. All right."""

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
                    window = x[n, c, i * stride:i * stride + FH, j * stride:j * stride + FW]
                    out[n, c, i, j] = window.max()
                    switches[n, c, i, j] = window.argmax()
    return out, switches

# %% max_pool_backward
def max_pool_backward(dout, switches, x_shape, size, stride):
    FH, FW = (size, size) if isinstance(size, int) else size
    dx = np.zeros(x_shape)
    N, C, OH, OW = dout.shape
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    p, q = divmod(switches[n, c, i, j], FW)
                    dx[n, c, i * stride + p, j * stride + q] += dout[n, c, i, j]
    return dx

# %% average_pool_forward
def average_pool_forward(x, size, stride):
    N, C, H, W = x.shape
    FH, FW = (size, size) if isinstance(size, int) else size
    OH = (H - FH) // stride + 1
    OW = (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW))
    for i in range(OH):
        for j in range(OW):
            out[:, :, i, j] = x[:, :, i * stride:i * stride + FH, j * stride:j * stride + FW].mean(axis=(2, 3))
    return out

# %% average_pool_backward
def average_pool_backward(dout, x_shape, size, stride):
    FH, FW = (size, size) if isinstance(size, int) else size
    dx = np.zeros(x_shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            share = dout[:, :, i, j] / (FH * FW)
            dx[:, :, i * stride:i * stride + FH, j * stride:j * stride + FW] += share[:, :, None, None]
    return dx

# %% l2_pool_forward
def l2_pool_forward(x, size, stride):
    FH, FW = (size, size) if isinstance(size, int) else size
    return np.sqrt(average_pool_forward(x ** 2, size, stride) * FH * FW)
