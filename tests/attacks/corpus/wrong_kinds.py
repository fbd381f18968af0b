# Tries: return lists, text and bytes in place of numbers
# Deserves: 14
# Status: graded
# Within: 25

# %% double
def double(x):
    return [["2", b"4", None], "6"]
