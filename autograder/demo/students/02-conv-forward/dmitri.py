"""Dmitri has read ahead and unrolls the windows into a matrix. All right."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    C, FH, FW = w.shape
    i, j = i * stride, j * stride
    return float(x[:, i:i+FH, j:j+FW].ravel() @ w.ravel() + b)

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    H_out = int((H - FH + 2 * pad) / stride + 1)
    W_out = int((W - FW + 2 * pad) / stride + 1)
    if pad > 0:
        x = np.pad(x, ((0,), (0,), (pad,), (pad,)))
    rows = []
    for n in range(N):
        for i in range(H_out):
            for j in range(W_out):
                patch = x[n, :, i*stride:i*stride+FH, j*stride:j*stride+FW]
                rows.append(patch.flatten())
    X = np.array(rows)                  # (N * H_out * W_out, C * FH * FW)
    out = X @ w.reshape(K, -1).T + b    # (N * H_out * W_out, K)
    return out.reshape(N, H_out, W_out, K).transpose(0, 3, 1, 2)

# %% filter_bank
def filter_bank(image, filters, conv):
    K, F, _ = filters.shape
    out = np.zeros((K, image.shape[0], image.shape[1]))
    for k in range(K):
        out[k] = conv(image[None, None, :, :], filters[k][None, None, :, :], np.array([0.0]), 1, (F - 1) // 2)
    return out
