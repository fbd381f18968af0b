"""`cs-conv release`: the students' notebooks, made from the sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape

from autograder.commands.selection import chosen, instructors_course
from autograder.course import short
from autograder.notebooks.release import release
from autograder.terminal import console, printable


def run(names: Sequence[str], folder: Path | None) -> None:
    """Release the assignments named, or all."""
    course = instructors_course(folder)
    assignments = chosen(course, names)
    with console.status("") as status:
        for assignment in assignments:
            status.update(f"releasing {assignment.name}")
            made = release(course, assignment)
            what = "made" if made.changed else "unchanged"
            points = f"{made.points.together:g} points"
            if made.points.by_hand:
                points += f", {made.points.by_hand:g} of them given by hand"
            console.print(f"[green]{what}[/]  {escape(short(made.folder))}  ({points})")
            for remark in made.remarks:
                console.print(f"    [yellow]{escape(printable(remark))}[/]", highlight=False)
