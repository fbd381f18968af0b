# Tries: crash Python itself
# Deserves: 16
# Status: crashed
# Within: 25

# %% mean
import ctypes


def mean(values):
    ctypes.string_at(0)
