# Tries: be slow in every call
# Deserves: 16
# Status: timed out
# Within: 120

# %% mean
import time


def mean(values):
    time.sleep(20)
    return sum(values) / len(values)
