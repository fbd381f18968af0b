"""Right answers to find_bugs as different people write them; all of them call forward once."""

import numpy as np


def by_if(forward, backward, x, w):
    out = forward(x, w)
    dout = np.random.default_rng(1).normal(size=out.shape)
    dx, dw = backward(dout, x, w)
    loss = (out * dout).sum()
    found = []
    if not np.isclose(loss, (x * dx).sum(), rtol=0, atol=1e-6 * np.abs(x * dx).sum()):
        found += ["dx"]
    if not np.isclose(loss, (w * dw).sum(), rtol=0, atol=1e-6 * np.abs(w * dw).sum()):
        found += ["dw"]
    return found


def with_own_numbers(forward, backward, x, w):
    rng = np.random.default_rng(2)
    x, w = rng.normal(size=x.shape), rng.normal(size=w.shape)
    out = forward(x, w)
    dout = rng.normal(size=out.shape)
    wrong = []
    for name, value, gradient in zip(("dx", "dw"), (x, w), backward(dout, x, w), strict=True):
        scale = np.linalg.norm(value) * np.linalg.norm(gradient)
        if not abs(np.vdot(out, dout) - np.vdot(value, gradient)) <= 1e-7 * scale:
            wrong.append(name)
    return wrong


def forward_on_directions(forward, backward, x, w):
    """<conv(v, u), d> = <v, dx at u> = <u, dw at v>, with u and v drawn at random."""
    rng = np.random.default_rng(3)
    v, u = rng.uniform(1, 2, x.shape), rng.uniform(1, 2, w.shape)
    out = forward(v, u)
    dout = rng.uniform(-1, 1, out.shape)
    dx, dw = backward(dout, v, u)
    total, size = np.sum(out * dout), np.sum(np.abs(out * dout))
    sums = {"dx": np.sum(v * dx), "dw": np.sum(u * dw)}
    return tuple(name for name in sums if not abs(sums[name] - total) < 1e-6 * size)


def all_in_float64(forward, backward, x, w):
    x, w = x.astype(np.float64), w.astype(np.float64)
    out = forward(x, w)
    rng = np.random.default_rng()
    dout = rng.standard_normal(np.shape(out))
    answers = dict(zip(["dx", "dw"], backward(dout, x, w), strict=True))
    left = np.einsum("i,i", out.ravel(), dout.ravel())

    def fine(value, gradient):
        right = np.einsum("i,i", value.ravel(), gradient.ravel())
        return abs(left - right) < 1e-8 * max(np.abs(out * dout).sum(), np.abs(value * gradient).sum())

    return [n for n, v in (("dx", x), ("dw", w)) if not fine(v, answers[n])]


def several_douts(forward, backward, x, w):
    """One call of forward serves any number of draws of dout."""
    rng = np.random.default_rng(4)
    out = forward(x, w)
    wrong = set()
    for _ in range(3):
        dout = rng.choice([-1.0, 1.0], out.shape) * rng.uniform(0.5, 1, out.shape)
        for name, value, gradient in zip(["dx", "dw"], [x, w], backward(dout, x, w), strict=True):
            gap = np.sum(out * dout) - np.sum(value * gradient)
            if not np.abs(gap) / np.abs(value * gradient).sum() < 1e-5:
                wrong.add(name)
    return sorted(wrong, reverse=True)


def nan_looked_for(forward, backward, x, w):
    out = forward(x, w)
    dout = np.random.default_rng(5).standard_normal(out.shape).astype(out.dtype)
    dx, dw = backward(dout, x, w)
    wrong = []
    for name, terms in {"dx": x * dx, "dw": w * dw}.items():
        limit = (1e-4 if out.dtype == np.float32 else 1e-9) * np.abs(terms).sum()
        if np.isnan(terms).any() or abs((out * dout).sum() - terms.sum()) > limit:
            wrong.append(name)
    return wrong


ANSWERS = [
    by_if,
    with_own_numbers,
    forward_on_directions,
    all_in_float64,
    several_douts,
    nan_looked_for,
]
