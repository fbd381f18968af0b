# Tries: ask for little memory in each of several processes, and wait for them uninterrupted
# Deserves: 20
# Status: crashed or timed out
# Within: 40

# %%
import os
import signal
import time

signal.signal(signal.SIGALRM, signal.SIG_IGN)
for _ in range(4):
    if os.fork() == 0:
        hoard = b"x" * (300 << 20)
        time.sleep(20)
        os._exit(0)
os.wait()
