"""Chloe compares every entry with a measurement: she finds all bugs, with too many calls."""

# %% squared_loss
def squared_loss(out, target):
    N = len(out)
    return np.sum(np.square(out - target)) / N, (out - target) * (2 / N)

# %% numeric_gradient
def numeric_gradient(f, x, dout, h=1e-5):
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        above = np.sum(f(x) * dout)
        x[i] = old - h
        below = np.sum(f(x) * dout)
        x[i] = old
        grad[i] = (above - below) / (2 * h)
    return grad

# %% choose_step
def choose_step(x):
    eps = np.finfo(x.dtype).eps
    return float(eps) ** (1 / 3) * np.maximum(1, np.max(np.abs(x)))

# %% relative_error
def relative_error(a, b):
    top = np.max(np.abs(a - b))
    return 0 if top == 0 else top / np.max(np.abs([a, b]))

# %% find_bugs
def find_bugs(forward, backward, x, w):
    x, w = x.astype(float), w.astype(float)
    dout = np.random.default_rng(0).normal(size=forward(x, w).shape)
    dx, dw = backward(dout, x, w)
    h = 1e-3 * max(1, np.abs(x).max())
    bugs = []
    if not relative_error(dx, numeric_gradient(lambda x: forward(x, w), x, dout, h)) < 1e-6:
        bugs.append("dx")
    h = 1e-3 * max(1, np.abs(w).max())
    if not relative_error(dw, numeric_gradient(lambda w: forward(x, w), w, dout, h)) < 1e-6:
        bugs.append("dw")
    return bugs
