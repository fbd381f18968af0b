"""The package by itself, in an empty environment: its notebooks are there and run."""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from .installed import ROOT

pytestmark = pytest.mark.slow
SHIPPED = "autograder/shipped/"


def files_to_ship() -> set[str]:
    """What git knows of both packages and of the notebooks, under the names that a wheel has."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = [name for name in listed.splitlines() if (ROOT / name).is_file()]
    ours = {name for name in files if name.startswith(("cs_conv/", "autograder/"))}
    shipped = ("assignments/", "solutions/", "course.yml")
    return ours | {SHIPPED + name for name in files if name.startswith(shipped)}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that leftovers of other builds cannot get in."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in ("autograder", "cs_conv", "assignments", "solutions"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "course.yml"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(target), str(source)], check=True)
    (found,) = target.glob("*.whl")
    return found


@pytest.mark.git
def test_the_wheel_holds_both_packages_their_data_and_the_notebooks(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    assert files_to_ship() <= held
    assert not any(name.startswith(("tests/", "solutions/", "benchmarks/")) for name in held)
    assert not any("checkpoint" in name or name.endswith(".pyc") for name in held)


class Environment:
    """An environment with the wheel in it, and an empty folder to work in."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "env" / "bin" / "python"
        self.here = folder / "here"
        self.here.mkdir()
        venv.create(folder / "env")
        kept = ("PYTHONPATH", "VIRTUAL_ENV", "JUPYTER_PATH")
        self.variables = {name: value for name, value in os.environ.items() if name not in kept}
        self.variables["PATH"] = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"

    def install(self, *what: str) -> None:
        """As pip does, with the lock's versions except where `what` names another."""
        lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
        pins = re.findall(r"^(([\w.-]+)==[^\\\n]+)", lock, re.MULTILINE)
        named = {re.split(r"[=<>\[@ ]", word)[0] for word in what}
        pinned = self.here.parent / "constraints.txt"
        pinned.write_text("".join(f"{pin}\n" for pin, name in pins if name not in named))
        command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(self.python)]
        subprocess.run([*command, "--constraint", str(pinned), *what], check=True)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in the empty folder."""
        return subprocess.run(
            [self.python, "-m", *words],
            cwd=self.here, env=self.variables, capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("alone"))


@pytest.mark.registry
def test_the_core_with_the_oldest_numpy(wheel: Path, tmp_path: Path) -> None:
    environment = Environment(tmp_path)
    environment.install(f"cs-conv @ {wheel.as_uri()}", "numpy==2.0.2")
    assert environment.run("autograder", "--help").returncode == 0
    looked = environment.run("autograder", "doctor")
    assert looked.returncode == 0, looked.stdout
    assert "numpy 2.0.2" in looked.stdout
    assert 'pip install "cs-conv[lab]"' in looked.stdout
    for command in ("lab", "grade"):
        assert f"cs-conv[{command}]" in environment.run("autograder", command).stderr
    code = (
        "import matplotlib; matplotlib.use('agg')\n"
        "import autograder, cs_conv.im2col\n"
        "from cs_conv.pictures import convolution\n"
        "assert autograder.judge('conv_forward', cs_conv.im2col.conv_forward).passed\n"
    )
    (environment.here / "program.py").write_text(code)
    judged = environment.run("program")
    assert judged.returncode == 0, judged.stderr


@pytest.mark.registry
def test_a_self_learner_opens_02_and_runs_it(wheel: Path, environment: Environment) -> None:
    environment.install(f"cs-conv[lab] @ {wheel.as_uri()}")
    command = [environment.python, "-m", "autograder", "lab", "--no-browser"]
    log = environment.here / "log.txt"
    with log.open("wb") as out:
        lab = subprocess.Popen(
            command, cwd=environment.here, env=environment.variables, stdout=out, stderr=out
        )
    try:
        address = None
        for _ in range(600):
            address = re.search(r"http://127\S+(?=/lab\?token=(\w+))", log.read_text())
            if address or lab.poll() is not None:
                break
            time.sleep(0.2)
        assert address, log.read_text()
        where = f"{address[0]}/api/contents/02-conv-forward/conv_forward.ipynb?token={address[1]}"
        with urllib.request.urlopen(where, timeout=60) as answer:
            assert b"conv_forward" in answer.read()
    finally:
        lab.terminate()
        lab.wait()
    assert (environment.here / "mine" / "02-conv-forward" / "conv_forward.ipynb").is_file()
    checked = environment.run("autograder", "check", "02")
    assert checked.returncode == 1, checked.stderr
    assert "0 of 20 points" in checked.stdout
    for said in ("Hint 1", "Hint 2", "Hint 3", "def conv_window("):
        shown = environment.run("autograder", "solution", "conv_window")
        assert said in shown.stdout, shown.stderr
    progress = environment.run("autograder", "progress", "02")
    assert "not begun" in progress.stdout, progress.stderr
    assert "cs-conv[grade]" in environment.run("autograder", "grade").stderr
