"""Kofi lets the row change with every thread, where the column should."""

# %% thread_place
def thread_place(t, K, OH, OW):
    return t // (K * OH * OW), t // (OH * OW) % K, t % OH, t // OH % OW
