# Tries: fork inside of a test, so that two processes answer on the same line
# Deserves: 16
# Status: crashed
# Within: 60

# %% mean
import os

def mean(values):
    os.fork()
    return 2
