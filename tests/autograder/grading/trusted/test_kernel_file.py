"""Files in which the kernel counts stay open, and are closed once, whenever a test's time ends."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from autograder.grading.trusted.computing_time import TestTooLong
from autograder.grading.trusted.sandbox.kernel_file import KernelFile


def test_it_says_what_is_there_now_and_that_a_process_is_gone() -> None:
    process = subprocess.Popen(["sleep", "60"])
    file = KernelFile(f"/proc/{process.pid}/stat")
    assert b"sleep" in file.read()
    process.kill()
    process.wait()
    with pytest.raises(ProcessLookupError):
        file.read()


def test_an_interrupted_close_closes_nothing_else_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "counts").write_text("1")
    file = KernelFile(str(tmp_path / "counts"))
    file.read()
    close = os.close

    def interrupted(number: int) -> None:
        close(number)
        raise TestTooLong

    monkeypatch.setattr(os, "close", interrupted)
    with pytest.raises(TestTooLong):
        file.close()
    monkeypatch.undo()
    read, write = os.pipe()  # one of them gets the number that was closed
    assert file.read() == b"1"
    file.close()
    os.close(read)
    os.close(write)
