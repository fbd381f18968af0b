"""Ana measures every entry, and checks both gradients of a layer with one call. All right."""

# %% squared_loss
def squared_loss(out, target):
    d = out - target
    return (d ** 2).sum() / d.shape[0], 2 * d / d.shape[0]

# %% numeric_gradient
def numeric_gradient(f, x, dout, h=1e-5):
    grad = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        e = np.zeros_like(x)
        e[i] = h
        grad[i] = np.sum((f(x + e) - f(x - e)) * dout) / (2 * h)
    return grad

# %% choose_step
def choose_step(x):
    return np.cbrt(np.finfo(x.dtype).eps) * max(1.0, np.abs(x).max())

# %% relative_error
def relative_error(a, b):
    scale = max(np.abs(a).max(), np.abs(b).max())
    if scale == 0:
        return 0.0
    return np.abs(a - b).max() / scale

# %% find_bugs
def find_bugs(forward, backward, x, w):
    out = forward(x, w)
    dout = np.random.default_rng(1).normal(size=out.shape)
    dx, dw = backward(dout, x, w)
    loss = np.sum(out * dout)
    bugs = []
    if not abs(loss - np.sum(x * dx)) < 1e-6 * np.sum(np.abs(x * dx)):
        bugs.append("dx")
    if not abs(loss - np.sum(w * dw)) < 1e-6 * np.sum(np.abs(w * dw)):
        bugs.append("dw")
    return bugs
