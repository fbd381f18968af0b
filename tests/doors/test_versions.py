"""Every package of the lock has a wheel for each Python and system on which the course is said to run.

The wheels are looked up, not installed: README says on which versions the tests ran, and which are only
resolved.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from .installed import PROJECT, ROOT

SYSTEMS = ("windows", "macos", "linux")
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def resolve(requirements: Path, system: str, version: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Look for wheels of exactly these packages; nothing is installed."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--quiet", "--no-deps"]
    command += [
        "--only-binary",
        ":all:",
        "--python",
        sys.executable,
        "--target",
        str(ROOT / "build" / "nowhere"),
    ]
    command += ["--python-platform", system, "--python-version", version, "-r", str(requirements), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.registry
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_lock_has_wheels(system: str, version: str) -> None:
    found = resolve(ROOT / "requirements.lock", system, version, "--require-hashes")
    assert found.returncode == 0, found.stderr


@pytest.mark.slow
@pytest.mark.registry
def test_a_package_without_a_wheel_is_noticed(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("numpy==2.0.2\n", encoding="utf-8")
    assert resolve(lock, "windows", "3.11").returncode == 0
    assert "no usable wheels" in resolve(lock, "windows", "3.14").stderr


def test_a_hub_has_the_versions_that_are_tested() -> None:
    tested, deployed = (
        set(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE))
        for path in ("requirements.lock", "deploy/requirements.lock")
    )
    names = {name for name, _ in tested}
    assert len([pin for pin in deployed if pin[0] in names]) > 100
    assert {pin for pin in deployed if pin[0] in names} <= tested


def test_no_version_is_refused() -> None:
    assert all(SpecifierSet(PROJECT["requires-python"]).contains(version) for version in (*VERSIONS, "3.15"))


@pytest.mark.parametrize("version", VERSIONS)
def test_readme_says_how_each_version_is_known_to_work(version: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"| {version} | " in readme
