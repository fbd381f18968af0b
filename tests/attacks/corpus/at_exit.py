# Tries: do something at the end of the process
# Deserves: 20
# Status: graded
# Within: 25

# %%
import atexit
import os


@atexit.register
def late():
    open("{{CANARY}}", "w").write("late")


class Late:
    def __del__(self):
        late()


keep = Late()
