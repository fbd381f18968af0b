"""`cs-conv solution`: for those who learn alone, one hint at each call, and then the answer.

The hints that were shown are counted in a file beside the learner's copies, so that the answer comes only
after them. Nothing is written into a notebook.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.markdown import Markdown
from rich.markup import escape
from rich.syntax import Syntax

from autograder.commands.selection import course_to_study
from autograder.notebooks.solutions import Solution, find_solution
from autograder.terminal import console

SEEN = ".hints-seen.json"
"""The file in the folder of the learner's copies: how many hints of each exercise were shown."""


def run(name: str, now: bool, folder: Path | None) -> None:
    """Show the next hint; after the last, or with `now`, the answer."""
    course = course_to_study(folder)
    solution = find_solution(course, name)
    seen = _read(course.mine / SEEN)
    shown = seen.get(name, 0)
    if now or shown >= len(solution.hints):
        _show_answer(solution)
        return
    _show_hint(solution, shown)
    course.mine.mkdir(parents=True, exist_ok=True)
    (course.mine / SEEN).write_text(json.dumps(seen | {name: shown + 1}, indent=1) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, int]:
    """The hints shown so far; none if the file is not there or somebody wrote something else into it."""
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {k: v for k, v in found.items() if type(v) is int} if isinstance(found, dict) else {}


def _show_hint(solution: Solution, number: int) -> None:
    title, text = solution.hints[number]
    console.print(
        f"[bold]{escape(solution.name)}[/], {escape(title)} (of {len(solution.hints)})\n", highlight=False
    )
    console.print(Markdown(text))
    left = len(solution.hints) - number - 1
    then = "the next hint" if left else "the answer"
    console.print(f"\nTry again first. To see {then}: cs-conv solution {solution.name}", highlight=False)


def _show_answer(solution: Solution) -> None:
    console.print(f"[bold]{escape(solution.name)}[/], the answer of {solution.assignment}\n", highlight=False)
    for title, text in solution.hints[1:2]:
        console.print(Markdown(f"**{title.partition(': ')[2].capitalize()}.** {text}"))
        console.print()
    code = Syntax(solution.code, "python", theme="ansi_dark", background_color="default")
    console.print(code.highlight(solution.code), soft_wrap=True, end="")
    console.print(
        "\nClose it, and write yours without looking. Other ways are right as well: the check decides.",
        highlight=False,
    )
