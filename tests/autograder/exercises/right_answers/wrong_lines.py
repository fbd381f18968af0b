"""Right answers to wrong_lines as different people write them."""

import numpy as np


def loops(printed, rows):
    found, line = [], 0
    for row in rows:
        if row["parameters"] == 0:
            continue
        if printed[line] != row["parameters"]:
            found.append(line)
        line += 1
    return found


def by_kind(printed, rows):
    counts = [row["parameters"] for row in rows if row["kind"] in ("conv", "fc")]
    return [n for n in range(len(printed)) if printed[n] != counts[n]]


def with_numpy(printed, rows):
    counts = np.array([row["parameters"] for row in rows])
    return np.flatnonzero(np.array(printed) != counts[counts > 0]).tolist()


def a_tuple(printed, rows):
    return tuple(loops(printed, rows))


def with_filter(printed, rows):
    counts = list(filter(None, (row["parameters"] for row in rows)))
    return list(filter(lambda n: counts[n] - printed[n] != 0, range(len(counts))))


def named_kinds(printed, rows):
    rest = [row for row in rows if row["kind"] not in ("input", "relu", "pool")]
    return [n for n, row in enumerate(rest) if row["parameters"] - printed[n]]


ANSWERS = [loops, by_kind, with_numpy, a_tuple, with_filter, named_kinds]
