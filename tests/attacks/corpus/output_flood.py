# Tries: print 50 MB, to Python's streams and past them
# Deserves: 20
# Status: graded
# Within: 25

# %%
import os

for _ in range(500):
    print("x" * 100_000)
for number in (1, 2):
    for _ in range(500):
        try:
            os.write(number, b"x" * 100_000)
        except OSError:
            break
