"""What a process that was killed while it wrote a file has left is removed, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from autograder.grading.whole_files import sweep, writing_zip

KILLED = """
import os, signal, sys
from pathlib import Path
from autograder.grading.whole_files import write_whole
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_whole(Path(sys.argv[1]), b"new")
"""


def kill_while_writing(path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(list(path.parent.glob(".*.new"))) == 1


def test_half_files_of_killed_processes_are_removed(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(b"old")
    kill_while_writing(page)
    running = tmp_path / f".other.html.{os.getpid()}.new"
    for path in (running, tmp_path / ".notes.new", tmp_path / ".new"):
        path.touch()
    sweep(tmp_path)
    assert page.read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {page.name, running.name, ".notes.new", ".new"}


def test_a_zip_file_is_made_where_one_was_left_half(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    kill_while_writing(path)
    with writing_zip(path) as archive:
        archive.writestr("a", "b")
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
