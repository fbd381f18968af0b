"""Landlock's sandbox works for every grader: root with all rights, root in a container, an ordinary user."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.grading.trusted.sandbox import NoSandbox, Settings, landlock

CONTAINER = [0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31]
"""The rights that Docker and Podman leave to root, by their numbers in linux/capability.h."""

READ_SEARCH = 2

GRADER = """
import ctypes, os, struct, sys
from autograder.grading.trusted.bridge.connection import Connection
from autograder.grading.trusted.sandbox import NoSandbox, Settings, probe
from autograder.grading.trusted.sandbox.landlock import Landlock

rights = [int(number) for number in sys.argv[1].split(",") if number]
libc = ctypes.CDLL(None)
for number in range(64):
    if os.geteuid() == 0 and number not in rights:
        libc.prctl(24, number, 0, 0, 0)  # PR_CAPBSET_DROP
had = int(open("/proc/self/status").read().partition("CapEff:")[2].split()[0], 16)
held = had & sum(1 << number for number in rights)
given = struct.pack("<6I", held & 0xFFFFFFFF, held & 0xFFFFFFFF, 0, held >> 32, held >> 32, 0)
if os.geteuid() == 0:
    assert libc.capset(struct.pack("<Ii", 0x20080522, 0), given) == 0
tried = probe("landlock")
if not tried.works:
    sys.exit(tried.problem)
sandbox = Landlock().start(Settings(allow=("numpy", "matplotlib"), seconds_in_all=60))
connection = Connection(sandbox.channel)
error, outputs = connection.run(sys.argv[2], "cell", 60, False)
print(error, outputs)
sandbox.end()
"""

HONEST = """
import os, shutil, sqlite3, threading, wave
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.savefig("picture.png")
plt.close()
shutil.copy2("picture.png", "copy.png")
thread = threading.Thread(target=os.getcwd)
thread.start()
thread.join()
"""

CURIOUS = """
import os
got = []
for act in (
    lambda: open("PLACE"),
    lambda: open("PLACE", "a"),
    lambda: os.truncate("PLACE", 0),
    lambda: os.chmod("PLACE", 0o666),
    lambda: os.chown("PLACE", 0, 0),
    lambda: os.unlink("PLACE"),
    lambda: os.rename("PLACE", "PLACE.2"),
    lambda: os.link("PLACE", "stolen"),
    lambda: os.symlink("x", "PLACE.l"),
    lambda: os.mkdir("PLACE.d"),
    lambda: os.setxattr("PLACE", "user.x", b"1"),
    lambda: os.listdir("/root"),
    lambda: os.setuid(0),
    lambda: os.kill(os.getppid(), 0),
):
    try:
        act()
        got.append("got through")
    except OSError:
        pass
try:
    os.utime("PLACE")
except OSError:
    pass
print(got)
"""


def graded(rights: list[int], cell: str) -> subprocess.CompletedProcess[str]:
    """Run a cell in a sandbox of a grader with these rights, if it is root; any other has none."""
    command = [sys.executable, "-c", GRADER, ",".join(map(str, rights)), cell]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


SETS = {
    "all": list(range(41)),
    "a container's": CONTAINER,
    "all but to read what others own": [number for number in range(41) if number != READ_SEARCH],
}


@pytest.mark.landlock
@pytest.mark.parametrize("rights", SETS.values(), ids=SETS)
def test_answers_run_whatever_rights_the_grader_has(rights: list[int]) -> None:
    done = graded(rights, HONEST)
    assert done.stdout == "None []\n", done.stderr


@pytest.mark.landlock
@pytest.mark.parametrize("rights", SETS.values(), ids=SETS)
def test_a_right_to_read_is_none_to_change(
    rights: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("graders") / "gradebook.db"
    place.write_text("points")
    place.chmod(0o600)
    os.utime(place, (1, 1))
    done = graded(rights, CURIOUS.replace("PLACE", str(place)))
    assert done.stdout == "None [{'kind': 'stdout', 'text': '[]\\n'}]\n", done.stderr
    assert place.read_text() == "points"
    assert place.stat().st_mtime == 1
    assert [path.name for path in place.parent.iterdir()] == ["gradebook.db"]


@pytest.mark.landlock
def test_a_root_without_rights_is_told_what_it_lacks() -> None:
    done = graded([], HONEST)
    if os.geteuid() != 0:
        assert done.returncode == 0, done.stderr
        return
    assert done.returncode == 1
    assert "this root lacks CAP_SETUID, CAP_SETGID or CAP_KILL" in done.stderr
    assert "grade as an ordinary user" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.landlock
def test_what_an_ordinary_user_runs_besides_does_not_count_against_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kernel's limit is for all processes and threads of a user, and everybody has dozens."""
    told: dict[str, int] = {}

    def starts_nothing(settings: Settings, rules: object, beside: int = 0, **also: object) -> str:
        told["beside"] = beside
        raise NoSandbox("that is all")

    monkeypatch.setattr(landlock, "configuration", starts_nothing)
    others = [subprocess.Popen(["sleep", "60"]) for _ in range(5)]
    for grader, least in ((0, 5), (200_001, 0)):
        monkeypatch.setattr(landlock, "own_user", lambda grader=grader: grader)
        with pytest.raises(NoSandbox):
            landlock.Landlock().start(Settings())
        assert told["beside"] >= least
        assert (told["beside"] > 0) == (least > 0)
    for other in others:
        other.kill()
        other.wait()
