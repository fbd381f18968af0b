# Tries: leave threads and daemons behind
# Deserves: 20
# Status: graded
# Within: 25

# %%
import os
import threading
import time


def stay():
    while True:
        time.sleep(0.05)


for _ in range(5):
    threading.Thread(target=stay, daemon=True).start()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(100)
    os._exit(0)
