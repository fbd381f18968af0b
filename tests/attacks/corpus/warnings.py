# Tries: nothing: a right answer warns on stderr
# Deserves: 20
# Status: graded
# Within: 25

# %% mean
import sys
import warnings


def mean(values):
    warnings.warn("this is slow")
    print("careful", file=sys.stderr)
    np.float64(1) / np.float64(0)
    return sum(values) / len(values)
