# Tries: loop for ever in a cell of its own
# Deserves: 20
# Status: timed out
# Within: 40

# %%
while True:
    pass
