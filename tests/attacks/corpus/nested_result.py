# Tries: return lists in lists in lists, and one that holds itself
# Deserves: 12
# Status: graded
# Within: 25

# %% mean
def mean(values):
    result = []
    for _ in range(100_000):
        result = [result]
    return result


# %% apply_all
def apply_all(function, values):
    result = []
    result.append(result)
    return result
