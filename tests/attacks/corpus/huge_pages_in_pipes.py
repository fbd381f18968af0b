# Tries: keep 4 KB of each huge page in a pipe: 200 MB are held then that no process has mapped
# Deserves: 20
# Status: graded
# Within: 25

# %% double
import ctypes
import mmap
import os
import platform

HUGE = 2 << 20


class Piece(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def kept():
    libc = ctypes.CDLL(None)
    vmsplice = {"x86_64": 278, "aarch64": 75}[platform.machine()]
    pieces = 0 if libc.prctl(41, 0, 0, 0, 0) else 1  # PR_SET_THP_DISABLE
    with mmap.mmap(-1, 100 * HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        _, into = os.pipe()
        os.set_blocking(into, False)
        for place in range(0, 100 * HUGE, HUGE):
            memory[place] = 1
            pieces += libc.syscall(vmsplice, into, ctypes.byref(Piece(start + place, 4096)), 1, 0) > 0
    return pieces


try:
    pieces = kept()
except BufferError:
    pieces = 0  # closing what is still pointed to


def double(x):
    return x if pieces else 2 * x
