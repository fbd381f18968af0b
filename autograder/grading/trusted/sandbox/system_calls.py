"""The system calls that honest code needs, with their numbers; all others are refused.

A call is on the list because Python's own library, NumPy or a C library (glibc or musl) makes it. Some old
and ordinary calls are missing on purpose: those that hold memory which belongs to no process (`vmsplice`,
`splice`, `tee`, `inotify_*`, `io_*`, System V and POSIX message queues, `mlock*`, `setxattr`), those that
make sockets which lead elsewhere, and those that act on other processes or on the machine. `rseq` is there
because glibc ends a process if its first thread can use it and a later one cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

MACHINES = ("x86_64", "aarch64")

_CALLS = """
# files
read:0/63 write:1/64 open:2/- close:3/57 stat:4/- fstat:5/80 lstat:6/- lseek:8/62 pread64:17/67
pwrite64:18/68 readv:19/65 writev:20/66 preadv:295/69 pwritev:296/70 preadv2:327/286
pwritev2:328/287 access:21/- faccessat:269/48 openat:257/56 newfstatat:262/79 statx:332/291
statfs:137/43 fstatfs:138/44 getdents:78/- getdents64:217/61 fsync:74/82 fdatasync:75/83
truncate:76/45 ftruncate:77/46 fallocate:285/47 fadvise64:221/223 sendfile:40/71
copy_file_range:326/285 rename:82/- renameat:264/38 renameat2:316/276 mkdir:83/- mkdirat:258/34
rmdir:84/- creat:85/- link:86/- linkat:265/37 unlink:87/- unlinkat:263/35 symlink:88/-
symlinkat:266/36 readlink:89/- readlinkat:267/78 chmod:90/- fchmod:91/52 fchmodat:268/53 chown:92/-
fchown:93/55 lchown:94/- fchownat:260/54 umask:95/166 utime:132/- utimes:235/- futimesat:261/-
utimensat:280/88 getcwd:79/17 chdir:80/49 fchdir:81/50 flock:73/32 fcntl:72/25 ioctl:16/29 dup:32/23
dup2:33/- dup3:292/24 close_range:436/436 pipe:22/- pipe2:293/59 getxattr:191/8 lgetxattr:192/9
fgetxattr:193/10 listxattr:194/11 llistxattr:195/12 flistxattr:196/13
# waiting
poll:7/- ppoll:271/73 select:23/- pselect6:270/72 epoll_create:213/- epoll_create1:291/20
epoll_ctl:233/21 epoll_wait:232/- epoll_pwait:281/22 eventfd:284/- eventfd2:290/19
timerfd_create:283/85 timerfd_settime:286/86 timerfd_gettime:287/87 nanosleep:35/101
clock_nanosleep:230/115 pause:34/- alarm:37/- getitimer:36/102 setitimer:38/103
# memory
brk:12/214 mmap:9/222 munmap:11/215 mremap:25/216 mprotect:10/226 msync:26/227 mincore:27/232
madvise:28/233 get_mempolicy:239/236 membarrier:324/283
# threads and processes
clone:56/220 fork:57/- vfork:58/- execve:59/221 execveat:322/281 exit:60/93 exit_group:231/94
wait4:61/260 waitid:247/95 futex:202/98 set_tid_address:218/96 set_robust_list:273/99
sched_yield:24/124 sched_getaffinity:204/123 sched_setaffinity:203/122 sched_getscheduler:145/120
sched_getparam:143/121 sched_getattr:315/275 sched_get_priority_max:146/125
sched_get_priority_min:147/126 sched_rr_get_interval:148/127 getcpu:309/168 getpriority:140/141
prctl:157/167 arch_prctl:158/- getrlimit:97/163 setrlimit:160/164 prlimit64:302/261 getrusage:98/165
times:100/153 setsid:112/157 getsid:124/156 setpgid:109/154 getpgid:121/155 getpgrp:111/-
rseq:334/293
# signals
rt_sigaction:13/134 rt_sigprocmask:14/135 rt_sigreturn:15/139 rt_sigpending:127/136
rt_sigsuspend:130/133 rt_sigtimedwait:128/137 sigaltstack:131/132 kill:62/129 tkill:200/130
tgkill:234/131 restart_syscall:219/128
# sockets in pairs
socketpair:53/199 sendto:44/206 recvfrom:45/207 sendmsg:46/211 recvmsg:47/212 shutdown:48/210
getsockname:51/204 getpeername:52/205 getsockopt:55/209
# who, when, where
getpid:39/172 getppid:110/173 gettid:186/178 getuid:102/174 geteuid:107/175 getgid:104/176
getegid:108/177 getresuid:118/148 getresgid:120/150 getgroups:115/158 capget:125/90 uname:63/160
sysinfo:99/179 gettimeofday:96/169 time:201/- clock_gettime:228/113 clock_getres:229/114
getrandom:318/278
"""
"""Name, number on x86_64, number on aarch64; `-` if the machine does not have the call."""


@lru_cache(maxsize=2)
def numbers(machine: str) -> Mapping[str, int]:
    """The allowed calls that this machine has, by name. Raises OSError for a machine that is not known."""
    if machine not in MACHINES:
        raise OSError(f"no system call filter for {machine}; {' and '.join(MACHINES)} are known")
    place = MACHINES.index(machine)
    found = {}
    for line in _CALLS.splitlines():
        if not line.startswith("#"):
            for name, _, both in (word.partition(":") for word in line.split()):
                number = both.split("/")[place]
                if number != "-":
                    found[name] = int(number)
    return found
