"""The parts of trusted grading import what their README says, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder.grading.trusted

FOLDER = Path(autograder.grading.trusted.__file__).parent
PACKAGE = "autograder.grading.trusted"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
ATTACKS = FOLDER.parents[2] / "tests" / "attacks" / "corpus"


def table(title: str) -> list[list[str]]:
    """The cells of the table below a title of the README, its head left out."""
    section = README.partition(f"## {title}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


ALLOWED = {named(part)[0]: set(named(may)) for part, may in table("Which part may import which")}
PARTS = {path.stem if path.is_file() else path.name for path in FOLDER.iterdir()} - {
    "__init__",
    "__pycache__",
    "README",
}


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """The modules that a file imports, anywhere in it: (level of a relative import, name)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""
            yield from ((node.level, f"{node.module or ''}.{alias.name}") for alias in node.names)


def files_of(part: str) -> list[Path]:
    return (
        [FOLDER / f"{part}.py"] if (FOLDER / f"{part}.py").exists() else sorted((FOLDER / part).glob("*.py"))
    )


def test_the_readme_names_every_part() -> None:
    assert ALLOWED.keys() == PARTS


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_imports_what_it_may(part: str) -> None:
    for path in files_of(part):
        names = {name for level, name in imported(path) if level == 0 and name.startswith(f"{PACKAGE}.")}
        used = {name.removeprefix(f"{PACKAGE}.").partition(".")[0] for name in names} - {part}
        assert used <= ALLOWED[part], path


@pytest.mark.parametrize("path", files_of("inside"), ids=lambda path: path.stem)
def test_what_a_sandbox_sees_imports_nothing_else_of_the_course(path: Path) -> None:
    assert all(level <= 1 for level, _ in imported(path))
    assert not any(
        name.partition(".")[0] in ("autograder", "cs_conv") for level, name in imported(path) if not level
    )


@pytest.mark.parametrize("part", ["sandbox", "bridge", "computing_time"])
def test_what_confines_and_connects_knows_no_notebook_and_no_grade(part: str) -> None:
    for path in files_of(part):
        ours = {name for level, name in imported(path) if level == 0 and name.startswith("autograder.")}
        assert all(name.startswith(PACKAGE) for name in ours), path


def test_the_modules_tests_and_attacks_that_the_readme_names_exist() -> None:
    modules = {path.stem for path in FOLDER.rglob("*.py")} | {f"{part}/" for part in PARTS}
    modules |= {f"{path.parent.name}/{path.stem}" for path in FOLDER.rglob("*.py")}
    for _, module, _what in table("A submission's way, in order"):
        assert set(named(module)) <= modules
    tests = {path.stem for path in Path(__file__).parent.glob("test_*.py")}
    attacks = {path.stem for path in ATTACKS.glob("*.py")}
    for part, _, held in table("What each part defends"):
        before, _, after = held.partition("attacks ")
        if after:
            assert set(named(part)) <= modules
            assert set(named(before)) <= tests
            for attack in named(after):
                assert any(re.fullmatch(attack.replace("*", ".*"), name) for name in attacks), attack
