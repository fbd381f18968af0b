"""Chloe found sliding_window_view and einsum in the documentation. All right."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    _, FH, FW = w.shape
    view = np.lib.stride_tricks.sliding_window_view(x, (FH, FW), axis=(1, 2))
    return np.einsum("cpq,cpq->", view[:, i * stride, j * stride], w) + b

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    FH, FW = w.shape[2:]
    x = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    windows = np.lib.stride_tricks.sliding_window_view(x, (FH, FW), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    return np.einsum("ncijpq,kcpq->nkij", windows, w) + b[None, :, None, None]

# %% filter_bank
def filter_bank(image, filters, conv):
    K, F, F = filters.shape
    return conv(image[np.newaxis, np.newaxis], filters[:, np.newaxis], np.zeros(K), pad=(F - 1) // 2).squeeze(0)
