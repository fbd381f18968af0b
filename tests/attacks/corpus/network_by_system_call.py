# Tries: make sockets without Python's help
# Deserves: 20
# Status: graded
# Within: 25

# %%
import ctypes
import socket
import struct

libc = ctypes.CDLL(None)
for family, kind in ((2, 1), (2, 2), (10, 1), (1, 1), (16, 3), (17, 3), (40, 1)):
    number = libc.socket(family, kind, 0)
    if number >= 0 and family == 2:
        address = struct.pack("=H", 2) + struct.pack("!H4s8x", int("{{TCP}}"), bytes([127, 0, 0, 1]))
        libc.connect(number, address, len(address))
        libc.send(number, b"attacked", 8, 0)
