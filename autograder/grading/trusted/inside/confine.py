"""Giving up, for ever, what a student must not have: limits, files, rights, system calls."""

from __future__ import annotations

import base64
import ctypes
import os
import resource
import signal
import struct
from typing import Any


def confine(config: dict[str, Any]) -> None:
    """Give up what the student must not have. Raises where anything of it fails, before a cell has run."""
    limits = config["rlimits"]
    for name, value in limits.items():
        number = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(number)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (value, value))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if config.get("landlock"):
        _restrict_files(config["landlock"])
    if config.get("uid"):
        _become(config["uid"], reads_all=bool(config.get("landlock")))
    if config.get("seccomp"):
        _filter_calls(base64.b64decode(config["seccomp"]), config["kill_rule"])


def _become(user: int, reads_all: bool) -> None:
    """Take a user id of our own and with it lose every right of root's.

    Where Landlock names the paths that can be read, file modes need not: Python may lie in root's home.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if reads_all:
        libc.prctl(8, 1, 0, 0, 0)  # PR_SET_KEEPCAPS
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    if reads_all:
        read_search = 1 << 2  # CAP_DAC_READ_SEARCH
        wanted = struct.pack("<IIIIII", read_search, read_search, 0, 0, 0, 0)
        if libc.capset(ctypes.c_char_p(struct.pack("<Ii", 0x20080522, 0)), ctypes.c_char_p(wanted)):
            raise OSError(ctypes.get_errno(), "capset")


def _libc() -> Any:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
        raise OSError(ctypes.get_errno(), "no_new_privs")
    return libc


def _filter_calls(program: bytes, kill_rule: int) -> None:
    """Install a seccomp filter; `kill_rule` is where our own process id has to be filled in, or -1."""
    if kill_rule >= 0:
        at = kill_rule * 8 + 4
        program = program[:at] + struct.pack("<I", os.getpid()) + program[at + 4 :]
    libc = _libc()
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    if libc.prctl(22, 2, ctypes.c_char_p(header), 0, 0):  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        raise OSError(ctypes.get_errno(), "seccomp")


def _restrict_files(rules: dict[str, Any]) -> None:
    """Landlock: only these paths can be read, only the last can be written."""
    libc = _libc()
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
