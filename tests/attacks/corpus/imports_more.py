# Tries: use a package that the course does not allow
# Deserves: 16
# Status: graded
# Within: 25

# %% mean
def mean(values):
    import scipy.stats

    return scipy.stats.tmean(values)
