"""A seccomp filter, as bytes for the kernel, that lets through the system calls that honest code needs.

A call that is not on the list (`system_calls`) fails. If it is one that libraries try first and can do
without (`clone3`, `openat2`, `faccessat2`, and whatever comes in future), it is answered with ENOSYS, as an
older kernel would; any other with EPERM, so that honest code gets an ordinary error. Some calls are allowed
with some arguments only. The kernel asks the grader before a process is made, and before memory is mapped
that processes can share: see `process_births`.
"""

from __future__ import annotations

import platform
import struct
from dataclasses import dataclass

from autograder.grading.trusted.sandbox.system_calls import numbers

# linux/seccomp.h, linux/filter.h, linux/audit.h
_ALLOW, _ASK, _ERRNO, _KILL = 0x7FFF0000, 0x7FC00000, 0x00050000, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_OF, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_EPERM, _ENOTTY, _ENOSYS = 1, 25, 38

Instruction = tuple[int, int, int, int]
"""An instruction: what to do, how many to jump over if true, how many if false, an operand."""

ALLOW: Instruction = (_RETURN, 0, 0, _ALLOW)
ASK: Instruction = (_RETURN, 0, 0, _ASK)
REFUSE: Instruction = (_RETURN, 0, 0, _ERRNO | _EPERM)
PRETEND: Instruction = (_RETURN, 0, 0, _ERRNO)
NO_TERMINAL: Instruction = (_RETURN, 0, 0, _ERRNO | _ENOTTY)
UNKNOWN: Instruction = (_RETURN, 0, 0, _ERRNO | _ENOSYS)

_MACHINES = {"x86_64": (0xC000003E, 334, 317), "aarch64": (0xC00000B7, 293, 277)}
"""The architecture, the first call that libraries can do without, and the number of `seccomp`."""

_X32 = 0x40000000
"""Where the numbers of x86_64's 32-bit variant begin."""

_NEW_NAMESPACES = 0x7E020080  # CLONE_NEW{USER,NET,PID,IPC,UTS,NS,CGROUP,TIME}
_ELSEWHERE = 0x00808000 | 0x2000  # CLONE_{UNTRACED,PARENT,PTRACE}: a child that is not the caller's
_THREAD = 0x00010000
_ANONYMOUS, _SHARED = 0x20, 0x01
_SIGCHLD = 17
"""It must not be ignored: the kernel would forget how long a child has computed that nobody waits for."""

_SOME = {
    # F_DUPFD to F_SETLKW; locks of open files; F_DUPFD_CLOEXEC; F_GETPIPE_SZ. Not: who gets signals, leases,
    # notes on folders, larger pipes.
    "fcntl": (1, (*range(8), 36, 37, 38, 1030, 1032), REFUSE),
    # TCGETS, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, FICLONE
    "ioctl": (1, (0x5401, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x40049409), NO_TERMINAL),
    # PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_CAPBSET_READ, PR_GET_TIMERSLACK,
    # PR_GET_NO_NEW_PRIVS, PR_GET_THP_DISABLE
    "prctl": (0, (3, 15, 16, 21, 23, 30, 39, 42), REFUSE),
    "socketpair": (0, (1,), REFUSE),  # AF_UNIX
}
"""Calls of which one argument may have certain values: its place, the values, the answer to all others."""

_OF_A_PROCESS = ("kill", "tkill", "tgkill", "prlimit64", "sched_setaffinity")
"""Calls that act on the process which the first argument names (0: the caller, or its group)."""

_TIMES = ("utime", "utimes", "futimesat", "utimensat")


@dataclass(frozen=True)
class Filter:
    """The program, the instructions whose operand has to become the process's own id, and the number of the
    system call that installs the filter.
    """

    program: bytes
    own_id_at: tuple[int, ...]
    installed_by: int


def build(only_own_signals: bool = False, keep_times: bool = False) -> Filter:
    """The filter for this machine.

    With `only_own_signals`, a process cannot signal or limit others: needed if nothing else hides them. With
    `keep_times`, changing a file's times does nothing and seems to succeed: needed if file modes do not keep
    it from the files of others. Raises OSError for a machine that is not known here.
    """
    machine = platform.machine()
    allowed = numbers(machine)
    architecture, young, installed_by = _MACHINES[machine]
    rules = {name: _some(*which) for name, which in _SOME.items()}
    rules |= {"clone": _CLONE, "fork": [ASK], "vfork": [ASK], "mmap": _MMAP, "rt_sigaction": _SIGACTION}
    if only_own_signals:
        rules |= dict.fromkeys(_OF_A_PROCESS, _OWN)
    if keep_times:
        rules |= {name: [PRETEND] for name in _TIMES}
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        UNKNOWN,
    ]
    own_id_at = []
    for name in sorted(allowed, key=lambda name: name not in rules):  # the kernel remembers the other answers
        if rules.get(name) is _OWN:
            own_id_at.append(len(program) + 1 + _OWN.index(_IS_OWN))
        rule = rules.get(name, [ALLOW])
        program += [(_EQUAL, 0, len(rule), allowed[name]), *rule]
    program += [(_AT_LEAST, 0, 1, young), UNKNOWN, REFUSE]
    return Filter(b"".join(struct.pack("<HBBI", *line) for line in program), tuple(own_id_at), installed_by)


def _argument(place: int, upper: bool = False) -> Instruction:
    """Load the lower or the upper half of an argument."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * place + 4 * upper)


def _some(place: int, values: tuple[int, ...], otherwise: Instruction) -> list[Instruction]:
    """Allow the call for these values of an argument."""
    rule = [_argument(place)]
    for value in values:
        rule += [(_EQUAL, 0, 1, value), ALLOW]
    return [*rule, otherwise]


_CLONE = [
    _argument(0),
    (_ANY_OF, 0, 1, _NEW_NAMESPACES | _ELSEWHERE),
    REFUSE,
    (_ANY_OF, 0, 1, _THREAD),
    ALLOW,
    ASK,
]
_MMAP = [_argument(3), (_ANY_OF, 1, 0, _ANONYMOUS), ALLOW, (_ANY_OF, 1, 0, _SHARED), ALLOW, ASK]
_SIGACTION = [
    _argument(0),
    (_EQUAL, 1, 0, _SIGCHLD),
    ALLOW,
    _argument(1),
    (_EQUAL, 0, 2, 0),
    _argument(1, upper=True),
    (_EQUAL, 1, 0, 0),  # a mere question
    REFUSE,
    ALLOW,
]
_IS_OWN: Instruction = (_EQUAL, 0, 1, 0xFFFFFFFF)
_OWN = [_argument(0), (_EQUAL, 0, 1, 0), ALLOW, _IS_OWN, ALLOW, REFUSE]
