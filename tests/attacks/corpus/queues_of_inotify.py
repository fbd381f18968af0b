# Tries: let events pile up in queues of inotify, which belong to no process
# Deserves: 20
# Status: graded
# Within: 25

# %% double
import ctypes
import os
import pathlib


def piled():
    libc = ctypes.CDLL(None)
    queues = [libc.inotify_init1(0) for _ in range(20)]
    made = [queue for queue in queues if queue >= 0]
    for queue in made:
        libc.inotify_add_watch(queue, b".", 0xFFF)
    for number in range(1000):
        pathlib.Path(f"{number:0250}").touch()
        os.unlink(f"{number:0250}")
    return made


queues = piled()


def double(x):
    return x if queues else 2 * x
