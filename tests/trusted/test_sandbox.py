"""Both sandboxes confine, and say what they lack."""

from __future__ import annotations

import os
import platform
import select
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.grading.trusted.magics import as_python
from autograder.grading.trusted.proxies import BRIEF, MOST_SLOW, Line, Remote, SandboxLost, StudentError
from autograder.grading.trusted.sandbox import BACKENDS, NoSandbox, Sandbox, Settings, choose, probe
from autograder.grading.trusted.sandbox.backend import family
from autograder.grading.trusted.sandbox.bubblewrap import Bubblewrap
from autograder.grading.trusted.sandbox.imports import holdings
from autograder.grading.trusted.sandbox.landlock import _InFolder
from autograder.grading.trusted.sandbox.warm import Child, Nursery

ALLOWED = ("numpy", "math")
FILES = (("data/x.txt", b"came"), ("frames.py", b"whose = 'a student'"))


def working() -> list[str]:
    return [name for name in BACKENDS if probe(name).works]


WAYS = [
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    pytest.param("landlock", marks=pytest.mark.landlock),
    pytest.param("bubblewrap from a nursery", marks=pytest.mark.bubblewrap),
]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    found = Bubblewrap().start_nursery(ALLOWED)
    yield found
    found.end()


@pytest.fixture(params=WAYS)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    name = request.param.split()[0]
    backend = BACKENDS[name]()
    settings = Settings(allow=ALLOWED, memory_mb=1024, seconds_in_all=60, files=FILES)
    if name == request.param:
        found = backend.start(settings)
    else:
        assert isinstance(backend, Bubblewrap)
        backend.nursery = request.getfixturevalue("nursery")
        found = backend.start(settings)
        assert isinstance(found, Child)
    yield found
    found.end()


@pytest.fixture
def line(sandbox: Sandbox) -> Line:
    talk = Line(sandbox.channel)
    talk.seconds = 5
    return talk


def run(line: Line, source: str) -> tuple[Any, list[Any]]:
    return line.run(as_python(source), "cell", 5, False)


def test_calls_carry_data_errors_and_changes(line: Line) -> None:
    run(
        line,
        "import numpy as np\n"
        "def twice(x, y=1):\n    return [2 * x, y]\n"
        "def fails():\n    raise KeyError('gone')\n"
        "def sort(values, grid):\n    values.sort()\n    grid[0] = 7\n"
        "class Stack:\n"
        "    def __init__(self):\n        self.items = []\n"
        "    def push(self, x):\n        self.items.append(x)\n"
        "    def __len__(self):\n        return len(self.items)\n"
        "    def __eq__(self, other):\n        return True\n"
        "def count():\n    yield 1\n    yield 2\n"
        "def outer(f):\n    return lambda x: f(f(x))\n"
        "number = 3\n",
    )
    names = line.names(["twice", "fails", "sort", "Stack", "count", "outer", "number", "absent"])
    assert names["number"] == 3
    assert "absent" not in names
    assert np.array_equal(names["twice"](np.arange(3), y="b")[0], [0, 2, 4])
    with pytest.raises(KeyError, match="gone"):
        names["fails"]()
    values, grid = [3, 1, 2], np.zeros(2)
    names["sort"](values, grid)
    assert values == [1, 2, 3]
    assert grid[0] == 7
    stack = names["Stack"]()
    stack.push(5)
    assert len(stack) == 1
    assert stack.items == [5]
    assert isinstance(stack, Remote)
    assert type(stack).__name__ == "Stack"
    assert stack != 5
    assert stack != [5]
    assert stack == names["Stack"]()
    assert list(names["count"]()) == [1, 2]
    assert names["outer"](lambda x: x + 1)(1) == 3
    with pytest.raises(TypeError):
        stack + 1


def test_what_is_shown_comes_back_as_text(line: Line) -> None:
    error, outputs = run(line, "print('hello')\n1 + 1")
    assert error is None
    assert [(o["kind"], o["text"]) for o in outputs] == [("stdout", "hello\n"), ("value", "2")]
    error, _ = run(line, "1 / 0")
    assert error[0][0] == "ZeroDivisionError"


def test_what_only_jupyter_can_is_left_out_and_the_cell_goes_on(line: Line) -> None:
    error, outputs = run(line, "!pip install x\n%run nothing.py\n%matplotlib inline\nfiles = !ls\nfiles")
    assert error is None
    left_out = ("!pip install x", "%run nothing.py", "!ls")
    words = [f"{what} is left out while an answer is graded\n" for what in left_out]
    assert [output["text"] for output in outputs] == ["".join(words), "[]"]


@pytest.mark.parametrize(
    "source",
    [
        "import socket; socket.socket()",
        "import autograder",
        "import inside",
        "import cs_conv.naive",
        "import scipy",
        "open('/etc/passwd')",
        "open('/usr/lib/x', 'w')",
        "import os; os.setuid(0)",
        "import os; os.mknod('/tmp/x', 0o60600)",
        "import subprocess; subprocess.run(['/bin/sh', '-c', 'true'], check=True)",
        "bytearray(2 << 30)",
    ],
)
def test_what_is_not_granted_is_refused(line: Line, source: str) -> None:
    error, _ = run(line, source)
    assert error is not None, source


def test_files_that_came_along_can_be_read(line: Line) -> None:
    error, outputs = run(line, "print(open('data/x.txt').read())")
    assert error is None
    assert outputs[0]["text"] == "came\n"


def test_a_students_own_module_may_be_called_like_one_of_ours(line: Line) -> None:
    assert run(line, "import frames")[0] is None
    assert line.names(["frames"])
    assert run(line, "frames.whose")[1] == [{"kind": "value", "text": "'a student'"}]


_OTHERS = """
import ctypes, fcntl, os, resource, socket
libc = ctypes.CDLL(None)
limited = libc.syscall({prlimit}, os.getppid(), 7, None, ctypes.byref((ctypes.c_ulong * 2)()))
mine, other = socket.socketpair()
owners = 0
for command, value in ((10, 10), (fcntl.F_SETOWN, os.getppid()), (15, bytes(8))):
    try:
        fcntl.fcntl(mine, command, value)
        owners += 1
    except PermissionError:
        pass
resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
os.sched_setaffinity(0, os.sched_getaffinity(0))
os.kill(os.getpid(), 0)
"""


def test_no_signal_and_no_limit_reaches_another_process(line: Line, sandbox: Sandbox) -> None:
    """By ways besides `kill`: whoever shares the user id with the grader could end it with them."""
    error, _ = run(line, _OTHERS.format(prlimit=302 if platform.machine() == "x86_64" else 261))
    assert error is None, error
    found = line.names(["owners", "limited"])
    assert found["owners"] == 0
    if isinstance(sandbox, _InFolder):  # elsewhere the parent is in the sandbox, too
        assert found["limited"] == -1


@pytest.mark.bubblewrap
def test_files_without_content_have_an_end(nursery: Nursery) -> None:
    child = Bubblewrap(nursery).start(Settings(seconds_in_all=20))
    try:
        line = Line(child.channel)
        run(line, "import os\nfiles = [os.statvfs(place).f_files for place in ('/work', '/tmp', '/dev/shm')]")
        assert max(line.names(["files"])["files"]) <= 20_000
    finally:
        child.end()


@pytest.mark.bubblewrap
def test_the_next_one_finds_nothing_of_the_one_before(nursery: Nursery) -> None:
    """Files, changed modules, processes that stay: a child of a nursery leaves none of them."""
    seen = []
    for _ in range(2):
        child = Bubblewrap(nursery).start(Settings(allow=ALLOWED))
        line = Line(child.channel)
        look = (
            "import os, sys, builtins, numpy\n"
            "found = [os.listdir('/work'), os.listdir('/tmp'), os.listdir('/dev/shm'), os.getpid()]\n"
            "found += [hasattr(builtins, 'left'), hasattr(numpy, 'left'), sorted(os.listdir('/'))]\n"
            "found += [sorted(int(n) for n in os.listdir('/proc')) if os.path.exists('/proc') else []]\n"
        )
        leave = (
            "builtins.left = numpy.left = 1\n"
            "for place in ('/work/left', '/tmp/left', '/dev/shm/left'):\n    open(place, 'w').write('x')\n"
            "if os.fork() == 0:\n    os.setsid()\n    os.fork()\n    import time\n    time.sleep(60)\n"
        )
        assert run(line, look + leave)[0] is None
        seen.append(line.names(["found"])["found"])
        deadline = time.monotonic() + 10
        while len(members := family(child.pid)) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        child.end()
        assert len(members) >= 4
        assert not any(Path(f"/proc/{member}/exe").exists() for member in members[1:])
    assert seen[0] == seen[1]
    assert seen[0][:3] == [[], [], []]


@pytest.mark.bubblewrap
def test_children_of_a_nursery_share_no_namespace(nursery: Nursery) -> None:
    children = [Bubblewrap(nursery).start(Settings(allow=ALLOWED)) for _ in range(2)]
    everyone = [os.getpid(), *(child.members[-1] for child in children)]
    for kind in ("mnt", "pid", "net", "ipc", "uts"):
        seen = {Path(f"/proc/{pid}/ns/{kind}").readlink() for pid in everyone}
        assert len(seen) == 3, kind
    mounts = [Path(f"/proc/{pid}/mountinfo").read_text(encoding="utf-8") for pid in everyone[1:]]
    assert not any(" shared:" in text or " master:" in text for text in mounts)
    for child in children:
        child.end()


@pytest.mark.bubblewrap
def test_a_child_ends_with_the_grader_that_asked_for_it(nursery: Nursery) -> None:
    """Whoever holds the lease may be killed at any moment; the kernel closes it, and the sandbox ends."""
    came, goes = os.pipe()
    grader = os.fork()
    if grader == 0:
        child = Bubblewrap(nursery).start(Settings(allow=ALLOWED))
        os.write(goes, str(child.pid).encode())
        time.sleep(60)
        os._exit(0)
    first = int(os.read(came, 100))
    watched = os.pidfd_open(first)
    os.kill(grader, signal.SIGKILL)
    os.waitpid(grader, 0)
    assert select.select([watched], [], [], 20)[0], "the sandbox outlived its grader"


@pytest.mark.bubblewrap
def test_without_its_nursery_a_sandbox_is_started_for_itself() -> None:
    gone = Bubblewrap().start_nursery(ALLOWED)
    gone.end()
    child = Bubblewrap(gone).start(Settings(allow=ALLOWED))
    assert not isinstance(child, Child)
    child.end()


def test_the_clock_is_the_kernels(line: Line, sandbox: Sandbox) -> None:
    """Computing is counted whatever the process says of time; computing elsewhere is noticed."""
    line.sandbox = sandbox
    run(
        line,
        "import os, time\n"
        "now = time.process_time\n"
        "time.process_time = time.perf_counter = time.time = time.clock_gettime = lambda *ignored: 0.0\n"
        "def spin():\n    end = now() + 0.05\n    while now() < end:\n        pass\n"
        "def elsewhere():\n    child = os.fork()\n    if child == 0:\n        spin()\n        os._exit(0)\n"
        "    os.waitpid(child, 0)\n",
    )
    elsewhere, spin = line.names(["elsewhere", "spin"]).values()
    began, fault = type(spin).read_clock(spin), type(spin).watch_clock(spin)
    spin()
    assert type(spin).read_clock(spin) - began >= 0.05
    assert fault() == ""
    elsewhere()
    assert "other processes" in fault()


@pytest.mark.bubblewrap
def test_what_never_ends_costs_its_limit_once(nursery: Nursery) -> None:
    child = Bubblewrap(nursery).start(Settings(allow=ALLOWED))
    line = Line(child.channel)
    run(line, "def endless():\n    while True:\n        pass\ndef quick():\n    return 1\n")
    names = line.names(["endless", "quick"])
    line.seconds = 0.5
    for _ in range(2):  # two tests that call it again and again
        line.patience.in_this_test = 0
        for _ in range(5):
            with pytest.raises((StudentError, SandboxLost)):
                names["endless"]()
        assert line.patience.in_this_test == MOST_SLOW
    line.patience.in_this_test = 0
    assert line.patience.seconds(20) == BRIEF
    assert names["quick"]() == 1
    child.end()


def test_a_dead_process_is_lost_not_answered(line: Line) -> None:
    with pytest.raises(SandboxLost):
        run(line, "import os; os._exit(0)")
    with pytest.raises(SandboxLost):
        run(line, "1")


@pytest.mark.sandbox
def test_the_strongest_comes_first() -> None:
    assert choose().name == working()[0]


def test_without_a_sandbox_grading_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(NoSandbox, match="apt-get install bubblewrap"):
        choose(only="bubblewrap")
    assert "unsafe" in choose(unsafe=True, only="bubblewrap").name


def test_answers_are_not_among_what_a_course_grants() -> None:
    shown = {target for _, target in holdings(("cs_conv", "numpy", "autograder")).binds}
    assert not any("naive" in target or "im2col" in target or "autograder" in target for target in shown)
    shown = {target for _, target in holdings(("cs_conv.naive",)).binds}
    assert any("naive" in target for target in shown)
    assert not any("im2col" in target for target in shown)


def test_a_students_object_cannot_end_or_judge_a_test(line: Line) -> None:
    run(
        line,
        "def stops(x):\n    raise StopIteration\n"
        "class Judge:\n"
        "    def startswith(self, *expected):\n        return True\n"
        "    issubset = equals = startswith\n"
        "    def __contains__(self, expected):\n        return True\n"
        "    def __iter__(self):\n        return iter([1])\n"
        "def judge():\n    return Judge()\n",
    )
    names = line.names(["stops", "judge"])
    with pytest.raises(Exception, match="StopIteration"):
        all(map(names["stops"], [1, 2]))
    thing = names["judge"]()
    for method in ("startswith", "issubset", "equals"):
        with pytest.raises(TypeError, match="cannot judge"):
            getattr(thing, method)("expected")
    assert 2 not in thing
    assert 1 in thing
