"""Loaded by every Python that has this folder on PYTHONPATH: hides what another machine lacks.

LACKS_MODULES: names of modules and packages that nobody can import, as if they were not installed.
LACKS_POSIX: if set, the course's own modules see Windows: `os`, `signal`, `sys` without what it lacks. Other
packages, Jupyter among them, see the real system: they know both.
"""

import builtins
import importlib.abc
import importlib.metadata
import os
import signal
import sys
import types

POSIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
WINDOWS_SIGNALS = {"SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM"}
POSIX_ONLY = {
    "os": {
        *(
            "chown",
            "chroot",
            "eventfd",
            "fchmod",
            "fchown",
            "fork",
            "forkpty",
            "geteuid",
            "getegid",
            "getgid",
        ),
        *("getgroups", "getloadavg", "getpgid", "getpriority", "getsid", "getuid", "initgroups", "killpg"),
        *("lchown", "memfd_create", "mkfifo", "mknod", "nice", "openpty", "pidfd_open", "posix_spawn"),
        *("pread", "pwrite", "sched_getaffinity", "sched_setaffinity", "sched_yield", "sendfile", "setgid"),
        *("setpgid", "setpriority", "setresuid", "setsid", "setuid", "statvfs", "sync", "sysconf", "uname"),
        *("wait", "wait3", "wait4", "waitid"),
        *(
            name
            for name in dir(os)
            if name.startswith(("W", "POSIX_", "SCHED_", "RTLD_", "F_", "P_PID"))
            and name not in ("W_OK", "F_OK")
        ),
        *("O_CLOEXEC", "O_DIRECTORY", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK", "O_PATH", "O_SYNC"),
    },
    "signal": {
        *("alarm", "getitimer", "pause", "pidfd_send_signal", "pthread_kill", "pthread_sigmask"),
        *("setitimer", "siginterrupt", "sigpending", "sigtimedwait", "sigwait", "sigwaitinfo"),
        *("ITIMER_PROF", "ITIMER_REAL", "ITIMER_VIRTUAL"),
        *(
            name
            for name in dir(signal)
            if name.startswith("SIG") and name[3].isalpha() and name not in WINDOWS_SIGNALS
        ),
    },
    "select": {"epoll", "poll"},
    "time": {"clock_getres", "clock_gettime", "clock_gettime_ns", "clock_settime", "tzset"},
    "sys": set(),
}
INSTEAD = {"os": {"name": "nt"}, "sys": {"platform": "win32"}}


class Poorer(types.ModuleType):
    """A module without some of its names."""

    def __init__(self, name):
        super().__init__(name)
        self.__dict__.update(INSTEAD.get(name, {}))

    def __getattr__(self, name):
        mine = object.__getattribute__(self, "__name__")
        if name in POSIX_ONLY[mine]:
            raise AttributeError(f"module {mine!r} has no attribute {name!r}")
        return getattr(sys.modules[mine], name)

    def __setattr__(self, name, value):
        setattr(sys.modules[self.__name__], name, value)


POORER = {name: Poorer(name) for name in POSIX_ONLY}


def import_as_on_windows(name, place=None, *rest, **named):
    spec = (place or named.get("globals") or {}).get("__spec__")
    whose = spec.name.partition(".")[0] if spec else ""
    level = named.get("level", rest[2] if len(rest) > 2 else 0)
    if level == 0 and whose in ("autograder", "cs_conv"):
        if name in POSIX_MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name in POORER:
            return POORER[name]
    return real_import(name, place, *rest, **named)


class NotInstalled(importlib.abc.MetaPathFinder):
    """Finds none of the missing modules."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in MISSING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def without_missing(name):
    if name.lower().replace("-", "_") in {module.lower() for module in MISSING}:
        raise importlib.metadata.PackageNotFoundError(name)
    return real_from_name(name)


real_import = builtins.__import__
real_from_name = importlib.metadata.Distribution.from_name
if os.environ.get("LACKS_POSIX"):
    builtins.__import__ = import_as_on_windows
MISSING = set(os.environ.get("LACKS_MODULES", "").split())
if MISSING:
    sys.meta_path.insert(0, NotInstalled())
    importlib.metadata.Distribution.from_name = staticmethod(without_missing)
