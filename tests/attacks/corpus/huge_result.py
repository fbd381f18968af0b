# Tries: return more than there is memory for
# Deserves: 14
# Status: graded
# Within: 25

# %% double
def double(x):
    return np.broadcast_to(np.float64(2), (10**5, 10**5))
