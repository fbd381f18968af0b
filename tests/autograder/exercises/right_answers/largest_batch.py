"""Right answers to largest_batch as different people write them."""

import math


def by_trying(rows, gigabytes, state=1):
    """Doubles while it fits, then halves the step."""
    parameters = sum(row["parameters"] for row in rows) * 4 * (2 + state)
    image = sum(row["values"] for row in rows) * 8
    batch, step = 0, 1
    while parameters + (batch + step) * image <= gigabytes * 1e9:
        batch += step
        step *= 2
    while step >= 1:
        if parameters + (batch + step) * image <= gigabytes * 1e9:
            batch += step
        step //= 2
    return batch


def floor(rows, gigabytes, state=1):
    fixed = sum(4 * (1 + 1 + state) * row["parameters"] for row in rows)
    each = sum(4 * 2 * row["values"] for row in rows)
    free = gigabytes * 1e9 - fixed
    return 0 if free < each else math.floor(free / each)


def conditional(rows, gigabytes, state=1):
    p, v = (sum(row[name] for row in rows) for name in ("parameters", "values"))
    left = int(gigabytes * 10**9) - p * (8 + 4 * state)
    if left < 0:
        return 0
    return left // (8 * v)


def in_numbers(rows, gigabytes, state=1):
    """Counts numbers of 4 bytes."""
    numbers = gigabytes * 250_000_000
    for row in rows:
        numbers -= row["parameters"] * (2 + state)
    return max(0, numbers // (2 * sum(row["values"] for row in rows)))


def as_a_float(rows, gigabytes, state=1):
    return float(conditional(rows, gigabytes, state))


ANSWERS = [by_trying, floor, conditional, in_numbers, as_a_float]
