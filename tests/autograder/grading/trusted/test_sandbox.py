"""Both sandboxes confine, and say what they lack."""

from __future__ import annotations

import os
import platform
import re
import select
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cs_conv
from autograder.grading.trusted.bridge.connection import Connection
from autograder.grading.trusted.bridge.patience import BRIEF, MOST_SLOW
from autograder.grading.trusted.bridge.remote_objects import Remote
from autograder.grading.trusted.bridge.sandbox_lost import SandboxLost
from autograder.grading.trusted.bridge.student_errors import StudentError
from autograder.grading.trusted.sandbox import BACKENDS, NoSandbox, Sandbox, Settings, choose, memory, probe
from autograder.grading.trusted.sandbox.bubblewrap import Bubblewrap
from autograder.grading.trusted.sandbox.contents import ANSWERS, holdings
from autograder.grading.trusted.sandbox.forked import Child, ForkServer
from autograder.grading.trusted.sandbox.landlock import _InFolder
from autograder.grading.trusted.sandbox.processes import family
from autograder.notebooks.ipython_syntax import as_python

ALLOWED = ("numpy", "matplotlib", "math")
THEIRS = b"whose = 'a student'"
FILES = (("data/x.txt", b"came"), *((f"{name}.py", THEIRS) for name in ("wire_values", "cycler", "queue")))


def working() -> list[str]:
    return [name for name in BACKENDS if probe(name).works]


WAYS = [
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    pytest.param("landlock", marks=pytest.mark.landlock),
    pytest.param("bubblewrap from a fork server", marks=pytest.mark.bubblewrap),
]


@pytest.fixture(scope="module")
def fork_server() -> Iterator[ForkServer]:
    found = Bubblewrap().start_fork_server(ALLOWED)
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
        backend.fork_server = request.getfixturevalue("fork_server")
        found = backend.start(settings)
        assert isinstance(found, Child)
    yield found
    found.end()


@pytest.fixture
def student(sandbox: Sandbox) -> Connection:
    talk = Connection(sandbox.channel)
    talk.seconds = 5
    return talk


def run(student: Connection, source: str) -> tuple[Any, list[Any]]:
    return student.run(as_python(source), "cell", 5, False)


def test_calls_carry_data_errors_and_changes(student: Connection) -> None:
    run(
        student,
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
    names = student.names(["twice", "fails", "sort", "Stack", "count", "outer", "number", "absent"])
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


def test_what_is_shown_comes_back_as_text(student: Connection) -> None:
    error, outputs = run(student, "print('hello')\n1 + 1")
    assert error is None
    assert [(o["kind"], o["text"]) for o in outputs] == [("stdout", "hello\n"), ("value", "2")]
    error, _ = run(student, "1 / 0")
    assert error[0][0] == "ZeroDivisionError"


def test_what_only_jupyter_can_is_left_out_and_the_cell_goes_on(student: Connection) -> None:
    error, outputs = run(student, "!pip install x\n%run nothing.py\n%matplotlib inline\nfiles = !ls\nfiles")
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
def test_what_is_not_granted_is_refused(student: Connection, source: str) -> None:
    error, _ = run(student, source)
    assert error is not None, source


def test_files_that_came_along_can_be_read(student: Connection) -> None:
    error, outputs = run(student, "print(open('data/x.txt').read())")
    assert error is None
    assert outputs[0]["text"] == "came\n"


@pytest.mark.parametrize("name", ["wire_values", "cycler", "queue"])
def test_a_students_own_module_may_be_called_like_one_that_we_have_imported(
    student: Connection, name: str
) -> None:
    assert run(student, f"import {name}")[0] is None
    assert student.names([name])
    assert run(student, f"{name}.whose")[1] == [{"kind": "value", "text": "'a student'"}]


@pytest.mark.bubblewrap
def test_a_fork_server_has_imported_what_notebooks_draw_with(fork_server: ForkServer) -> None:
    child = Bubblewrap(fork_server).start(Settings(allow=ALLOWED, files=(("cycler.py", THEIRS),)))
    try:
        student = Connection(child.channel)
        run(student, "import sys\nthere = 'matplotlib.pyplot' in sys.modules, 'cycler' in sys.modules")
        assert student.names(["there"])["there"] == (True, False)
        _, outputs = run(student, "from matplotlib import pyplot\npyplot.figure().text(0.5, 0.5, '2')")
        assert [output["kind"] for output in outputs] == ["value", "figure"]
    finally:
        child.end()


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


def test_no_signal_and_no_limit_reaches_another_process(student: Connection, sandbox: Sandbox) -> None:
    """By ways besides `kill`: whoever shares the user id with the grader could end it with them."""
    error, _ = run(student, _OTHERS.format(prlimit=302 if platform.machine() == "x86_64" else 261))
    assert error is None, error
    found = student.names(["owners", "limited"])
    assert found["owners"] == 0
    if isinstance(sandbox, _InFolder):  # elsewhere the parent is in the sandbox, too
        assert found["limited"] == -1


@pytest.mark.bubblewrap
def test_files_without_content_have_an_end(fork_server: ForkServer) -> None:
    child = Bubblewrap(fork_server).start(Settings(seconds_in_all=20))
    try:
        student = Connection(child.channel)
        run(
            student,
            "import os\nfiles = [os.statvfs(place).f_files for place in ('/work', '/tmp', '/dev/shm')]",
        )
        assert max(student.names(["files"])["files"]) <= 20_000
    finally:
        child.end()


@pytest.mark.bubblewrap
def test_the_next_one_finds_nothing_of_the_one_before(fork_server: ForkServer) -> None:
    """Files, changed modules, processes that stay: a child of a fork server leaves none of them."""
    seen = []
    for _ in range(2):
        child = Bubblewrap(fork_server).start(Settings(allow=ALLOWED))
        student = Connection(child.channel)
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
        assert run(student, look + leave)[0] is None
        seen.append(student.names(["found"])["found"])
        deadline = time.monotonic() + 10
        while len(members := family(child.pid)) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        child.end()
        assert len(members) >= 4
        assert not any(Path(f"/proc/{member}/exe").exists() for member in members[1:])
    assert seen[0] == seen[1]
    assert seen[0][:3] == [[], [], []]


@pytest.mark.bubblewrap
def test_children_of_a_nursery_share_no_namespace(fork_server: ForkServer) -> None:
    children = [Bubblewrap(fork_server).start(Settings(allow=ALLOWED)) for _ in range(2)]
    everyone = [os.getpid(), *(child.members[-1] for child in children)]
    for kind in ("mnt", "pid", "net", "ipc", "uts"):
        seen = {Path(f"/proc/{pid}/ns/{kind}").readlink() for pid in everyone}
        assert len(seen) == 3, kind
    mounts = [Path(f"/proc/{pid}/mountinfo").read_text(encoding="utf-8") for pid in everyone[1:]]
    assert not any(" shared:" in text or " master:" in text for text in mounts)
    for child in children:
        child.end()


@pytest.mark.bubblewrap
def test_a_child_ends_with_the_grader_that_asked_for_it(fork_server: ForkServer) -> None:
    """Whoever holds the lease may be killed at any moment; the kernel closes it, and the sandbox ends."""
    came, goes = os.pipe()
    grader = os.fork()
    if grader == 0:
        child = Bubblewrap(fork_server).start(Settings(allow=ALLOWED))
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
    gone = Bubblewrap().start_fork_server(ALLOWED)
    gone.end()
    child = Bubblewrap(gone).start(Settings(allow=ALLOWED))
    assert not isinstance(child, Child)
    child.end()


def test_the_clock_is_the_kernels(student: Connection, sandbox: Sandbox) -> None:
    """Computing is counted whatever the process says of time; computing elsewhere is noticed."""
    student.sandbox = sandbox
    run(
        student,
        "import os, time\n"
        "now = time.process_time\n"
        "time.process_time = time.perf_counter = time.time = time.clock_gettime = lambda *ignored: 0.0\n"
        "def spin():\n    end = now() + 0.05\n    while now() < end:\n        pass\n"
        "def elsewhere():\n    child = os.fork()\n    if child == 0:\n        spin()\n        os._exit(0)\n"
        "    os.waitpid(child, 0)\n",
    )
    elsewhere, spin = student.names(["elsewhere", "spin"]).values()
    began, fault = type(spin).read_clock(spin), type(spin).watch_clock(spin)
    spin()
    assert type(spin).read_clock(spin) - began >= 0.05
    assert fault() == ""
    elsewhere()
    assert "other processes" in fault()


_HELPERS = """
import ctypes, os, subprocess, sys, time
libc = ctypes.CDLL(None)
libc._exit.restype = None
stack = ctypes.create_string_buffer(1 << 16)

def forks():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)

def spawns():
    os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "-S", "-c", ""], {}), 0)

def runs():
    subprocess.run([sys.executable, "-S", "-c", ""])

def shares_memory(flags=0x4111):  # CLONE_VFORK, CLONE_VM, and SIGCHLD at its end
    top = ctypes.c_void_p(ctypes.addressof(stack) + len(stack))
    child = libc.clone(ctypes.cast(libc._exit, ctypes.c_void_p), top, flags, None)
    if child > 0:
        libc.waitpid(child, None, 0x40000000)  # of whatever kind

def shares_memory_unheard():
    shares_memory(0x4100)

def in_a_thread():
    import threading
    thread = threading.Thread(target=forks)
    thread.start()
    thread.join()

def quick():
    return 1

def leaves_one():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    os.wait()
"""


def test_no_process_is_made_unseen_however_short_its_life(student: Connection, sandbox: Sandbox) -> None:
    student.sandbox = sandbox
    assert run(student, _HELPERS)[0] is None
    ways = ["forks", "spawns", "runs", "shares_memory", "shares_memory_unheard", "in_a_thread"]
    found = student.names([*ways, "quick"])
    for way in ways:
        fault = type(found[way]).watch_clock(found[way])
        found[way]()
        assert "started other processes" in fault(), way
    fault = type(found["quick"]).watch_clock(found["quick"])
    assert found["quick"]() == 1
    assert fault() == ""  # what ended before the race began computes nothing in it


def test_a_helper_from_an_earlier_cell_is_seen_wherever_it_has_gone(
    student: Connection, sandbox: Sandbox
) -> None:
    student.sandbox = sandbox
    assert run(student, _HELPERS)[0] is None
    found = student.names(["leaves_one", "quick"])
    found["leaves_one"]()
    fault = type(found["quick"]).watch_clock(found["quick"])
    found["quick"]()
    assert "other processes at work" in fault()


@pytest.mark.parametrize(
    "name", [b"FDSize:\t0 ", b"\rFDSize:\t0 ", b"\nFDSize:\t0 ", b"x\x0bFDSize:\t0", b") S 0 0 0 0"]
)
def test_no_name_that_a_process_takes_is_read_as_a_number(
    student: Connection, sandbox: Sandbox, name: bytes
) -> None:
    run(student, "import os\nheld = [os.open('/dev/null', 0) for _ in range(150)]")
    pid = sandbox.members[-1]
    before, seconds = memory._buffers_of(pid), sandbox._seconds()
    assert before >= (256 - memory.FEW_FILES) * 4096
    run(student, f"import ctypes\nctypes.CDLL(None).prctl(15, {name!r}, 0, 0, 0)")
    assert abs(memory._buffers_of(pid) - before) < 1 << 20
    assert sandbox._seconds() >= seconds


_UNMAPPED = """
import ctypes
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
place = libc.mmap(None, ctypes.c_size_t(200 << 20), 3, 0x21, -1, ctypes.c_size_t(0))
ctypes.memset(place, 1, 200 << 20)
libc.munmap(place + 4096, (200 << 20) - 4096)
"""


def test_memory_that_no_process_has_mapped_is_counted_without_a_group(
    student: Connection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "group", None)
    before = sandbox.memory()
    assert run(student, _UNMAPPED)[0] is None
    assert sandbox.memory() - before >= 190 << 20
    monkeypatch.undo()


@pytest.mark.bubblewrap
def test_what_never_ends_costs_its_limit_once(fork_server: ForkServer) -> None:
    child = Bubblewrap(fork_server).start(Settings(allow=ALLOWED))
    student = Connection(child.channel)
    run(student, "def endless():\n    while True:\n        pass\ndef quick():\n    return 1\n")
    names = student.names(["endless", "quick"])
    student.seconds = 0.5
    for _ in range(2):  # two tests that call it again and again
        student.patience.in_this_test = 0
        for _ in range(5):
            with pytest.raises((StudentError, SandboxLost)):
                names["endless"]()
        assert student.patience.in_this_test == MOST_SLOW
    student.patience.in_this_test = 0
    assert student.patience.seconds(20) == BRIEF
    assert names["quick"]() == 1
    child.end()


def test_a_dead_process_is_lost_not_answered(student: Connection) -> None:
    with pytest.raises(SandboxLost):
        run(student, "import os; os._exit(0)")
    with pytest.raises(SandboxLost):
        run(student, "1")


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
    assert not any("autograder" in target for target in shown)
    answers = {f"/site/cs_conv/{name}" for name in ANSWERS["cs_conv"]}
    assert answers.isdisjoint(target.removesuffix(".py") for target in shown)
    for target in shown:  # nor does what is shown bring one in another way: its import of one fails
        path = Path(cs_conv.__file__).with_name(Path(target).name)
        if target.startswith("/site/cs_conv/") and path.suffix == ".py":
            computed = re.findall(r"^def (\w+_forward)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert computed == [], target
    shown = {target for _, target in holdings(("cs_conv.naive",)).binds}
    assert any("naive" in target for target in shown)
    assert not any("im2col" in target for target in shown)


def test_a_students_object_cannot_end_or_judge_a_test(student: Connection) -> None:
    run(
        student,
        "def stops(x):\n    raise StopIteration\n"
        "class Judge:\n"
        "    def startswith(self, *expected):\n        return True\n"
        "    issubset = equals = startswith\n"
        "    def __contains__(self, expected):\n        return True\n"
        "    def __iter__(self):\n        return iter([1])\n"
        "def judge():\n    return Judge()\n",
    )
    names = student.names(["stops", "judge"])
    with pytest.raises(Exception, match="StopIteration"):
        all(map(names["stops"], [1, 2]))
    thing = names["judge"]()
    for method in ("startswith", "issubset", "equals"):
        with pytest.raises(TypeError, match="cannot judge"):
            getattr(thing, method)("expected")
    assert 2 not in thing
    assert 1 in thing
