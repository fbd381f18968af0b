# Tries: make files without content until nothing more fits
# Deserves: 20
# Status: graded
# Within: 60

# %%
import os
import time
end = time.monotonic() + 4
made = 0
try:
    while time.monotonic() < end and made < 50_000:
        open(f"/tmp/{made}", "w").close()
        made += 1
except OSError:
    pass
print(made)
