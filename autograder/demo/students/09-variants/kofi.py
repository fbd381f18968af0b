"""Kofi counts the dilation as the notes do, forgets the strides in receptive_field, and has not finished."""

# %% dilated_conv
def dilated_conv(x, w, b, stride=1, pad=0, dilation=1):
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    step = dilation + 1
    high, wide = (FH - 1) * step + 1, (FW - 1) * step + 1
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH, OW = (H + 2 * pad - high) // stride + 1, (W + 2 * pad - wide) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for i in range(OH):
        for j in range(OW):
            window = x_pad[:, :, i * stride:i * stride + high:step, j * stride:j * stride + wide:step]
            out[:, :, i, j] = np.einsum("ncpq,kcpq->nk", window, w) + b
    return out

# %% dilated_conv_dx
def dilated_conv_dx(dout, w, x_shape, stride=1, pad=0, dilation=1):
    N, C, H, W = x_shape
    FH, FW = w.shape[2:]
    dx = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = i * stride, j * stride
            dx[:, :, top:top + dilation * (FH - 1) + 1:dilation, left:left + dilation * (FW - 1) + 1:dilation] = (
                np.einsum("nk,kcpq->ncpq", dout[:, :, i, j], w))
    return dx[:, :, pad:pad + H, pad:pad + W]

# %% receptive_field
def receptive_field(layers):
    field = 1
    for layer in layers:
        field += (layer["size"] - 1) * layer["dilation"]
    return field

# %% grouped_conv
def grouped_conv(x, w, b, groups, conv, stride=1, pad=0):
    C, K = x.shape[1], w.shape[0]
    parts = []
    for g in range(groups):
        parts.append(conv(x[:, g::groups], w[g * K // groups:(g + 1) * K // groups], b[g * K // groups:(g + 1) * K // groups], stride, pad))
    return np.concatenate(parts, axis=1)
