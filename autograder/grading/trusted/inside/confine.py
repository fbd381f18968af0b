"""Giving up for ever what a student must not have: resources, files, rights, system calls."""

from __future__ import annotations

import base64
import ctypes
import os
import resource
import signal
import socket
import struct
from typing import Any


def confine(config: dict[str, Any]) -> None:
    """Give up resources, files and rights. Raises an error if any of this fails, before a cell has run."""
    limits = config["rlimits"]
    for name, value in limits.items():
        number = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(number)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (value, value))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: a piece of a huge page that is kept keeps all of it
    if config.get("landlock"):
        libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: what its children leave behind stays its own
        _restrict_files(config["landlock"])
    if config.get("uid"):
        _become(config["uid"], libc)
    if config.get("calls"):
        _give_up_rights(libc, (config.get("landlock") or {}).get("reads_by", -1))


def _become(user: int, libc: Any) -> None:
    """Take another user id, and keep root's rights until `_give_up_rights` drops them."""
    libc.prctl(8, 1, 0, 0, 0)  # PR_SET_KEEPCAPS
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _give_up_rights(libc: Any, kept: int) -> None:
    """Keep no capability but the one of this number (-1: none), and never get another."""
    if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        raise OSError(ctypes.get_errno(), "no_new_privs")
    header = ctypes.create_string_buffer(struct.pack("<Ii", 0x20080522, 0))
    rights = 1 << kept if kept >= 0 else 0
    if libc.capset(header, (ctypes.c_uint32 * 6)(rights, rights)):
        raise OSError(ctypes.get_errno(), "capset")


def filter_calls(config: dict[str, Any]) -> int:
    """Let only some system calls through from now on. Raises OSError if that fails.

    Returns the number of a descriptor on which the kernel asks before a process is made, or -1.
    """
    rules = config.get("calls")
    if not rules:
        return -1
    program = bytearray(base64.b64decode(rules["program"]))
    for place in rules["own_id_at"]:
        struct.pack_into("<I", program, place * 8 + 4, os.getpid())
    code = ctypes.create_string_buffer(bytes(program), len(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    for flags in (1 << 3, 0):  # SECCOMP_FILTER_FLAG_NEW_LISTENER; another may be there, around all of us
        answer = libc.syscall(rules["installed_by"], 1, flags, header)  # SECCOMP_SET_MODE_FILTER
        if answer >= 0:
            return int(answer) if flags else -1
    raise OSError(ctypes.get_errno(), "seccomp")


def greet(connection: socket.socket, listener: int) -> None:
    """Tell the grader that everything is given up, and hand over the descriptor on which the kernel asks."""
    if listener < 0:
        connection.send(b"!")
        return
    socket.send_fds(connection, [b"!"], [listener])
    os.close(listener)


def _restrict_files(rules: dict[str, Any]) -> None:
    """Landlock: only these paths can be read, and only the last of them can be written."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        raise OSError(ctypes.get_errno(), "no_new_privs")
    handled = int(rules["handled"])
    attribute = struct.pack("<QQQ", handled, int(rules["network"]), int(rules["scoped"]))[
        : int(rules["size"])
    ]
    ruleset = libc.syscall(444, ctypes.c_char_p(attribute), ctypes.c_size_t(len(attribute)), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    for path, allowed in rules["paths"]:
        if not os.path.isdir(path):
            allowed = int(allowed) & int(rules["of_files"])
        try:
            opened = os.open(path, os.O_PATH)
        except FileNotFoundError:
            continue
        rule = struct.pack("<Qi", allowed, opened)
        if libc.syscall(445, ruleset, 1, ctypes.c_char_p(rule), 0):
            raise OSError(ctypes.get_errno(), f"landlock: {path}")
        os.close(opened)
    if libc.syscall(446, ruleset, 0):
        raise OSError(ctypes.get_errno(), "landlock")
    os.close(ruleset)
