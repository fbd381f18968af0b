"""What a student does works on Windows; grading says in a sentence what it needs.

Our modules see a system without what Windows lacks. What this cannot show: paths with drives and backslashes.
"""

import json
import shutil
import sys
from pathlib import Path

import pytest

from .installed import ROOT, run

COMMANDS = ("lab", "check", "progress", "release", "grade", "feedback", "report", "export", "demo", "doctor")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "assignments" / "05-pooling", tmp_path / "assignments" / "05-pooling")
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_help_in_a_console_of_few_characters(encoding: str) -> None:
    code = f"""
import contextlib
from autograder.cli import app
for words in ([], *([command] for command in {COMMANDS})):
    with contextlib.suppress(SystemExit):
        app([*words, "--help"], prog_name="cs-conv")
"""
    done = run("-c", code, posix=False, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    for command in COMMANDS:
        assert f"Usage: cs-conv {command}" in done.stdout
    assert done.stderr == ""


def test_every_module_of_ours_can_be_imported() -> None:
    """All but those that run inside a sandbox, and are imported nowhere else."""
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in ("autograder", "cs_conv")
        for path in sorted((ROOT / package).rglob("*.py"))
        if not {"students", "kernels"} & set(path.parts)
        and path.stem not in ("__init__", "__main__", "confine", "fork_server", "start", "student")
    ]
    assert len(names) > 100
    code = f"import importlib\nfor name in {names}: importlib.import_module(name)"
    done = run("-c", code, posix=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "options",
    [
        [],
        pytest.param(["--unsafe"], marks=pytest.mark.slow),
        pytest.param(["--workers", "1"], marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_grade_says_in_a_sentence_what_it_needs(course: Path, options: list[str]) -> None:
    done = run("-m", "autograder", "grade", "05", *options, posix=False, cwd=course)
    assert done.returncode == 2
    assert done.stderr.startswith("cs-conv: grading needs Linux")
    assert "WSL 2" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_lab_starts_jupyterlab_in_this_process(course: Path) -> None:
    code = """
import os, sys
from jupyterlab.labapp import LabApp
LabApp.launch_instance = lambda words: print(os.getcwd(), *words)
sys.argv = ["cs-conv", "lab", "--no-browser"]
from autograder.__main__ import main
main()
"""
    done = run("-c", code, posix=False, cwd=course)
    assert done.returncode == 0, done.stderr
    assert "--no-browser" in done.stdout
    assert "--allow-root" not in done.stdout, "Windows has no root"


@pytest.mark.slow
def test_doctor_is_content(course: Path) -> None:
    done = run("-m", "autograder", "doctor", posix=False, cwd=course)
    assert done.returncode == 0, done.stdout
    assert "--  student code cannot be confined on this system" in done.stdout


@pytest.mark.slow
def test_check_and_progress_run_a_notebook(course: Path) -> None:
    mine = course / "assignments" / "05-pooling" / "pooling.ipynb"
    notebook = json.loads(mine.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "max_pool_forward":
            cell["source"] = "def max_pool_forward(x, size, stride):\n    return x[:, :, ::2, ::2], None"
    mine.write_text(json.dumps(notebook), encoding="utf-8")
    done = run("-m", "autograder", "check", str(mine), posix=False, cwd=course)
    assert done.returncode == 1, done.stderr
    assert "max_pool_forward" in done.stdout
    assert "0 of 30 points" in done.stdout
    assert "max_pool_forward returned" in done.stdout, done.stdout
    assert done.stderr == ""
    done = run("-m", "autograder", "progress", "05", posix=False, cwd=course)
    assert done.returncode == 0, done.stderr
    assert "max_pool_forward" in done.stdout


@pytest.mark.slow
def test_the_demo_grades_its_samples_unconfined_and_says_so_in_one_line(tmp_path: Path) -> None:
    done = run("-m", "autograder", "demo", "06", "--folder", str(tmp_path / "demo"), posix=False)
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if "sandbox" in line]
    assert said == ["no sandbox works here: nbgrader's own engine grades these samples, unconfined"]
    grades = json.loads((tmp_path / "demo" / "grades.json").read_text(encoding="utf-8"))
    found = {r["student"]: r["status"] for r in grades["assignments"][0]["results"]}
    assert found == {"ana": "graded", "hana": "graded"}


def test_the_simulation_hides_what_windows_lacks() -> None:
    code = "from autograder.grading.submissions.intake import os; print(hasattr(os, 'fork'))"
    assert run("-c", code, posix=False).stdout.strip() == "False"
    assert run("-c", code).stdout.strip() == str(sys.platform != "win32")


def test_every_file_of_the_repository_can_have_its_name_on_windows() -> None:
    reserved = {"aux", "con", "nul", "prn", *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10))}
    for top in ("assignments", "autograder", "cs_conv", "docs", "solutions", "tests"):
        for path in (ROOT / top).rglob("*"):
            assert not set(path.name) & set('<>:"\\|?*'), path
            assert path.name.partition(".")[0].lower() not in reserved, path
            assert path.name[-1] not in ". ", path
            assert len(str(path.relative_to(ROOT))) < 150, path
