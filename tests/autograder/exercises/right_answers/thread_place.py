"""Right answers to thread_place as different people write them."""

import numpy as np


def slowest_first(t, K, OH, OW):
    n = t // (K * OH * OW)
    t = t - n * K * OH * OW
    k = t // (OH * OW)
    t = t - k * OH * OW
    return n, k, t // OW, t % OW


def fastest_first(t, K, OH, OW):
    t, j = divmod(t, OW)
    t, i = divmod(t, OH)
    n, k = divmod(t, K)
    return n, k, i, j


def as_in_cuda(t, K, OH, OW):
    return t // OW // OH // K, t // OW // OH % K, t // OW % OH, t % OW


def by_numpy(t, K, OH, OW):
    return np.unravel_index(t, (t + 1, K, OH, OW))


def a_list(t, K, OH, OW):
    return [t // (K * OH * OW), t % (K * OH * OW) // (OH * OW), t % (OH * OW) // OW, t % OW]


def by_loops(t, K, OH, OW):
    places = [(n, k, i, j) for n in range(t + 1) for k in range(K) for i in range(OH) for j in range(OW)]
    return places[t]


def with_decimals_cut(t, K, OH, OW):
    return int(t / (K * OH * OW)), int(t / (OH * OW)) % K, int(t / OW) % OH, t % OW


ANSWERS = [slowest_first, fastest_first, as_in_cuda, by_numpy, a_list, by_loops, with_decimals_cut]
