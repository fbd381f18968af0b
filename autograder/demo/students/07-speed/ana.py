"""Ana sums over channels with tensordot, and has not come further. All right."""

# %% conv_work
def conv_work(x_shape, w_shape, out_shape, itemsize=4):
    weights_of_one_filter = np.prod(w_shape[1:])
    flops = int(2 * np.prod(out_shape) * weights_of_one_filter)
    numbers = sum(int(np.prod(shape)) for shape in (x_shape, w_shape, out_shape))
    return flops, itemsize * numbers

# %% conv_slices
def conv_slices(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    if (H + 2*pad - FH) % stride or (W + 2*pad - FW) % stride:
        raise ValueError("the windows do not fit")
    OH = (H + 2*pad - FH) // stride + 1
    OW = (W + 2*pad - FW) // stride + 1
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((K, N, OH, OW), x.dtype)
    for p in range(FH):
        for q in range(FW):
            piece = xp[:, :, p:p + stride*OH:stride, q:q + stride*OW:stride][:, :, :OH, :OW]
            out += np.tensordot(w[:, :, p, q], piece, axes=(1, 1))
    return (out + b[:, None, None, None]).transpose(1, 0, 2, 3)
