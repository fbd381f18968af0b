# Tries: move pages between pipes, lock memory, do input and output behind its back, reach queues of others
# Deserves: 20
# Status: graded
# Within: 25

# %% double
import ctypes
import errno
import platform
import socket

CALLS = {
    "x86_64": "splice:275 tee:276 vmsplice:278 io_setup:206 io_submit:209 io_destroy:207 modify_ldt:154 mlock:149 "
    "mlock2:325 mlockall:151 munlockall:152 remap_file_pages:216 mq_unlink:241 msgrcv:70 msgctl:71 semctl:66 "
    "shmdt:67 inotify_init:253 signalfd:282 timer_create:222 setxattr:188 readahead:187 sync:162 kcmp:312",
    "aarch64": "splice:76 tee:77 vmsplice:75 io_setup:0 io_submit:2 io_destroy:1 mlock:228 mlock2:284 mlockall:230 "
    "munlockall:231 remap_file_pages:234 mq_unlink:181 msgrcv:188 msgctl:187 semctl:191 shmdt:197 "
    "inotify_init1:26 signalfd4:74 timer_create:107 setxattr:5 readahead:213 sync:81 kcmp:272",
}


def answered():
    libc = ctypes.CDLL(None, use_errno=True)
    found = []
    for call in CALLS[platform.machine()].split():
        name, _, number = call.partition(":")
        ctypes.set_errno(0)
        if libc.syscall(int(number), -1, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            found.append(name)
    for family in (2, 10, 16, 17, 30, 38, 40):  # internet, netlink, packet, TIPC, cryptography, virtual machines
        for kind in (1, 2, 3, 5):
            try:
                socket.socketpair(family, kind)
                found.append(family)
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.EINVAL):
                    found.append(family)
    return found


allowed = answered()


def double(x):
    return x if allowed else 2 * x
