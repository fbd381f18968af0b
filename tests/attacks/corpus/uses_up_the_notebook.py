# Tries: use up the time of the whole notebook before the answers
# Deserves: 0
# Status: timed out
# Within: 90

# %%
import time

time.sleep(7.5)

# %%
time.sleep(7.5)

# %%
time.sleep(7.5)

# %%
time.sleep(7.5)

# %%
time.sleep(7.5)

# %%
time.sleep(7.5)

# %%
time.sleep(7.5)
