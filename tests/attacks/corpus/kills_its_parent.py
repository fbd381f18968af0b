# Tries: SIGKILL its parent
# Deserves: 20
# Status: graded
# Within: 25

# %%
import os
import signal

if os.getppid() > 0:
    os.kill(os.getppid(), signal.SIGKILL)
