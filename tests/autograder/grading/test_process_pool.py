"""Processes that grade together."""

from __future__ import annotations

import pytest

from autograder.commands.doctor import examine
from autograder.course import CourseError
from autograder.grading import process_pool as module
from autograder.grading.process_pool import process_pool


def refuse(*words: object, **options: object) -> None:
    """What Python does where /dev/shm is closed to this user: it names no file."""
    raise PermissionError(13, "Permission denied")


def test_a_closed_folder_for_semaphores_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ProcessPoolExecutor", refuse)
    with pytest.raises(CourseError, match=r"semaphores in /dev/shm \(Permission denied\).*--shm-size"):
        process_pool(2)


def test_doctor_tries_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ProcessPoolExecutor", refuse)
    monkeypatch.setattr("autograder.commands.doctor._sandboxes", lambda: iter(()))
    monkeypatch.setattr("autograder.commands.doctor._run_kernel", lambda: None)

    def nowhere() -> None:
        raise CourseError("no course here")

    found = {e.what: e for e in examine(nowhere)}
    assert not found["several processes can grade together"].fine
    assert "/dev/shm" in found["several processes can grade together"].advice
