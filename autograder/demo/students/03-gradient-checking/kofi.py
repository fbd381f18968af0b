"""Kofi forgets the 2 in dout, divides by h, keeps signs in the maximum, and takes ones for dout."""

# %% squared_loss
def squared_loss(out, target):
    N = out.shape[0]
    loss = ((out - target) ** 2).sum() / N
    return loss, (out - target) / N

# %% numeric_gradient
def numeric_gradient(f, x, dout, h=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        grad[i] = np.sum((f(up) - f(down)) * dout) / h
    return grad

# %% choose_step
def choose_step(x):
    return np.finfo(x.dtype).eps ** (1 / 3)

# %% relative_error
def relative_error(a, b):
    return np.max(a - b) / max(np.abs(a).max(), np.abs(b).max())

# %% find_bugs
def find_bugs(forward, backward, x, w):
    out = forward(x, w)
    dout = np.ones(out.shape)
    dx, dw = backward(dout, x, w)
    bugs = []
    for name, value, grad in ("dx", x, dx), ("dw", w, dw):
        if not np.isclose(np.sum(out * dout), np.sum(value * grad), rtol=0, atol=1e-6 * np.abs(value * grad).sum()):
            bugs.append(name)
    return bugs
