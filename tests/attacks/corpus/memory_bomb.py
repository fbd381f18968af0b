# Tries: ask for 3 GB
# Deserves: 16
# Status: graded
# Within: 25

# %% mean
def mean(values):
    hoard = bytearray(3 << 30)
    return len(hoard)
