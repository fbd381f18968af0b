# Tries: connect to everything within reach
# Deserves: 20
# Status: graded
# Within: 25

# %%
import socket

tries = [
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", int("{{TCP}}"))),
    (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", int("{{UDP}}"))),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", int("{{TCP}}"))),
    (socket.AF_UNIX, socket.SOCK_STREAM, "{{UNIX}}"),
    (socket.AF_UNIX, socket.SOCK_STREAM, "\0{{ABSTRACT}}"),
]
for family, kind, address in tries:
    try:
        with socket.socket(family, kind) as connection:
            connection.settimeout(0.5)
            connection.connect(address)
            connection.send(b"attacked")
    except OSError:
        pass
