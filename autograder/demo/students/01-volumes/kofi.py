"""Kofi forgets the biases, and pads at one end only."""

# %% depth_slice
def depth_slice(x, d):
    return x[d]

# %% depth_column
def depth_column(x, i, j):
    return x[:, j, i]

# %% output_size
def output_size(W, F, S=1, P=0):
    if (W - F + P) < 0 or (W - F + P) % S != 0:
        raise ValueError("does not fit")
    return (W - F + P) // S + 1

# %% extra_pixels
def extra_pixels(W, F, S=1):
    e = 0
    while (W + e - F) % S != 0:
        e += 1
    return e

# %% conv_parameters
def conv_parameters(C, F, K, OH, OW):
    return K * C * F * F, OH * OW * K * C * F * F
