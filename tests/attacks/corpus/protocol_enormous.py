# Tries: announce a frame of 2 GB
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


line().send(b"\xff\xff\xff\x7f" + b"x" * 1000)
