# Tries: print much in every call of a right answer
# Deserves: 20
# Status: graded
# Within: 25

# %% mean
def mean(values):
    for _ in range(200):
        print("x" * 10_000)
    return sum(values) / len(values)
