# Tries: start 300 processes
# Deserves: 20
# Status: graded
# Within: 25

# %%
import os
import time

for _ in range(300):
    try:
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
    except OSError:
        break
