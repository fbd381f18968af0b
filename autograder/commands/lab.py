"""`cs-conv lab`: JupyterLab on a learner's own copies of the assignments."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.markup import escape

from autograder.commands.selection import course_to_study
from autograder.course import Assignment, Course, short
from autograder.course.dates import next_due
from autograder.notebooks.own_copies import make_copies, put_aside
from autograder.terminal import console, count


def run(
    folder: Path | None,
    fresh: Sequence[str],
    update: Sequence[str],
    course: Path | None,
    browser: bool,
    port: int | None,
) -> None:
    """Make the copies that are missing, carry answers into newer releases, then become JupyterLab."""
    import autograder.skip_slow_imports  # noqa: F401, I001  (before anything imports Jupyter)
    from jupyterlab.labapp import LabApp

    here = course_to_study(course)
    mine = (folder or here.mine).absolute()
    for assignment in [here.assignment(name) for name in fresh]:
        kept = put_aside(mine, assignment)
        if kept is not None:
            console.print(f"put aside  {escape(short(kept))}", highlight=False)
    wanted = [here.assignment(name) for name in update]
    for assignment in here.assignments:
        _carry(here, assignment, mine, assignment in wanted)
    made = make_copies(here, mine)
    if made:
        console.print(f"{count(len(made), 'new file')} in {escape(short(mine))}", highlight=False)
    coming = next_due(here.assignments, datetime.now(UTC))
    if coming:
        console.print(escape(coming), highlight=False)
    # At this level its log shows the address and what goes wrong, nothing else.
    words = [f"--ServerApp.root_dir={mine}", "--Application.log_level=WARN"]
    if not browser:
        words.append("--no-browser")
    if port is not None:
        words.append(f"--port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")
    # On a busy machine the threads of one matrix product wait for each other.
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    os.chdir(here.mine.parent)  # nbgrader's buttons look for nbgrader_config.py here
    LabApp.launch_instance(words)


def _carry(course: Course, assignment: Assignment, mine: Path, always: bool) -> None:
    """Carry answers into a newer release, and say which."""
    from autograder.notebooks.carry_over import carry_over

    made, revised = carry_over(course, assignment, mine, always)
    for each in made:
        said = [f"new release  {escape(short(each.notebook))}"]
        said.append(f"  carried over: {', '.join(each.answers) or 'you had no answers yet'}")
        said += [f"  new: {', '.join(each.new)}"] if each.new else []
        said += [f"  no longer asked for: {', '.join(each.gone)}"] if each.gone else []
        said.append(f"  your old notebook is kept: {escape(short(each.kept))}")
        console.print("\n".join(said), highlight=False, soft_wrap=True)
    for path in revised:
        console.print(
            f"{escape(short(path))} has an earlier text; to carry your answers into the newest, run: "
            f"cs-conv lab --update {assignment.name}",
            highlight=False,
            soft_wrap=True,
        )
