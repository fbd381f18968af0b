"""Right answers to output_size as different people write them."""


def by_true_division(W, F, S=1, P=0):
    places = (W - F + 2 * P) / S + 1
    if places < 1 or places != int(places):
        raise ValueError(places)
    return int(places)


def by_divmod(width, window, stride=1, pad=0):
    steps, rest = divmod(width - window + 2 * pad, stride)
    if rest or steps < 0:
        raise ValueError("does not fit")
    return 1 + steps


def by_walking(W, F, S=1, P=0):
    starts = range(-P, W + P - F + 1, S)
    if not starts or starts[-1] + F != W + P:
        raise ValueError(f"the last window does not end at pixel {W + P}")
    return len(starts)


ANSWERS = [by_true_division, by_divmod, by_walking]
