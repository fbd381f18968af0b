"""Hana reshapes where the axes have to be moved, and lets windows overwrite each other in col2im."""

# %% im2col
def im2col(x, size, stride=1, pad=0):
    N, C, H, W = x.shape
    FH, FW = (size, size) if isinstance(size, int) else size
    OH = (H + 2 * pad - FH) // stride + 1
    OW = (W + 2 * pad - FW) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    columns = []
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                columns.append(xp[n, :, i*stride:i*stride+FH, j*stride:j*stride+FW].ravel())
    return np.stack(columns, axis=1)

# %% col2im
def col2im(cols, x_shape, size, stride=1, pad=0):
    N, C, H, W = x_shape
    FH, FW = (size, size) if isinstance(size, int) else size
    OH = (H + 2 * pad - FH) // stride + 1
    OW = (W + 2 * pad - FW) // stride + 1
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    t = 0
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                xp[n, :, i*stride:i*stride+FH, j*stride:j*stride+FW] = cols[:, t].reshape(C, FH, FW)
                t += 1
    return xp[:, :, pad:pad+H, pad:pad+W]

# %% matmul_forward
def matmul_forward(cols, w, b, out_shape):
    K = w.shape[0]
    out = w.reshape(K, -1) @ cols + b.reshape(K, 1)
    return out.reshape(out_shape)
