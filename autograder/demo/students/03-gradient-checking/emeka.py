"""Emeka divides by all outputs, moves entries without putting them back, and checks dx only."""

# %% squared_loss
def squared_loss(out, target):
    return np.mean((out - target) ** 2), 2 * (out - target) / out.size

# %% numeric_gradient
def numeric_gradient(f, x, dout, h=1e-5):
    grad = np.zeros(x.shape)
    x = x.copy()
    for i in np.ndindex(x.shape):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        below = f(x)
        grad[i] = np.sum((above - below) * dout) / (2 * h)
    return grad

# %% choose_step
def choose_step(x):
    return 1e-5

# %% relative_error
def relative_error(a, b):
    return np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))

# %% find_bugs
def find_bugs(forward, backward, x, w):
    out = forward(x, w)
    dout = np.random.default_rng(0).normal(size=out.shape)
    dx, dw = backward(dout, x, w)
    gap = abs((out * dout).sum() - (x * dx).sum())
    return [] if gap < 1e-6 * np.abs(x * dx).sum() else ["dx"]
