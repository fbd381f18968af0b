# Tries: loop for ever in every call of a check, which calls many times
# Deserves: 17
# Status: timed out
# Within: 40

# %% conv_forward
def conv_forward(x, w, b, stride=1, pad=0):
    while True:
        pass
