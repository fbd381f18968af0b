# Tries: overflow the stack
# Deserves: 16
# Status: crashed
# Within: 25

# %% mean
import sys


def mean(values):
    sys.setrecursionlimit(10**9)
    return mean(list(values)) + 1
