# Tries: use a function that a test lends after the test, from other calls, within itself, and with odd arguments
# Deserves: 16
# Status: graded
# Within: 25

# %% apply_all
kept = []


def apply_all(function, values):
    kept.append(function)
    for odd in ((), ("x",), (None,), ([] * 3,), (float("nan"),), ({},), (function,), (10**1000,)):
        try:
            function(*odd)
        except BaseException:
            pass
    try:
        function(values=1, self=2, number=3)
    except BaseException:
        pass
    return [function(value) for value in values]

# %% is_prime
def is_prime(n):
    for function in kept:
        try:
            function(n)
        except Exception:
            pass
    return n > 1 and all(n % d for d in range(2, n))

# %% mean
def mean(values):
    return kept[0] if kept else 0
