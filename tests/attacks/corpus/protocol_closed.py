# Tries: close every file and connection
# Deserves: 20
# Status: crashed
# Within: 25

# %%
import os

os.closerange(3, 256)
