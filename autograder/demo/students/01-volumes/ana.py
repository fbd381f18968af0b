"""Ana writes down what she thinks, step by step. All right."""

# %% depth_slice
def depth_slice(x, d):
    return x[d, :, :]

# %% depth_column
def depth_column(x, i, j):
    return x[:, i, j]

# %% output_size
def output_size(W, F, S=1, P=0):
    padded = W + 2 * P
    if padded < F:
        raise ValueError("the window is longer than the row")
    steps, rest = divmod(padded - F, S)
    if rest:
        raise ValueError(f"{rest} pixels are left over")
    return steps + 1

# %% extra_pixels
def extra_pixels(W, F, S=1):
    if W < F:
        return F - W
    rest = (W - F) % S
    if rest == 0:
        return 0
    return S - rest

# %% conv_parameters
def conv_parameters(C, F, K, OH, OW):
    one_filter = C * F * F + 1
    neurons = K * OH * OW
    return K * one_filter, neurons * one_filter
