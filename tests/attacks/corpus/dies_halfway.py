# Tries: nothing: one answer of several crashes; what was earned stays
# Deserves: 16
# Status: crashed
# Within: 25

# %% apply_all
import os
import signal


def apply_all(function, values):
    os.kill(os.getpid(), signal.SIGSEGV)
