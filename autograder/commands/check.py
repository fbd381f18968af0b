"""`cs-conv check`: the result of every test of a learner's notebook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.markup import escape

from autograder.commands.selection import course_to_study
from autograder.course import CourseError, short
from autograder.course.dates import due_words
from autograder.grading.check_notebook import CheckedNotebook, check_notebook
from autograder.grading.open_notebook import open_notebook
from autograder.learning.points import is_own, remember
from autograder.notebooks.own_copies import notebooks_meant
from autograder.terminal import console, printable


def run(words: Sequence[str], folder: Path | None) -> None:
    """Check the notebooks that `words` name; exit code 1 if a test does not have all its points."""
    try:
        course = course_to_study(folder)
    except CourseError:  # a notebook of this course can lie anywhere
        course = None
    paths = [path for word in words for path in notebooks_meant(word, course)]
    all_passed = True
    for notebook in [open_notebook(path) for path in paths]:
        console.print(f"[bold]{escape(short(notebook.path))}[/]", highlight=False)
        due = [a for a in course.assignments if a.name == notebook.job.assignment] if course else []
        for words in filter(None, (due_words(each, datetime.now(UTC)) for each in due)):
            console.print(escape(words), highlight=False)
        with console.status("running the notebook"):
            checked = check_notebook(notebook)
        if course is not None and is_own(course, notebook):
            remember(course, notebook, checked)
        _show(checked)
        all_passed = all_passed and all(test.passed for test in checked.automatic)
    raise SystemExit(0 if all_passed else 1)


def _show(checked: CheckedNotebook) -> None:
    for remark in checked.remarks:
        console.print(f"[yellow]{escape(printable(remark))}[/]", highlight=False, soft_wrap=True)
    for test in checked.tests:
        sign = "[green]✓[/]" if test.passed else "[yellow]?[/]" if test.earned is None else "[red]✗[/]"
        waits = " (for a person to judge)" if test.earned is None else ""
        console.print(f"{sign} {escape(printable(test.test))}{waits}", highlight=False)
        for line in test.said.splitlines():
            console.print(f"    {escape(line)}", highlight=False, soft_wrap=True)
    earned, possible = checked.points()
    console.print(f"{earned:g} of {possible:g} points\n", highlight=False)
