"""`cs-conv`: what instructors and students do with the course, one subcommand each.

The commands only connect: the course knows where things lie, engines grade, reports show. A mistake of
the person who types is answered in a sentence, never with a traceback.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

import autograder.quick_start  # noqa: F401  (before anything imports Jupyter)
from autograder.course import Assignment, Course, CourseError, find_root, load_course, short

console = Console()
complain = Console(stderr=True)


class _Friendly(TyperGroup):
    """Turns what a person can mend into a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CourseError as error:
            complain.print(f"[bold red]cs-conv:[/] {escape(str(error))}", highlight=False)
            raise SystemExit(2) from None
        except KeyboardInterrupt:
            complain.print("\ncs-conv: interrupted; what was finished is kept")
            raise SystemExit(130) from None


app = typer.Typer(
    cls=_Friendly,
    name="cs-conv",
    help="A course on convolutional networks: open it, release it, grade a class.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Names = Annotated[
    list[str] | None, typer.Argument(metavar="ASSIGNMENT...", help="For instance 02-conv-forward, or 02.")
]
Where = Annotated[
    Path | None, typer.Option("--course", metavar="FOLDER", help="The course's folder, if not this one.")
]
Students = Annotated[
    list[str] | None, typer.Option("--student", metavar="NAME", help="Only this student; may be repeated.")
]


def _course(where: Path | None) -> Course:
    return load_course(where if where is not None else find_root(Path.cwd()))


def _chosen(course: Course, names: list[str] | None, having: Path | None = None) -> list[Assignment]:
    """The assignments named; without names all, or those for which some student has a folder in `having`."""
    if names:
        return [course.assignment(name) for name in dict.fromkeys(names)]
    if having is None:
        return list(course.assignments)
    found = [a for a in course.assignments if any(having.glob(f"*/{a.name}"))]
    if not found:
        raise CourseError(f"there is nothing in {having} yet")
    return found


@app.command()
def lab(
    course: Where = None,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
) -> None:
    """Open JupyterLab on the assignments."""
    here = _course(course)
    if not any(here.releases.glob("*/*.ipynb")):
        raise CourseError(f"there are no notebooks in {here.releases}; run: cs-conv release")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={here.releases}"]
    if not browser:
        command.append("--no-browser")
    if port is not None:
        command.append(f"--port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    raise SystemExit(subprocess.call(command))


@app.command()
def release(assignments: Names = None, course: Where = None) -> None:
    """Make the students' notebooks from solutions/ (all assignments, or those named)."""
    from autograder.release import release as make

    here = _course(course)
    chosen = _chosen(here, assignments)
    with console.status("") as status:
        for assignment in chosen:
            status.update(f"releasing {assignment.name}")
            made = make(here, assignment)
            what = "made" if made.changed else "unchanged"
            console.print(f"[green]{what}[/]  {short(made.folder)}  ({assignment.points} points)")


@app.command()
def grade(
    assignments: Names = None,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write scores, statuses, misconceptions.")
    ] = None,
    student: Students = None,
    course: Where = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes at a time; as many as cores by default.")
    ] = None,
    executor: Annotated[
        str | None, typer.Option("--executor", metavar="ADDRESS", help="A Dask scheduler: tcp://HOST:PORT.")
    ] = None,
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Run submissions unconfined where there is no sandbox.")
    ] = False,
    stock: Annotated[
        bool, typer.Option("--stock", help="Grade with nbgrader's own engine, unconfined.")
    ] = False,
) -> None:
    """Grade what students handed in (submitted/STUDENT/ASSIGNMENT/), into the gradebook."""
    from autograder.grading import NbgraderEngine
    from autograder.reports import class_table, misconception_table, write_page
    from autograder.reports.run import grade_assignment, write_json

    here = _course(course)
    if json is not None and not json.absolute().parent.is_dir():
        raise CourseError(f"{json.absolute().parent} is no folder; make it, or write the JSON elsewhere")
    engine: Any
    if stock:
        engine = NbgraderEngine(workers)
    else:
        from autograder.grading.trusted import TrustedEngine

        engine = TrustedEngine(workers, unsafe, executor)
    records = []
    for assignment in _chosen(here, assignments, here.submitted()):
        record = grade_assignment(here, assignment, engine, console, student or ())
        records.append(record)
        console.print(class_table(record))
        if record.misconceptions:
            console.print(misconception_table(record))
        console.print(f"class report  {short(write_page(here, record))}")
    console.print(f"gradebook     {short(here.gradebook)}")
    if json is not None:
        write_json(json, records)
        console.print(f"JSON          {short(json)}")
    console.print("feedback      cs-conv feedback " + " ".join(record.assignment for record in records))
    if any("not graded" in record.statuses for record in records):
        raise SystemExit(1)


@app.command()
def feedback(assignments: Names = None, student: Students = None, course: Where = None) -> None:
    """Make the pages that students get back, from the graded notebooks."""
    from autograder.reports.run import make_feedback

    here = _course(course)
    for assignment in _chosen(here, assignments, here.autograded()):
        pages = make_feedback(here, assignment, console, student or ())
        where = f"{short(here.feedback())}/STUDENT/{assignment.name}"
        console.print(f"{assignment.name}: {pages} pages in {where}")


@app.command()
def report(assignments: Names = None, course: Where = None) -> None:
    """Show the last grading again, and write the class report."""
    from autograder.reports import class_table, load_record, misconception_table, write_page

    here = _course(course)
    if not assignments:
        assignments = [a.name for a in here.assignments if (here.reports / f"{a.name}.json").exists()]
    if not assignments:
        raise CourseError("nothing has been graded yet; run: cs-conv grade")
    for assignment in _chosen(here, assignments):
        record = load_record(here, assignment.name)
        console.print(class_table(record))
        if record.misconceptions:
            console.print(misconception_table(record))
        console.print(f"class report  {short(write_page(here, record))}")


@app.command()
def demo(
    assignments: Names = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="FOLDER", help="Where; build/demo if not said.")
    ] = None,
    course: Where = None,
) -> None:
    """Grade a class of sample submissions, in a folder of its own (02 if no assignment is named)."""
    from autograder.demo.run import LARGEST, run_demo

    here = _course(course)
    chosen = _chosen(here, assignments or [LARGEST])
    run_demo(here, chosen, (folder or here.root / "build" / "demo").absolute(), console)


@app.command()
def doctor(course: Where = None) -> None:
    """Try out what the course needs on this machine, and say what to do where something is missing."""
    from autograder.doctor import examine

    healthy = True
    for finding in examine(course if course is not None else Path.cwd()):
        sign = "[green]ok[/]  " if finding.fine else "[bold red]no[/]  "
        console.print(f"{sign}{escape(finding.what)}", highlight=False)
        if not finding.fine:
            console.print(f"    {escape(finding.advice)}", highlight=False)
            healthy = False
    raise SystemExit(0 if healthy else 1)
