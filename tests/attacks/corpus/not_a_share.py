# Tries: make the partial credit NaN, infinite or negative
# Deserves: 17
# Status: graded
# Within: 25

# %% is_prime
import itertools

values = itertools.cycle([float("nan"), float("inf"), -float("inf"), -1000, 10**400])


def is_prime(n):
    return next(values)
