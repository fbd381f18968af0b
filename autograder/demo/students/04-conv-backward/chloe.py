"""Chloe adds up shifted slices, one for each weight. All right."""

# %% conv1d_backward
def conv1d_backward(dout, x, w):
    return np.convolve(dout, w), np.correlate(x, dout, "valid")

# %% conv_backward
def conv_backward(dout, x, w, stride=1, pad=0):
    (N, C, H, W), (FH, FW), (OH, OW) = x.shape, w.shape[2:], dout.shape[2:]
    xp = np.pad(x, [(0, 0)] * 2 + [(pad, pad)] * 2)
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for p in range(FH):
        for q in range(FW):
            here = np.s_[:, :, p:p + stride * OH:stride, q:q + stride * OW:stride]
            dw[:, :, p, q] = np.einsum("nkij,ncij->kc", dout, xp[here])
            dxp[here] += np.einsum("nkij,kc->ncij", dout, w[:, :, p, q])
    return dxp[:, :, pad:H + pad, pad:W + pad], dw, dout.sum(axis=(0, 2, 3))
