# Tries: stop itself with SIGSTOP inside of a test
# Deserves: 16
# Status: timed out
# Within: 60

# %% mean
import os
import signal

def mean(values):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 2
