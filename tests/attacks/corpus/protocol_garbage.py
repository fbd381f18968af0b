# Tries: write garbage to the grader
# Deserves: 20
# Status: crashed
# Within: 25

# %%
import os
import socket


def line():
    for number in range(3, 64):
        try:
            found = socket.socket(fileno=os.dup(number))
            if found.family == socket.AF_UNIX:
                return found
        except OSError:
            pass


line().send(b"garbage" * 1000)
