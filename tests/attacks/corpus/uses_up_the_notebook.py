# Tries: use up the time of the whole notebook before the answers
# Deserves: 0
# Status: timed out
# Within: 40

# %%
import time

time.sleep(2.9)

# %%
time.sleep(2.9)

# %%
time.sleep(2.9)

# %%
time.sleep(2.9)

# %%
time.sleep(2.9)

# %%
time.sleep(2.9)

# %%
time.sleep(2.9)

# %%
time.sleep(2.9)
