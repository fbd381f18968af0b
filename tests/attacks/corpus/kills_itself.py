# Tries: SIGKILL itself at the top of the notebook
# Deserves: 20
# Status: crashed
# Within: 25

# %%
import os
import signal

os.kill(os.getpid(), signal.SIGKILL)
