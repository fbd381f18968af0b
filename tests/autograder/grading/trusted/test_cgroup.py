"""Control groups: made where the machine allows it; how other machines arrange them is played in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.commands import doctor
from autograder.grading.trusted.bridge.connection import Connection
from autograder.grading.trusted.bridge.sandbox_lost import SandboxLost
from autograder.grading.trusted.sandbox import Probe, Settings, cgroup
from autograder.grading.trusted.sandbox.backend import Sandbox
from autograder.grading.trusted.sandbox.bubblewrap import Bubblewrap
from autograder.grading.trusted.sandbox.memory_watch import MemoryWatch

VERSION_2 = "30 20 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
VERSION_1 = """\
30 20 0:1 / /sys/fs/cgroup/memory rw shared:1 - cgroup cgroup rw,memory
31 20 0:2 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
32 20 0:3 /box /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
33 20 0:4 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
"""
FILES_2 = ("memory.max", "memory.oom.group", "memory.swap.max", "pids.max", "memory.events", "cgroup.procs")


class Kernel:
    """A folder with /proc and /sys as a kernel shows them; a new group gets the files it would have there."""

    def __init__(self, root: Path, mounts: str, own: str) -> None:
        self.root = root
        self.write("proc/self/mountinfo", "20 1 0:9 / / rw - ext4 /dev/x rw\n" + mounts)
        self.write("proc/self/cgroup", own)

    def write(self, place: str, text: str) -> None:
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, place: str) -> str:
        return (self.root / place).read_text()

    def begin(self, folder: Path) -> None:
        """A new group, with what appears in it."""
        folder.mkdir()
        if (folder.parent / "cgroup.subtree_control").exists():
            (folder / "cpu.stat").write_text("usage_usec 2500000\n")
            if "memory" in (folder.parent / "cgroup.subtree_control").read_text():
                for name in FILES_2:
                    (folder / name).write_text("")
        else:
            for name in ("memory.limit_in_bytes", "memory.oom_control") * ("/memory" in str(folder)):
                (folder / name).write_text("")
            for name in ("pids.max",) * ("/pids" in str(folder)):
                (folder / name).write_text("")
            for name in ("cpuacct.usage",) * ("/cpu" in str(folder)):
                (folder / name).write_text("1500000000")
        (folder / "cgroup.procs").write_text("")


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Kernel]:
    def make(mounts: str, own: str) -> Kernel:
        found = Kernel(tmp_path, mounts, own)
        monkeypatch.setattr(cgroup, "_begin", found.begin)
        return found

    return make


def test_in_version_2_a_group_is_made_beside_the_graders_own(kernel: Callable[[str, str], Kernel]) -> None:
    """A group with processes cannot hand controllers on; the one above, which has none, can."""
    machine = kernel(VERSION_2, "0::/user.slice/session.scope\n")
    machine.write("sys/fs/cgroup/user.slice/cgroup.controllers", "memory pids cpu")
    machine.write("sys/fs/cgroup/user.slice/cgroup.subtree_control", "memory pids cpu")
    machine.write("sys/fs/cgroup/user.slice/session.scope/cgroup.controllers", "memory pids cpu")
    machine.write("sys/fs/cgroup/user.slice/session.scope/cgroup.subtree_control", "")
    group = cgroup.make(1 << 30, 36, machine.root)
    assert group.unified
    assert [folder.parent.name for folder in group.folders] == ["user.slice"]
    (folder,) = group.folders
    read = {name: (folder / name).read_text() for name in FILES_2}
    assert read["memory.max"] == str(1 << 30)
    assert (read["pids.max"], read["memory.oom.group"], read["memory.swap.max"]) == ("36", "1", "0")
    assert group.seconds() == 2.5
    group.take(4321)
    assert group.members() == [4321]
    (folder / "cgroup.procs").write_text("0\n")  # what another process namespace hides
    assert group.members() == []
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 0\n")
    assert not group.over_memory()
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 3\n")
    assert group.over_memory()


def test_in_version_1_a_group_is_made_for_each_controller(kernel: Callable[[str, str], Kernel]) -> None:
    own = "9:memory:/mine\n8:cpu,cpuacct:/\n7:pids:/box/mine\n0::/\n"
    machine = kernel(VERSION_1, own)
    for place in ("memory/mine", "cpu,cpuacct", "pids/mine"):
        machine.write(f"sys/fs/cgroup/{place}/cgroup.procs", "")
    group = cgroup.make(1 << 30, 36, machine.root)
    assert not group.unified
    places = [str(folder.parent.relative_to(machine.root / "sys/fs/cgroup")) for folder in group.folders]
    assert places == ["memory/mine", "pids/mine", "cpu,cpuacct"]
    memory, pids, _ = group.folders
    assert (memory / "memory.limit_in_bytes").read_text() == str(1 << 30)
    assert (pids / "pids.max").read_text() == "36"
    assert group.seconds() == 1.5
    (memory / "memory.oom_control").write_text("oom_kill_disable 1\nunder_oom 0\noom_kill 0\n")
    assert not group.over_memory()
    (memory / "memory.oom_control").write_text("oom_kill_disable 1\nunder_oom 1\noom_kill 0\n")
    assert group.over_memory()


def test_a_group_that_cannot_be_limited_is_none(kernel: Callable[[str, str], Kernel]) -> None:
    """As in a container: the folders are there, and no controller is handed on."""
    machine = kernel(VERSION_2, "0::/\n")
    machine.write("sys/fs/cgroup/cgroup.controllers", "cpu")
    machine.write("sys/fs/cgroup/cgroup.subtree_control", "")
    with pytest.raises(cgroup.NoGroup, match=r"No such file or directory: .*/memory\.max"):
        cgroup.make(1 << 30, 36, machine.root)


def test_a_machine_without_groups_says_so(kernel: Callable[[str, str], Kernel]) -> None:
    with pytest.raises(cgroup.NoGroup, match="no controller of memory"):
        cgroup.make(1 << 30, 36, kernel("", "").root)


def test_the_doctor_says_how_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for without, words in (
        ("", "control group: the kernel bounds"),
        ("Read-only file system: /x", "four times"),
    ):
        found = Probe("bubblewrap", True, 0.1, without_group=without)
        monkeypatch.setattr("autograder.grading.trusted.sandbox.probe", lambda name, found=found: found)
        findings = list(doctor._sandboxes())
        assert all(finding.fine for finding in findings)
        assert words in findings[1].what
        assert without in findings[1].what


def _started(**limits: int) -> tuple[Sandbox, Connection]:
    sandbox = Bubblewrap().start(Settings(allow=("numpy",), seconds_in_all=60, **limits))
    connection = Connection(sandbox.channel)
    connection.seconds = 30
    return sandbox, connection


_HOARD = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        hoard = b"x" * (150 << 20)
        time.sleep(60)
        os._exit(0)
os.wait()
time.sleep(60)
"""


@pytest.mark.bubblewrap
@pytest.mark.parametrize("grouped", [True, False])
def test_what_all_processes_hold_together_is_bounded(grouped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not grouped:

        def none(*limits: int) -> cgroup.Group:
            raise cgroup.NoGroup("not here")

        monkeypatch.setattr(cgroup, "make", none)
    sandbox, connection = _started(memory_mb=300, file_mb=8)
    MemoryWatch(sandbox).start()
    with pytest.raises(SandboxLost):
        connection.run(_HOARD, "cell", 30, False)
    sandbox.end()
    assert sandbox.over_memory
    if not grouped:
        assert sandbox.without_group == "not here"
    elif sandbox.group is not None:  # where this machine lets us make one
        assert not any(folder.exists() for folder in sandbox.group.folders)


_SPIN = """
import os, time
if os.fork() == 0:
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    os._exit(0)
os.wait()
"""


@pytest.mark.bubblewrap
def test_computing_time_is_that_of_all_processes_also_of_those_that_are_gone() -> None:
    sandbox, connection = _started()
    error, _ = connection.run(_SPIN, "cell", 30, False)
    assert error is None
    assert 0.25 < sandbox.cpu() < 20
    sandbox.end()
