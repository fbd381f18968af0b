"""A seccomp filter: the system calls that an answer has no use for, as bytes for the kernel.

Everything is allowed except what is named here: making namespaces and sockets, looking into or steering
other processes, mounting, loading code into the kernel, and the younger interfaces with a history of holes.
Refused calls fail with EPERM, so that honest code gets an ordinary error.
"""

from __future__ import annotations

import platform
import struct
from dataclasses import dataclass

# linux/seccomp.h, linux/filter.h, linux/audit.h
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENT, SECOND_ARGUMENT = 0, 4, 16, 24
EPERM, ENOSYS = 1, 38
SIGCHLD = 17
"""Nobody may ignore it: of a child that nobody waits for, the kernel forgets how long it has computed."""
NEW_NAMESPACES = 0x7E020080  # CLONE_NEW{USER,NET,PID,IPC,UTS,NS,CGROUP,TIME}

_REFUSED = [
    "socket",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "setsockopt",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "kcmp",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "process_madvise",
    "process_mrelease",
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "keyctl",
    "add_key",
    "request_key",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "reboot",
    "swapon",
    "swapoff",
    "acct",
    "quotactl",
    "quotactl_fd",
    "name_to_handle_at",
    "open_by_handle_at",
    "fanotify_init",
    "lookup_dcookie",
    "syslog",
    "personality",
    "settimeofday",
    "clock_settime",
    "adjtimex",
    "clock_adjtime",
    "sethostname",
    "setdomainname",
    "mknod",
    "mknodat",
    "migrate_pages",
    "move_pages",
    "mbind",
    "set_mempolicy",
    "sched_setscheduler",
    "setpriority",
    "memfd_create",
    "memfd_secret",
    "shmget",
    "shmat",
    "shmctl",
    "msgget",
    "msgsnd",
    "semget",
    "semop",
    "mq_open",
    "setuid",
    "setgid",
    "setreuid",
    "setregid",
    "setresuid",
    "setresgid",
    "setgroups",
    "ioprio_set",
    "statmount",
    "listmount",
]
_OF_A_PROCESS = [
    "kill",
    "tkill",
    "tgkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "prlimit64",
    "sched_setaffinity",
    "sched_setparam",
    "sched_setattr",
]
"""What does something to the process that the first argument names (0: the caller, or its group)."""
_OWNERS = {"fcntl": (8, 10, 15), "ioctl": (0x8901, 0x8902)}
"""Commands that have signals sent, to any process: F_SETOWN, F_SETSIG, F_SETOWN_EX; FIOSETOWN, SIOCSPGRP."""

_X86_64 = {
    "socket": 41, "connect": 42, "accept": 43, "sendto": 44, "bind": 49, "listen": 50, "accept4": 288,
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "pidfd_open": 434,
    "pidfd_getfd": 438, "pidfd_send_signal": 424, "process_madvise": 440, "process_mrelease": 448,
    "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161,
    "move_mount": 429, "open_tree": 428, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "mount_setattr": 442, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425,
    "io_uring_enter": 426, "io_uring_register": 427, "keyctl": 250, "add_key": 248, "request_key": 249,
    "init_module": 175, "finit_module": 313, "delete_module": 176, "kexec_load": 246, "kexec_file_load": 320,
    "reboot": 169, "swapon": 167, "swapoff": 168, "acct": 163, "quotactl": 179, "quotactl_fd": 443,
    "name_to_handle_at": 303, "open_by_handle_at": 304, "fanotify_init": 300, "lookup_dcookie": 212,
    "syslog": 103, "personality": 135, "settimeofday": 164, "clock_settime": 227, "adjtimex": 159,
    "clock_adjtime": 305, "sethostname": 170, "setdomainname": 171, "mknod": 133, "mknodat": 259,
    "migrate_pages": 256, "move_pages": 279, "mbind": 237, "set_mempolicy": 238, "sched_setscheduler": 144,
    "setpriority": 141, "memfd_create": 319, "memfd_secret": 447, "shmget": 29, "shmat": 30, "shmctl": 31,
    "msgget": 68, "msgsnd": 69, "semget": 64, "semop": 65, "mq_open": 240, "setuid": 105, "setgid": 106,
    "setreuid": 113, "setregid": 114, "setresuid": 117, "setresgid": 119, "setgroups": 116, "kill": 62,
    "tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "clone": 56, "clone3": 435,
    "ioprio_set": 251, "statmount": 457, "listmount": 458, "prlimit64": 302, "sched_setaffinity": 203,
    "sched_setparam": 142, "sched_setattr": 314, "fcntl": 72, "ioctl": 16, "rt_sigaction": 13,
    "setsockopt": 54,
}  # fmt: skip
_AARCH64 = {
    "socket": 198, "connect": 203, "accept": 202, "sendto": 206, "bind": 200, "listen": 201, "accept4": 242,
    "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "pidfd_open": 434,
    "pidfd_getfd": 438, "pidfd_send_signal": 424, "process_madvise": 440, "process_mrelease": 448,
    "unshare": 97, "setns": 268, "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51,
    "move_mount": 429, "open_tree": 428, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "mount_setattr": 442, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "io_uring_setup": 425,
    "io_uring_enter": 426, "io_uring_register": 427, "keyctl": 219, "add_key": 217, "request_key": 218,
    "init_module": 105, "finit_module": 273, "delete_module": 106, "kexec_load": 104, "kexec_file_load": 294,
    "reboot": 142, "swapon": 224, "swapoff": 225, "acct": 89, "quotactl": 60, "quotactl_fd": 443,
    "name_to_handle_at": 264, "open_by_handle_at": 265, "fanotify_init": 262, "lookup_dcookie": 18,
    "syslog": 116, "personality": 92, "settimeofday": 170, "clock_settime": 112, "adjtimex": 171,
    "clock_adjtime": 266, "sethostname": 161, "setdomainname": 162, "mknodat": 33, "migrate_pages": 238,
    "move_pages": 239, "mbind": 235, "set_mempolicy": 237, "sched_setscheduler": 119, "setpriority": 140,
    "memfd_create": 279, "memfd_secret": 447, "shmget": 194, "shmat": 196, "shmctl": 195, "msgget": 186,
    "msgsnd": 189, "semget": 190, "semop": 193, "mq_open": 180, "setuid": 146, "setgid": 144, "setreuid": 145,
    "setregid": 143, "setresuid": 147, "setresgid": 149, "setgroups": 159, "kill": 129, "tkill": 130,
    "tgkill": 131, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "clone": 220, "clone3": 435,
    "ioprio_set": 30, "statmount": 457, "listmount": 458, "prlimit64": 261, "sched_setaffinity": 122,
    "sched_setparam": 118, "sched_setattr": 274, "fcntl": 25, "ioctl": 29, "rt_sigaction": 134,
    "setsockopt": 208,
}  # fmt: skip
_MACHINES = {"x86_64": (0xC000003E, _X86_64), "aarch64": (0xC00000B7, _AARCH64)}


@dataclass(frozen=True)
class Filter:
    """The program, and the instruction whose operand has to become the process's own id (-1: none)."""

    program: bytes
    own_id_at: int = -1


def build(only_own_signals: bool = False) -> Filter:
    """The filter for this machine.

    With `only_own_signals` a process can signal or limit no other: needed where nothing else hides others.
    Raises OSError for a machine that is not known here.
    """
    machine = platform.machine()
    if machine not in _MACHINES:
        raise OSError(f"no system call filter for {machine}; x86_64 and aarch64 are known")
    architecture, numbers = _MACHINES[machine]
    program = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        # The x32 calls of x86_64 have numbers of their own.
        (JUMP_GREATER_EQUAL, 0, 1, 0x40000000),
        (RETURN, 0, 0, ERRNO | ENOSYS),
        (JUMP_EQUAL, 0, 1, numbers["clone3"]),  # its flags lie in memory: send libraries back to clone
        (RETURN, 0, 0, ERRNO | ENOSYS),
    ]
    for name in _REFUSED:
        if name in numbers:
            program += [(JUMP_EQUAL, 0, 1, numbers[name]), (RETURN, 0, 0, ERRNO | EPERM)]
    program += [
        (JUMP_EQUAL, 0, 4, numbers["clone"]),
        (LOAD, 0, 0, ARGUMENT),
        (JUMP_SET, 0, 1, NEW_NAMESPACES),
        (RETURN, 0, 0, ERRNO | EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    for name, commands in _OWNERS.items():
        program += [(JUMP_EQUAL, 0, 2 * len(commands) + 2, numbers[name]), (LOAD, 0, 0, SECOND_ARGUMENT)]
        for command in commands:
            program += [(JUMP_EQUAL, 0, 1, command), (RETURN, 0, 0, ERRNO | EPERM)]
        program.append((RETURN, 0, 0, ALLOW))
    program += [
        (JUMP_EQUAL, 0, 8, numbers["rt_sigaction"]),
        (LOAD, 0, 0, ARGUMENT),
        (JUMP_EQUAL, 0, 5, SIGCHLD),
        (LOAD, 0, 0, SECOND_ARGUMENT),
        (JUMP_EQUAL, 0, 2, 0),
        (LOAD, 0, 0, SECOND_ARGUMENT + 4),
        (JUMP_EQUAL, 1, 0, 0),  # a mere question
        (RETURN, 0, 0, ERRNO | EPERM),
        (RETURN, 0, 0, ALLOW),
    ]
    own_id_at = -1
    if only_own_signals:
        acts = [numbers[name] for name in _OF_A_PROCESS]
        for place, number in enumerate(acts):
            left = len(acts) - place - 1
            program.append((JUMP_EQUAL, left + 1, 0, number))
        program.append((RETURN, 0, 0, ALLOW))
        program += [(LOAD, 0, 0, ARGUMENT), (JUMP_EQUAL, 2, 0, 0)]
        own_id_at = len(program)
        program += [(JUMP_EQUAL, 1, 0, 0), (RETURN, 0, 0, ERRNO | EPERM)]
    program.append((RETURN, 0, 0, ALLOW))
    return Filter(b"".join(struct.pack("<HBBI", *line) for line in program), own_id_at)
