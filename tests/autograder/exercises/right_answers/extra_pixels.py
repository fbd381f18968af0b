"""Right answers to extra_pixels as different people write them."""

import itertools
import math


def by_places(W, F, S=1):
    places = max(math.ceil((W - F) / S), 0) + 1
    return (places - 1) * S + F - W


def by_cases(W, F, S=1):
    if F > W:
        return F - W
    rest = (W - F) % S
    return S - rest if rest else 0


def walk(W, F, S=1):
    end = F
    while end < W:
        end += S
    return end - W


ANSWERS = [
    by_places,
    by_cases,
    walk,
    lambda W, F, S=1: F - W if F > W else -(W - F) % S,
    lambda W, F, S=1: max(F - W, (F - W) % S),
    lambda W, F, S=1: next(e for e in itertools.count() if W + e >= F and (W + e - F) % S == 0),
]
