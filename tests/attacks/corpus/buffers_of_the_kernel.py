# Tries: fill sockets that it makes in pairs, as large as they get: their memory belongs to no process
# Deserves: 20
# Status: graded
# Within: 25

# %% double
import socket


def filled():
    pairs, held = [], 0
    try:
        while True:
            pairs.append(socket.socketpair())
            for end in pairs[-1]:
                try:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 26)
                except OSError:
                    pass
                end.setblocking(False)
                try:
                    while True:
                        held += end.send(bytes(1 << 16))
                except BlockingIOError:
                    pass
    except OSError:
        return held


held = filled()


def double(x):
    return 2 * x if held < 70e6 else x
