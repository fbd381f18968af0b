"""`cs-conv solution`: for those who learn alone, one hint at each call, and then the answer.

What was shown is written into the learner's record, beside their copies, so that the answer comes only after
the hints. Nothing is written into a notebook.
"""

from __future__ import annotations

from pathlib import Path

from rich.markdown import Markdown
from rich.markup import escape
from rich.syntax import Syntax

from autograder.commands.selection import course_to_study
from autograder.learning.record import LearnersRecord, Shown
from autograder.learning.record import now as this_moment
from autograder.notebooks.solutions import Solution, find_solution
from autograder.terminal import console


def run(name: str, now: bool, folder: Path | None) -> None:
    """Show the next hint; after the last, or with `now`, the answer."""
    course = course_to_study(folder)
    solution = find_solution(course, name)
    record = LearnersRecord(course.mine)
    hints = {event.hint for event in record.shown(name)} - {None}
    number = None if now or len(hints) >= len(solution.hints) else len(hints) + 1
    if number is None:
        _show_answer(solution)
    else:
        _show_hint(solution, number - 1)
    record.add(Shown(when=this_moment(), assignment=solution.assignment, exercise=name, hint=number))


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
