"""Finding the backend that works on this machine, by starting each and trying from inside to break out."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.trusted.inside.channel import Gone, Late
from autograder.grading.trusted.inside.wire_values import WireError, decode, encode
from autograder.grading.trusted.sandbox.backend import STARTUP, Backend, NoSandbox, Sandbox, Settings
from autograder.grading.trusted.sandbox.bubblewrap import Bubblewrap
from autograder.grading.trusted.sandbox.contents import holdings
from autograder.grading.trusted.sandbox.landlock import Landlock, Unconfined

BACKENDS: dict[str, type[Backend]] = {"bubblewrap": Bubblewrap, "landlock": Landlock}

ELSEWHERE = (
    "grading needs Linux, which can confine student code: on Windows run it in WSL 2, on macOS in a Linux "
    "virtual machine; --stock grades anywhere, with nbgrader's own engine, which runs submissions unconfined"
)

ADVICE = """\
Student code cannot be confined on this machine, so nothing was run. What helps:
  Debian, Ubuntu   apt-get install bubblewrap
  Fedora           dnf install bubblewrap
  Ubuntu 24.04     its AppArmor lets only known programs make user namespaces; allow bwrap, as root:
                     printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile bwrap /usr/bin/bwrap \
flags=(unconfined) {\\n  userns,\\n}\\n' > /etc/apparmor.d/bwrap && systemctl reload apparmor
  in a container   run it with --security-opt seccomp=unconfined --cap-add SYS_ADMIN, or grade outside of it
To run submissions unconfined, as you would run your own code: --unsafe"""


LOOKING = 10.0
"""Seconds of computing that looking around may take."""


@dataclass(frozen=True)
class Probe:
    """The result of trying a backend."""

    backend: str
    works: bool
    seconds: float
    problem: str = ""
    without_group: str = ""
    """Why no control group could be made, if it works without one."""


_LOOK = """
import os, socket, sys
problems = []
def refused(what, act):
    try:
        act()
    except (OSError, ImportError):
        return
    problems.append(what)
refused("sockets can be made", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
refused("unix sockets can be made", lambda: socket.socket(socket.AF_UNIX))
def home():
    if set(os.listdir(HOME)) <= KNOWN:
        raise OSError
refused("the home folder can be read", home)
refused("the grader can be imported", lambda: __import__("autograder"))
refused("files can be written outside of the working folder", lambda: open("/usr/lib/cs-conv-probe", "w"))
def parent():
    if os.getppid() <= 1:
        raise OSError
    os.kill(os.getppid(), 0)
refused("the parent can be signalled", parent)
if os.getuid() == 0 or os.geteuid() == 0:
    problems.append("it runs as root")
print("; ".join(problems), end="")
"""


def probe(name: str) -> Probe:
    """Start a sandbox and try from inside what must be impossible."""
    began = time.monotonic()
    try:
        without_group = _try(BACKENDS[name]())
    except (NoSandbox, Gone, Late, WireError, OSError) as error:
        return Probe(name, False, time.monotonic() - began, str(error).strip())
    return Probe(name, True, time.monotonic() - began, without_group=without_group)


def _try(backend: Backend) -> str:
    """Look around in a sandbox; why it has no control group. Raises an error if it does not work."""
    sandbox = backend.start(Settings(seconds_in_all=20))
    try:
        home = Path.home()
        python = [Path(path) for path, _ in holdings(()).binds]
        known = {
            path.relative_to(home).parts[0] for path in python if path.is_relative_to(home) and path != home
        }
        look = _LOOK.replace("HOME", repr(str(home))).replace("KNOWN", repr(known or {""}))
        if backend.name == "bubblewrap":
            # Its parent is a process of bubblewrap, which ignores signals; it does no harm to ask for it.
            look = "\n".join(text for text in look.splitlines() if not text.endswith("parent)"))
        said = _said(sandbox, look)
        if said:
            raise NoSandbox(f"it does not confine: {said}")
        return sandbox.without_group
    finally:
        sandbox.end()


def _said(sandbox: Sandbox, source: str) -> str:
    """What a cell prints in a sandbox. Raises NoSandbox if it ends with an error."""
    deadline = time.monotonic() + STARTUP
    request = (1, "run", source, "probe", LOOKING, False, 0)
    sandbox.channel.send(encode(request), deadline)
    _, _, error, outputs = decode(sandbox.channel.receive(deadline))
    if error is not None:
        raise NoSandbox(f"looking around failed: {error[1]}")
    return "".join(output["text"] for output in outputs)


def is_linux() -> bool:
    """Whether this system has what every backend needs."""
    return sys.platform == "linux" and hasattr(os, "fork")


def choose(unsafe: bool = False, only: str | None = None) -> Backend:
    """The strongest backend that works here. Raises NoSandbox, which says what to do, unless `unsafe`."""
    if not is_linux():
        raise NoSandbox(ELSEWHERE)
    problems = []
    for name in [only] if only else BACKENDS:
        tried = probe(name)
        if tried.works:
            return BACKENDS[name]()
        problems.append(f"{name}: {tried.problem}")
    if unsafe:
        return Unconfined()
    raise NoSandbox("\n".join([*problems, ADVICE]))


def backend_named(name: str, unsafe: bool) -> Backend:
    """A worker's backend by name; the unconfined one only if `unsafe`. Raises NoSandbox."""
    if name in BACKENDS:
        return BACKENDS[name]()
    if unsafe and name == Unconfined.name:
        return Unconfined()
    raise NoSandbox(f"there is no sandbox called {name!r}")
