# Tries: give back what an earlier call got, changed in place behind its back
# Deserves: 14
# Status: graded
# Within: 25

# %% double
kept = []


def double(x):
    kept.append(x)
    x += 0
    for earlier in kept:
        earlier *= 0
    return kept[0]
