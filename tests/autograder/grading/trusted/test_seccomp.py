"""The system call filter, run here as the kernel runs it, for both machines that it knows."""

from __future__ import annotations

import platform
import struct

import pytest

from autograder.grading.trusted.sandbox import seccomp
from autograder.grading.trusted.sandbox.system_calls import MACHINES, numbers

ALLOWED, ASKED, EPERM, ENOTTY, ENOSYS = 0x7FFF0000, 0x7FC00000, 0x50001, 0x50019, 0x50026
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
REFUSED = {
    "x86_64": """
        vmsplice:278 splice:275 tee:276 io_setup:206 io_submit:209 modify_ldt:154 mlock:149
        mlock2:325 mlockall:151 remap_file_pages:216 mq_open:240 mq_unlink:241 msgget:68 msgrcv:70
        msgctl:71 semctl:66 shmget:29 inotify_init:253 inotify_init1:294 inotify_add_watch:254
        socket:41 connect:42 bind:49 ptrace:101 setuid:105 unshare:272 mount:165 bpf:321
        userfaultfd:323 memfd_create:319 setxattr:188 timer_create:222 seccomp:317
        process_vm_readv:310 mknod:133 keyctl:250 personality:135 capset:126 iopl:172 sync:162
        signalfd4:289 rt_sigqueueinfo:129 name_to_handle_at:303 fanotify_init:300
        perf_event_open:298 kexec_load:246 setns:308
    """,
    "aarch64": """
        vmsplice:75 splice:76 tee:77 io_setup:0 io_submit:2 mlock:228 mlock2:284 mlockall:230
        remap_file_pages:234 mq_open:180 mq_unlink:181 msgget:186 msgrcv:188 msgctl:187 semctl:191
        shmget:194 inotify_init1:26 inotify_add_watch:27 socket:198 connect:203 bind:200 ptrace:117
        setuid:146 unshare:97 mount:40 bpf:280 userfaultfd:282 memfd_create:279 setxattr:5
        timer_create:107 seccomp:277 process_vm_readv:270 mknodat:33 keyctl:219 personality:92
        capset:91 sync:81 signalfd4:74 rt_sigqueueinfo:138 name_to_handle_at:264 fanotify_init:262
        perf_event_open:241 kexec_load:104 setns:268
    """,
}
YOUNG = {
    "clone3": 435, "openat2": 437, "faccessat2": 439, "pidfd_open": 434, "io_uring_setup": 425,
    "epoll_pwait2": 441, "process_madvise": 440, "memfd_secret": 447, "futex_waitv": 449, "cachestat": 451,
    "fchmodat2": 452, "landlock_create_ruleset": 444, "mseal": 462, "not made yet": 600,
}  # fmt: skip


def answer(program: bytes, architecture: int, call: int, *arguments: int) -> int:
    """What the program, run by the kernel's rules for classic BPF, answers to a call."""
    given = struct.pack("<iIQ6Q", call, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    lines = list(struct.iter_unpack("<HBBI", program))
    place = held = 0
    while True:
        what, yes, no, operand = lines[place]
        place += 1
        if what == 0x06:
            return int(operand)
        if what == 0x20:
            held = struct.unpack_from("<I", given, operand)[0]
        else:
            true = {0x15: held == operand, 0x35: held >= operand, 0x45: bool(held & operand)}[what]
            place += yes if true else no


class Machine:
    """A machine whose filter can be asked by a call's name or number."""

    def __init__(self, name: str, only_own_signals: bool = False) -> None:
        self.name, self.numbers = name, numbers(name)
        self.filter = seccomp.build(only_own_signals)

    def says(self, call: str | int, *arguments: int) -> int:
        number = self.numbers[call] if isinstance(call, str) else call
        return answer(self.filter.program, ARCHITECTURES[self.name], number, *arguments)


@pytest.fixture(params=MACHINES)
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(platform, "machine", lambda: request.param)
    return Machine(request.param)


def test_what_is_on_the_list_is_let_through(machine: Machine) -> None:
    free = set(machine.numbers) - {"clone", "fork", "vfork", "fcntl", "ioctl", "prctl", "socketpair"}
    assert {machine.says(name) for name in free} == {ALLOWED}
    assert len(free) > 140


def test_the_list_is_the_same_call_for_call_on_both_machines() -> None:
    x86, arm = (numbers(name) for name in MACHINES)
    assert arm.keys() < x86.keys()
    assert arm.keys() >= {
        "openat",
        "newfstatat",
        "pipe2",
        "dup3",
        "ppoll",
        "pselect6",
        "epoll_pwait",
        "clone",
    }
    assert all(len(set(table.values())) == len(table) for table in (x86, arm))
    assert all(x86[name] == arm[name] for name in arm if x86[name] >= 424)


def test_old_calls_that_nobody_needs_are_not_permitted(machine: Machine) -> None:
    for name, _, number in (word.partition(":") for word in REFUSED[machine.name].split()):
        assert machine.says(int(number)) == EPERM, name


def test_young_calls_are_answered_as_an_older_kernel_would(machine: Machine) -> None:
    for name, number in YOUNG.items():
        assert machine.says(number) == ENOSYS, name
    assert machine.says(0x40000000 + 41) == ENOSYS  # x86_64's 32-bit variant


def test_another_kind_of_machine_is_killed(machine: Machine) -> None:
    assert answer(machine.filter.program, 0x40000003, 1) == 0x80000000  # i386's calls


def test_processes_are_asked_about_and_threads_are_not(machine: Machine) -> None:
    thread, fork, vfork = 0x3D0F00, 0x1200011, 0x4111
    assert machine.says("clone", thread) == ALLOWED
    assert {machine.says("clone", flags) for flags in (fork, vfork, 0x100 | 17)} == {ASKED}
    for name in {"fork", "vfork"} & set(machine.numbers):
        assert machine.says(name) == ASKED
    new_user_namespace, parent, traced, untraced = 0x10000000, 0x8000, 0x2000, 0x800000
    for flag in (new_user_namespace, parent, traced, untraced):
        assert machine.says("clone", fork | flag) == machine.says("clone", thread | flag) == EPERM


def test_memory_that_processes_can_share_is_asked_about(machine: Machine) -> None:
    private, shared, anonymous, validated = 2, 1, 0x20, 3
    assert machine.says("mmap", 0, 4096, 3, private | anonymous) == ALLOWED
    assert machine.says("mmap", 0, 4096, 3, shared) == ALLOWED  # of a file, which has its own limits
    assert machine.says("mmap", 0, 4096, 3, shared | anonymous) == ASKED
    assert machine.says("mmap", 0, 4096, 3, validated | anonymous) == ASKED


def test_some_calls_are_allowed_for_some_arguments(machine: Machine) -> None:
    set_name, set_dumpable, set_thp, set_seccomp = 15, 4, 41, 22
    assert machine.says("prctl", set_name) == ALLOWED
    assert {machine.says("prctl", what) for what in (set_dumpable, set_thp, set_seccomp, 36, 8)} == {EPERM}
    set_owner, set_signal, lease, larger_pipe, lock = 8, 10, 1024, 1031, 6
    assert machine.says("fcntl", 3, lock) == ALLOWED
    refused = (set_owner, set_signal, 15, lease, 1026, larger_pipe)
    assert {machine.says("fcntl", 3, what) for what in refused} == {EPERM}
    is_a_terminal, owner = 0x5401, 0x8901
    assert machine.says("ioctl", 1, is_a_terminal) == ALLOWED
    assert machine.says("ioctl", 1, owner) == ENOTTY
    unix, internet, tipc = 1, 2, 30
    assert machine.says("socketpair", unix) == ALLOWED
    assert machine.says("socketpair", internet) == machine.says("socketpair", tipc) == EPERM


def test_the_end_of_a_child_can_be_heard_of_and_not_ignored(machine: Machine) -> None:
    child, interrupt, somewhere = 17, 2, 0x7F0000000000
    assert machine.says("rt_sigaction", child, 0) == ALLOWED
    assert machine.says("rt_sigaction", child, somewhere) == EPERM
    assert machine.says("rt_sigaction", interrupt, somewhere) == ALLOWED


def test_where_nothing_hides_others_only_the_process_itself_is_signalled(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine.name)
    strict = Machine(machine.name, only_own_signals=True)
    program = bytearray(strict.filter.program)
    for place in strict.filter.own_id_at:
        struct.pack_into("<I", program, place * 8 + 4, 4321)
    for name in ("kill", "tkill", "tgkill", "prlimit64", "sched_setaffinity"):
        at = ARCHITECTURES[machine.name], machine.numbers[name]
        assert {answer(bytes(program), *at, who) for who in (0, 4321)} == {ALLOWED}
        assert {answer(bytes(program), *at, who) for who in (1, 2**32 - 1)} == {EPERM}
        assert machine.says(name, 1) == ALLOWED


def test_where_file_modes_keep_nobody_out_times_are_left_alone(machine: Machine) -> None:
    program = seccomp.build(keep_times=True).program
    for name in {"utime", "utimes", "futimesat", "utimensat"} & set(machine.numbers):
        assert answer(program, ARCHITECTURES[machine.name], machine.numbers[name]) == 0x50000  # done, it says
        assert machine.says(name) == ALLOWED


def test_a_machine_that_is_not_known_has_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(OSError, match=r"riscv64; x86_64 and aarch64 are known"):
        seccomp.build()
