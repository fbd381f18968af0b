"""Hana's scores overflow, and she takes the mean and the variance for constants on the way back."""

# %% fc_backward
def fc_backward(dout, x, w):
    rows = x.reshape(x.shape[0], -1)
    return dout @ w.T, rows.T @ dout, dout.sum(axis=0)

# %% softmax_loss
def softmax_loss(scores, labels):
    N = len(scores)
    e = np.exp(scores)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), labels]).mean()
    p[np.arange(N), labels] -= 1
    return loss, p / N

# %% conv_matrix
def conv_matrix(w, x_shape, stride=1, pad=0):
    C, H, W = x_shape
    K, _, FH, FW = w.shape
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    M = np.zeros((K, OH, OW, C, H, W))
    for i in range(OH):
        for j in range(OW):
            for p in range(FH):
                for q in range(FW):
                    y = i * stride + p - pad
                    z = j * stride + q - pad
                    if y < H and z < W:
                        M[:, i, j, :, y, z] = w[:, :, p, q]
    return M.reshape(K * OH * OW, C * H * W)

# %% batch_norm_forward
def batch_norm_forward(x, gamma, beta, eps=1e-5):
    rows = x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])
    mean, var = rows.mean(axis=0), rows.var(axis=0)
    z = (rows - mean) / np.sqrt(var + eps)
    out = (z * gamma + beta).reshape(x.shape[0], x.shape[2], x.shape[3], x.shape[1]).transpose(0, 3, 1, 2)
    return out, mean, var

# %% batch_norm_backward
def batch_norm_backward(dout, x, gamma, mean, var, eps=1e-5):
    shape = (1, -1, 1, 1)
    std = np.sqrt(var + eps).reshape(shape)
    z = (x - mean.reshape(shape)) / std
    dx = dout * gamma.reshape(shape) / std
    return dx, (dout * z).sum(axis=(0, 2, 3)), dout.sum(axis=(0, 2, 3))
