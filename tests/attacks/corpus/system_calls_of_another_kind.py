# Tries: use 32-bit calls, x32 calls, io_uring, memfd and vmsplice
# Deserves: 20
# Status: graded
# Within: 40

# %%
import ctypes
import mmap
import os

libc = ctypes.CDLL(None)
for number in (425, 426, 427, 319, 447, 0x40000000 + 41, 428, 442, 323, 321, 298, 310, 311, 435, 272, 308, 457, 458):
    libc.syscall(number, 1, 0, 0, 0, 0)
if os.fork() == 0:
    # mov eax, 359 (socket of i386); int 0x80; ret
    code = b"\xb8\x67\x01\x00\x00\xcd\x80\xc3"
    try:
        memory = mmap.mmap(-1, 4096, prot=7)
        memory.write(code)
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))()
    finally:
        os._exit(0)
os.wait()
