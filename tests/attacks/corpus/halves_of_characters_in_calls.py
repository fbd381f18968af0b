# Tries: put halves of characters into the errors, warnings and words of calls
# Deserves: 10
# Status: graded
# Within: 25

# %% double
import warnings

def double(x):
    print("\ud800")
    warnings.warn("\udc00")
    return "\ud800"

# %% mean
def mean(values):
    raise type("Half", (ValueError,), {})("\ud800 \udfff")
