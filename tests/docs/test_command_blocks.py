"""The pages that a person follows word by word: each command on them is run in a fresh copy of the course.

A block that begins with ```sh is run; all blocks of a page run one after the other in one shell. A block is
left out only if the paragraph above it begins with "Not run by our tests".
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.autograder.grading.trusted.test_postgresql import Server, server  # noqa: F401  (a fixture)
from tests.needs import postgresql

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("students", "self-learners", "instructors", "public-solutions", "administrators")
LEFT_OUT = "Not run by our tests"
MOST_LEFT_OUT = 5
SERVES = re.compile(r"(cs-conv|jupyter) lab\b(?!.*--help)")
"""Commands that go on until somebody ends them."""

PRELUDE = """
set -euo pipefail
cs-conv() {  # 1 is what `check` ends with if a check fails
    local code=0
    command cs-conv "$@" || code=$?
    [ $code = 0 ] || { [ $code = 1 ] && [ "$1" = check ]; }
}
serve() {
    "$@" > serving.log 2>&1 &
    local pid=$!
    for _ in $(seq 900); do
        grep -q http:// serving.log && break
        kill -0 $pid 2> /dev/null || break
        sleep 0.2
    done
    grep -q http:// serving.log || { cat serving.log; return 1; }
    kill $pid
    wait $pid || true
}
"""


@dataclass(frozen=True)
class Block:
    """The lines of a block of commands; `run` is false if the page says that it is left out."""

    lines: tuple[str, ...]
    run: bool

    def script(self) -> str:
        """The lines for the shell, each command that never ends served for a moment."""
        return "\n".join(
            f"serve env {line.partition('#')[0]}" if SERVES.match(line) else line for line in self.lines
        )


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"(?:\A|\n\n)((?:(?!\n\n)[\s\S])*?)\n*```sh\n([\s\S]*?)\n```", text)
    return [Block(tuple(match[2].split("\n")), not match[1].strip().startswith(LEFT_OUT)) for match in found]


def page(name: str) -> Path:
    return ROOT / "docs" / f"{name}.md"


def course(folder: Path) -> Path:
    """A fresh copy of the course, as somebody has it who has installed it."""
    folder.mkdir()
    for name in ("course.yml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, folder)
    for name in ("solutions", "assignments"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def follow(name: str, tmp_path: Path, **more: str) -> str:
    """Run all blocks of a page; returns what they printed."""
    jupyter = tmp_path / "jupyter"
    jupyter.mkdir()
    allow = {"ServerApp": {"allow_root": True, "open_browser": False}}
    (jupyter / "jupyter_server_config.json").write_text(json.dumps(allow), encoding="utf-8")
    script = "\n".join([PRELUDE, *(block.script() for block in blocks(page(name)) if block.run)])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], more.pop("path", "")])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=course(tmp_path / "course"),
        env=os.environ | {"PATH": path, "JUPYTER_CONFIG_DIR": str(jupyter), "COLUMNS": "120"} | more,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def test_every_page_with_commands_is_followed() -> None:
    with_blocks = {path.stem for path in (ROOT / "docs").glob("*.md") if blocks(path)}
    assert with_blocks == set(PAGES)


def test_few_blocks_are_left_out_and_each_says_why() -> None:
    left_out = [block for name in PAGES for block in blocks(page(name)) if not block.run]
    assert len(left_out) <= MOST_LEFT_OUT
    for name in PAGES:
        text = page(name).read_text(encoding="utf-8")
        assert len(re.findall(rf"^{LEFT_OUT}, because .+:$", text, re.M)) == sum(
            not block.run for block in blocks(page(name))
        )


def test_a_block_is_found_and_one_is_left_out(tmp_path: Path) -> None:
    run, out = "Text:\n\n```sh\ncs-conv lab  # opens\nls\n```", f"{LEFT_OUT}, because:\n\n```sh\nx\n```"
    text = f"# Title\n\n{run}\n\n{out}\n"
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    first, second = blocks(tmp_path / "page.md")
    assert (first.run, second.run) == (True, False)
    assert first.script() == "serve env cs-conv lab  \nls"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["students", "self-learners"])
def test_a_learner_follows(name: str, tmp_path: Path) -> None:
    said = follow(name, tmp_path)
    assert "left_edges" in said
    assert (tmp_path / "course" / "mine" / "00-start" / "start.ipynb").is_file()


@pytest.mark.slow
@pytest.mark.sandbox
def test_an_instructor_follows(tmp_path: Path) -> None:
    said = " ".join(follow("instructors", tmp_path).split())
    assert "ana has until 2027-02-04 23:59 +01:00" in said or "ana has until 2027-02-04 22:59 UTC" in said
    assert "nobody's points change nothing was written" in said
    assert "left_edges was" not in said
    assert "ben: taken out of the gradebook, so not graded" in said
    assert "3 / 6" in said, "of the assignment that the page makes, without its written answer"
    assert "4 / 6" in said, "and with it"
    assert (tmp_path / "course" / "my-course" / "feedback" / "ana" / "01-means" / "means.html").is_file()


@pytest.mark.slow
@pytest.mark.sandbox
def test_a_published_answer_fails_in_the_variant(tmp_path: Path) -> None:
    said = follow("public-solutions", tmp_path)
    assert "failed: sizes" in said or "no test passed" in said


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.postgresql
def test_an_administrator_follows(tmp_path: Path, server: Server) -> None:  # noqa: F811
    programs = str(postgresql())
    follow("administrators", tmp_path, path=programs, PGHOST=str(server.folder), PGUSER="grader")
    folder = tmp_path / "course"
    assert "COPY" in (folder / "course-saved.sql").read_text(encoding="utf-8")
    assert (folder / "restored" / "reports" / "00-start.html").is_file()
