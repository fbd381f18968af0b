# Tries: loop for ever and swallow every interrupt
# Deserves: 16
# Status: timed out
# Within: 40

# %% mean
def mean(values):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
