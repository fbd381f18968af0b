# Tries: use up the time of the whole notebook before the answers
# Deserves: 0
# Status: timed out
# Within: 120

# %%
import time

# %%
end = time.process_time() + 7.5
while time.process_time() < end:
    pass

# %%
end = time.process_time() + 7.5
while time.process_time() < end:
    pass

# %%
end = time.process_time() + 7.5
while time.process_time() < end:
    pass

# %%
end = time.process_time() + 7.5
while time.process_time() < end:
    pass

# %%
end = time.process_time() + 7.5
while time.process_time() < end:
    pass

# %%
end = time.process_time() + 7.5
while time.process_time() < end:
    pass

# %%
end = time.process_time() + 7.5
while time.process_time() < end:
    pass
