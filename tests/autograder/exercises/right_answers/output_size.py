"""Right answers to output_size as different people write them."""


def refuse():
    raise ValueError("does not fit")


def by_walking(W, F, S=1, P=0):
    starts = range(-P, W + P - F + 1, S)
    if not starts or starts[-1] + F != W + P:
        raise ValueError(f"the last window does not end at pixel {W + P}")
    return len(starts)


ANSWERS = [
    by_walking,
    lambda W, F, S=1, P=0: refuse() if F > W + 2 * P or (W - F + 2 * P) % S else (W - F + 2 * P) // S + 1,
    lambda w, f, s=1, p=0: refuse() if (n := (w - f + 2 * p) / s + 1) < 1 or n != int(n) else int(n),
    lambda W, F, S=1, P=0: refuse() if (d := divmod(W + 2 * P - F, S))[1] or d[0] < 0 else d[0] + 1,
    lambda W, F, S=1, P=0: refuse() if (W + 2 * P - F) % S or W + 2 * P < F else (W + 2 * P - F + S) // S,
]
