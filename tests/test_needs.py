"""A skipped test says what it lacks; in CI it fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import CI_MAY_LACK, NEEDS, ROOT

TESTS = """
import pytest

def test_of_python_alone():
    pass

@pytest.mark.git
def test_of_git():
    pass

@pytest.mark.landlock
@pytest.mark.git
def test_of_both():
    pass

def test_that_skips_itself():
    pytest.skip("not today")

@pytest.mark.xfail
def test_that_is_known_to_fail():
    raise ValueError
"""


def outcome(folder: Path, ci: str, **files: str) -> str:
    """What pytest says of these tests on a machine without any program."""
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.needs", "-rfEs", "-c", os.devnull, "--rootdir"]
    environment = os.environ | {"CI": ci, "PATH": str(folder / "nothing"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, str(folder), "-p", "no:cacheprovider", str(folder)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout


def test_a_persons_machine_skips_and_says_why(tmp_path: Path) -> None:
    said = outcome(tmp_path, "", some=TESTS)
    assert "1 passed, 3 skipped, 1 xfailed" in said
    assert "git: git is not installed: apt-get install git" in said


def test_ci_fails_where_a_test_is_skipped_for_what_can_be_installed(tmp_path: Path) -> None:
    said = outcome(tmp_path, "true", some=TESTS)
    assert "1 failed, 1 passed, 1 xfailed" in said
    for name in (
        "ERROR test_some.py::test_of_git",
        "ERROR test_some.py::test_of_both",
        "FAILED test_some.py",
    ):
        assert name in said
    assert "CI skips nothing: Skipped: not today" in said


@pytest.mark.parametrize(("ci", "ends"), [("", "1 skipped"), ("true", "1 error")])
def test_a_module_that_skips_itself(tmp_path: Path, ci: str, ends: str) -> None:
    assert ends in outcome(tmp_path, ci, whole='import pytest\npytest.importorskip("no_such_module")\n')


def test_what_ci_may_lack_is_on_the_list() -> None:
    assert NEEDS.keys() > CI_MAY_LACK
