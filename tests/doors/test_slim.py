"""`pip install cs-conv` brings the core; what is in an extra names it."""

import shutil
from pathlib import Path

import pytest

from autograder.checks import names

from .installed import ROOT, all_but, distributions, missing, run

STUDY = ("lab", "check mine.ipynb", "progress", "certificate")
GRADE = ("release", "grade", "feedback", "report", "export canvas", "demo")


def test_the_core_is_small_and_grading_is_not_in_it() -> None:
    assert len(distributions()) < 50
    assert not {"jupyterlab", "nbgrader", "nbclient", "nbformat", "sqlalchemy"} & distributions()
    assert "nbgrader" not in distributions("lab")


def test_judging_needs_numpy_alone() -> None:
    """Every package but NumPy is missing, and nothing looks for one."""
    code = """
import autograder
from autograder.checks import find, names
for name in names():
    verdict = autograder.judge(name, find(name).reference)
    assert any(aspect.passed for aspect in verdict.aspects), verdict
    assert not autograder.judge(name, lambda *ignored, **options: None).passed
    print(name)
"""
    done = run("-c", code, lacks=all_but(frozenset({"numpy"})))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == list(names())


def test_checks_library_and_pictures_work_with_the_core() -> None:
    code = """
import matplotlib; matplotlib.use("agg")
import importlib, pkgutil, cs_conv, cs_conv.pictures, ipywidgets, rich
for package in (cs_conv, cs_conv.pictures, cs_conv.gpu if hasattr(cs_conv, "gpu") else cs_conv):
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
import autograder
try:
    autograder.check("conv_forward", lambda *ignored, **options: None)
except AssertionError as error:
    print(error)
"""
    done = run("-c", code, lacks=missing())
    assert done.returncode == 0, done.stderr
    assert "conv_forward: not yet, 0 of" in done.stdout


def test_help_and_doctor_work_with_the_core() -> None:
    assert run("-m", "autograder", "--help", lacks=missing()).returncode == 0
    done = run("-m", "autograder", "doctor", lacks=missing())
    assert done.returncode == 0, done.stdout
    for extra in ("lab", "grade"):
        assert f'pip install "cs-conv[{extra}]"' in done.stdout
    assert "no  " not in done.stdout


@pytest.mark.parametrize("command", STUDY + GRADE)
def test_a_command_names_its_extra(command: str, tmp_path: Path) -> None:
    # In a course that nobody has worked in: points that are remembered are shown without the extra.
    shutil.copy(ROOT / "course.yml", tmp_path)
    (tmp_path / "assignments").symlink_to(ROOT / "assignments")
    done = run("-m", "autograder", *command.split(), lacks=missing(), cwd=tmp_path)
    assert done.returncode == 2
    extra = "lab" if command in STUDY else "grade"
    assert f'which is not installed; run: pip install "cs-conv[{extra}]"' in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["grade", "demo", "feedback"])
def test_with_what_students_install_grading_names_its_extra(command: str) -> None:
    done = run("-m", "autograder", *command.split(), lacks=missing("lab"))
    assert done.returncode == 2
    assert 'run: pip install "cs-conv[grade]"' in done.stderr


def test_students_commands_import_nothing_that_instructors_install() -> None:
    commands = ("lab", "check", "progress", "certificate", "solution")
    done = run("-c", f"from autograder.commands import {', '.join(commands)}", lacks=missing("lab"))
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_students_check_and_see_progress_without_nbgrader(tmp_path: Path) -> None:
    path = ROOT / "assignments" / "05-pooling" / "pooling.ipynb"
    done = run("-m", "autograder", "check", str(path), lacks=missing("lab"))
    assert done.returncode == 1, done.stderr
    assert "0 of 30 points" in done.stdout
    assert run("-m", "autograder", "progress", "05", lacks=missing("lab")).returncode == 0
    done = run("-m", "autograder", "certificate", lacks=missing("lab"))
    assert "no exercise is solved yet" in " ".join(done.stderr.split())
