# Tries: be slow in every call
# Deserves: 16
# Status: timed out
# Within: 20

# %% mean
import time


def mean(values):
    time.sleep(2)
    return sum(values) / len(values)
