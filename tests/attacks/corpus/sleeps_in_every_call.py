# Tries: be slow in every call
# Deserves: 16
# Status: timed out
# Within: 40

# %% mean
import time


def mean(values):
    time.sleep(4)
    return sum(values) / len(values)
