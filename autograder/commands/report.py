"""`cs-conv report`: the class, with the points that the gradebook has now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from autograder.commands.selection import chosen_graded, instructors_course
from autograder.course import Course, short
from autograder.reports.class_page import write_class_page
from autograder.reports.record import Record
from autograder.reports.refresh_record import refresh_record
from autograder.reports.tables import class_table, misconception_table
from autograder.terminal import console


def run(names: Sequence[str], folder: Path | None) -> None:
    """Show the class of each assignment and write its class report anew."""
    course = instructors_course(folder)
    for assignment in chosen_graded(course, names):
        show_record(course, refresh_record(course, assignment), console)


def show_record(course: Course, record: Record, console: Console) -> None:
    """Print the class and its misconceptions, and write the class report."""
    console.print(class_table(record))
    if record.misconceptions:
        console.print(misconception_table(record))
    console.print(f"class report  {escape(short(write_class_page(course, record)))}")
