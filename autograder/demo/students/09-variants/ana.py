"""Ana writes everything with loops over the places. All right."""

# %% dilated_conv
def dilated_conv(x, w, b, stride=1, pad=0, dilation=1):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH = (H + 2 * pad - dilation * (FH - 1) - 1) // stride + 1
    OW = (W + 2 * pad - dilation * (FW - 1) - 1) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for i in range(OH):
        for j in range(OW):
            for k in range(K):
                total = b[k]
                for p in range(FH):
                    for q in range(FW):
                        pixel = x_pad[:, :, i * stride + p * dilation, j * stride + q * dilation]
                        total = total + pixel @ w[k, :, p, q]
                out[:, k, i, j] = total
    return out

# %% dilated_conv_dx
def dilated_conv_dx(dout, w, x_shape, stride=1, pad=0, dilation=1):
    N, C, H, W = x_shape
    dx = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            for p in range(w.shape[2]):
                for q in range(w.shape[3]):
                    dx[:, :, i * stride + p * dilation, j * stride + q * dilation] += dout[:, :, i, j] @ w[:, :, p, q]
    return dx[:, :, pad:pad + H, pad:pad + W]

# %% receptive_field
def receptive_field(layers):
    field = 1
    for layer in reversed(layers):
        field = (field - 1) * layer["stride"] + (layer["size"] - 1) * layer["dilation"] + 1
    return field

# %% grouped_conv
def grouped_conv(x, w, b, groups, conv, stride=1, pad=0):
    if x.shape[1] % groups != 0 or w.shape[0] % groups != 0:
        raise ValueError("the groups are not equal")
    xs = np.split(x, groups, axis=1)
    ws = np.split(w, groups)
    bs = np.split(b, groups)
    return np.concatenate([conv(xs[g], ws[g], bs[g], stride, pad) for g in range(groups)], axis=1)

# %% locally_connected
def locally_connected(x, w, b, stride=1):
    OH, OW, K, C, FH, FW = w.shape
    out = np.zeros((x.shape[0], K, OH, OW))
    for i in range(OH):
        for j in range(OW):
            window = x[:, :, i * stride:i * stride + FH, j * stride:j * stride + FW]
            for k in range(K):
                out[:, k, i, j] = (window * w[i, j, k]).sum(axis=(1, 2, 3)) + b[i, j, k]
    return out
