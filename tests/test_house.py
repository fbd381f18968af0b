"""What README and CI rest on: a lock that fits, targets that exist, a package that is whole."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.cli import app
from autograder.course import load_course

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLLOWED = ("students", "self-learners", "instructors", "public-solutions", "administrators")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def wanted() -> list[Requirement]:
    """What the course needs and what its tests need."""
    extras = PROJECT["optional-dependencies"]
    texts = PROJECT["dependencies"] + extras["lab"] + extras["grade"] + extras["dev"]
    return [Requirement(text) for text in texts if not text.startswith("cs-conv[")]


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_the_lock_pins_what_the_project_asks_for(requirement: Requirement) -> None:
    name = re.escape(canonicalize_name(requirement.name))
    pins = re.findall(rf"^{name}==([^ ;\\]+)", LOCK, re.MULTILINE)
    assert pins, f"{requirement} is not in requirements.lock: run `make lock`"
    assert all(requirement.specifier.contains(pin) for pin in pins), f"{pins}: run `make lock`"


def test_every_pin_has_a_hash_and_none_an_address() -> None:
    pins = re.split(r"^(?=\S+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(pins) > 100
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links", LOCK) == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_the_targets_that_a_page_names_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(
        re.findall(r"(?:`|^|^    )make ([a-z-]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    )
    named |= set(
        re.findall(
            r"^(?:stage|join) \w+ (?:make )?([a-z-]+)",
            (ROOT / page).read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    named -= {"system"}  # a stage of CI's own
    assert named, f"{page} names no target of the Makefile"
    assert named <= targets


@pytest.mark.parametrize("page", [*(f"docs/{name}.md" for name in FOLLOWED), "README.md", "Makefile"])
def test_the_commands_that_a_page_names_exist(page: str) -> None:
    known = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    named = set(re.findall(r"^\s*cs-conv ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE))
    assert named
    assert named <= known


def heading_link(heading: str) -> str:
    """The part of a link after #, as GitHub makes it of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for file, heading in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", text):
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), f"{page.name} links to {file}"
        headings = (
            re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE) if heading else []
        )
        assert not heading or heading in map(heading_link, headings), f"{page.name} links to #{heading}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_that_a_page_names_exist(page: Path) -> None:
    folders = "autograder|benchmarks|cs_conv|docs|solutions|tests"
    text = re.sub(r"```sh\n.*?\n```", "", page.read_text(encoding="utf-8"), flags=re.S)  # they make files
    named = re.findall(rf"\b(?:{folders})/[\w./-]*\w", text)
    assert [
        path for path in named if "N" not in path and not (ROOT / path).exists()
    ] == []  # NN and NAME are any


def test_readme_lists_every_notebook() -> None:
    listed = re.findall(r"^\| (\d\d) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {assignment.name[:2] for assignment in load_course(ROOT).assignments} <= set(listed)


@pytest.mark.git
def test_readme_says_where_everything_is() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = [path.split("/") for path in tracked.splitlines()]
    folders = {path[0] + "/" for path in paths if len(path) > 1 and path[0][0] != "."}
    library = {path[1] + ("/" if len(path) > 2 else "") for path in paths if path[0] == "cs_conv"}
    library = {name for name in library if name[0] != "_" and name != "py.typed"}
    map_ = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What is where")[2]
    named = set(re.findall(r"^    ([\w./, ]+?)  ", map_, re.MULTILINE))
    named = {name.strip() for names in named for name in names.split(",")}
    assert folders | library <= named


def test_readme_promises_no_time_that_nothing_holds() -> None:
    """Times stand in its table of measurements, with the machine and the command; nowhere else."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Figures")[0]
    assert re.findall(r"\b(?:seconds?|minutes?|ms)\b", text) == []


@pytest.mark.parametrize("module", sorted((ROOT / "cs_conv" / "pictures").glob("*.py")), ids=lambda p: p.stem)
def test_only_grid_makes_figures(module: Path) -> None:
    assert module.stem == "grid" or "plt." not in module.read_text(encoding="utf-8")


@pytest.mark.parametrize("source", sorted(ROOT.glob("solutions/*/*.py")), ids=lambda path: path.stem)
def test_an_error_that_is_asked_for_says_whether_it_is_graded(source: Path) -> None:
    cells = source.read_text(encoding="utf-8").split("# %%")
    prose = [re.sub(r"\n# ?", "\n", cell) for cell in cells if cell.startswith(" [markdown]")]
    asked = [p for cell in prose for p in re.split(r"\n\n|\n- ", cell) if "`ValueError`" in p]
    assert [paragraph for paragraph in asked if "graded" not in paragraph] == []


def modules() -> dict[str, Path]:
    """The modules of both packages by name."""
    paths = [path for top in ("autograder", "cs_conv") for path in (ROOT / top).rglob("*.py")]
    dotted = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in paths}
    return {name.removesuffix(".__init__"): path for name, path in dotted.items()}


def imported(name: str, path: Path, known: set[str]) -> Iterator[str]:
    """What a module imports of `known`: at its top, within its functions, and for its types alone."""
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                whole = f"{source}.{alias.name}"
                yield from [whole] if whole in known else [source] if source in known else []


def circles(imports: dict[str, set[str]]) -> list[set[str]]:
    """The groups of modules that import each other, directly or through others of the group."""

    def reached(name: str) -> set[str]:
        seen, new = set[str](), imports[name]
        while new:
            seen, new = seen | new, {after for each in new for after in imports[each]} - seen - new
        return seen

    within = {name: reached(name) for name in imports}
    mutual = {name: {other for other in within[name] if name in within[other]} for name in imports}
    return [set(group) for group in set(map(frozenset, mutual.values())) if group]


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = modules()
    imports = {name: set(imported(name, path, set(known))) - {name} for name, path in known.items()}
    assert len(imports["autograder.cli"]) > 10, "imports within functions count"
    assert circles(imports | {"autograder.course.errors": {"autograder.cli"}}) != [], (
        "a circle would be found"
    )
    assert circles(imports) == []


def test_no_file_outside_of_exercises_is_longer_than_520_lines() -> None:
    paths = [path for top in ("autograder", "cs_conv", "benchmarks") for path in (ROOT / top).rglob("*.py")]
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in paths}
    assert {path: n for path, n in lines.items() if n > 520 and "exercises" not in path.parts} == {}
