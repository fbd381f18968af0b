"""conv_gpu(x, w, b, stride=1, pad=0): moved to the GPU, computed there in array code, and brought back.

What comes in and goes out are NumPy arrays, so it is judged as any convolution; that nothing is moved unseen,
the arrays see to themselves: `cs_conv.gpu.standin`.
"""

from __future__ import annotations

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Exercise, aspect
from autograder.exercises.conv_forward.conv_forward import cases
from autograder.exercises.speed.conv_slices import slips
from autograder.exercises.speed.shared import wrong_values
from cs_conv.gpu.standin import standin as xp
from cs_conv.naive import conv_forward as reference


def conv_gpu(x, w, b, stride=1, pad=0):
    """Return the convolution of x (N, C, H, W) with w (K, C, FH, FW) and b (K,): out (N, K, OH, OW).

    NumPy arrays come in and go out; the work is done on the GPU. Raises ValueError where windows do not fit.
    """
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:
        raise ValueError(f"a {FH}x{FW} filter at stride {stride} does not fit {H}x{W} pixels with pad {pad}")
    OH, OW = (H - FH + 2 * pad) // stride + 1, (W - FW + 2 * pad) // stride + 1
    x, w, b = xp.asarray(x), xp.asarray(w), xp.asarray(b)
    padded = xp.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = xp.zeros((N, K, OH, OW), x.dtype)
    for p in range(FH):
        for q in range(FW):
            rows = slice(p, p + (OH - 1) * stride + 1, stride)
            columns = slice(q, q + (OW - 1) * stride + 1, stride)
            out += xp.einsum("ncij,kc->nkij", padded[:, :, rows, columns], w[:, :, p, q])
    return xp.asnumpy(out + b.reshape(K, 1, 1))


mistakes = Catalogue(conv_gpu, mistakes=[*wrong_values(), *slips])

exercise = Exercise(
    name="conv_gpu",
    arguments=("x", "w", "b"),
    parts=("out",),
    axes={"out": ("image n", "filter k", "row i", "column j")},
    aspects=(
        aspect("values", 3, "values"),
        aspect("stride and padding", 2, "geometry"),
        aspect("rectangles and edge cases", 1, "rectangles", "edges"),
    ),
    reference=reference,
    cases=cases,
    program=conv_gpu,
    mistakes=tuple(mistakes),
)
