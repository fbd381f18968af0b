"""Ben loops over the filter's weights and adds up shifted images. All right."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    result = b
    for c in range(w.shape[0]):
        for p in range(w.shape[1]):
            for q in range(w.shape[2]):
                result += x[c, i * stride + p, j * stride + q] * w[c, p, q]
    return result

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    OH, OW = 1 + (H + 2*pad - FH) // stride, 1 + (W + 2*pad - FW) // stride
    xp = np.zeros((N, C, H + 2*pad, W + 2*pad), dtype=x.dtype)
    xp[:, :, pad:pad + H, pad:pad + W] = x
    out = np.zeros((N, K, OH, OW), dtype=x.dtype)
    for p in range(FH):
        for q in range(FW):
            shifted = xp[:, :, p:p + stride*OH:stride, q:q + stride*OW:stride]   # N, C, OH, OW
            # (N, OH, OW, C) @ (C, K)
            out += (shifted.transpose(0, 2, 3, 1) @ w[:, :, p, q].T).transpose(0, 3, 1, 2)
    return out + b.reshape(1, K, 1, 1)

# %% filter_bank
def filter_bank(image, filters, conv):
    F = filters.shape[1]
    answers = [conv(image[None, None], f[None, None], np.zeros(1), pad=F // 2)[0, 0] for f in filters]
    return np.stack(answers)
