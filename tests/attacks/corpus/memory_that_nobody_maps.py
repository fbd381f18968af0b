# Tries: keep shared memory by one page of each piece: 1.5 GB that are in no process's own memory
# Deserves: 20
# Status: crashed or timed out
# Within: 40

# %%
import ctypes
import time

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
PIECE, PAGE = 50 << 20, 4096
for _ in range(30):
    place = libc.mmap(None, ctypes.c_size_t(PIECE), 3, 0x21, -1, ctypes.c_size_t(0))  # shared, of no file
    ctypes.memset(place, 1, PIECE)
    libc.munmap(place + PAGE, PIECE - PAGE)
time.sleep(2)
