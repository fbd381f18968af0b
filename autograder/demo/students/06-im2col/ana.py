"""Ana fills one column after the other. All right."""

# %% im2col
def im2col(x, size, stride=1, pad=0):
    N, C, H, W = x.shape
    FH, FW = (size, size) if isinstance(size, int) else size
    OH = (H + 2 * pad - FH) // stride + 1
    OW = (W + 2 * pad - FW) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.zeros((C * FH * FW, N * OH * OW))
    column = 0
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                window = xp[n, :, i * stride:i * stride + FH, j * stride:j * stride + FW]
                cols[:, column] = window.reshape(-1)
                column += 1
    return cols

# %% col2im
def col2im(cols, x_shape, size, stride=1, pad=0):
    N, C, H, W = x_shape
    FH, FW = (size, size) if isinstance(size, int) else size
    OH = (H + 2 * pad - FH) // stride + 1
    OW = (W + 2 * pad - FW) // stride + 1
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    column = 0
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                window = cols[:, column].reshape(C, FH, FW)
                xp[n, :, i * stride:i * stride + FH, j * stride:j * stride + FW] += window
                column += 1
    return xp[:, :, pad:pad + H, pad:pad + W]

# %% matmul_forward
def matmul_forward(cols, w, b, out_shape):
    N, K, OH, OW = out_shape
    out = w.reshape(K, -1) @ cols + b[:, None]
    return out.reshape(K, N, OH, OW).transpose(1, 0, 2, 3)
