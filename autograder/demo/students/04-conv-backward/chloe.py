"""Chloe adds up shifted slices, one for each weight. All right."""

# %% conv_db
def conv_db(dout):
    return dout.sum(axis=(0, 2, 3))

# %% conv_dw
def conv_dw(dout, x, w, stride=1, pad=0):
    (FH, FW), (OH, OW) = w.shape[2:], dout.shape[2:]
    xp = np.pad(x, [(0, 0)] * 2 + [(pad, pad)] * 2)
    dw = np.zeros_like(w)
    for p in range(FH):
        for q in range(FW):
            here = xp[:, :, p:p + stride * OH:stride, q:q + stride * OW:stride]
            dw[:, :, p, q] = np.einsum("nkij,ncij->kc", dout, here)
    return dw

# %% conv_dx
def conv_dx(dout, x, w, stride=1, pad=0):
    (N, C, H, W), (FH, FW), (OH, OW) = x.shape, w.shape[2:], dout.shape[2:]
    dxp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for p in range(FH):
        for q in range(FW):
            here = np.s_[:, :, p:p + stride * OH:stride, q:q + stride * OW:stride]
            dxp[here] += np.einsum("nkij,kc->ncij", dout, w[:, :, p, q])
    return dxp[:, :, pad:H + pad, pad:W + pad]

# %% conv_backward
def conv_backward(dout, x, w, stride=1, pad=0):
    return conv_dx(dout, x, w, stride, pad), conv_dw(dout, x, w, stride, pad), conv_db(dout)
