"""Ben thinks in the notes' order, with channels last, and rounds down as libraries do."""

# %% depth_slice
def depth_slice(x, d):
    return x[:, :, d]

# %% depth_column
def depth_column(x, i, j):
    return x[i, j]

# %% output_size
def output_size(W, F, S=1, P=0):
    return (W - F + 2 * P) // S + 1

# %% extra_pixels
def extra_pixels(W, F, S=1):
    return (W - F) % S

# %% conv_parameters
def conv_parameters(C, F, K, OH, OW):
    return K * (C * F * F + 1), OH * OW * K * (C * F * F + 1)
