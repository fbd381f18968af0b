# Tries: overflow the stack
# Deserves: 16
# Status: crashed
# Within: 40

# %% mean
import sys


def mean(values):
    sys.setrecursionlimit(10**9)
    return max(values, key=lambda value: mean([value]))
