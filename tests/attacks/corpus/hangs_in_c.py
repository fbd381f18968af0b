# Tries: hang inside of one call into C, where Python handles no signal
# Deserves: 16
# Status: timed out
# Within: 40

# %% mean
import re


def mean(values):
    re.match(r"(a+)+$", "a" * 60 + "b")
    return 0
