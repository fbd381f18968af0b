"""`cs-conv`: what instructors and students do with the course, one subcommand each.

The commands only connect: the course knows where things lie, engines grade, reports show. A mistake of
the person who types is answered in a sentence, never with a traceback.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.markup import escape
from typer.core import TyperGroup

from autograder.course import (
    Assignment,
    Course,
    CourseError,
    find_root,
    learners_course,
    load_course,
    short,
)
from autograder.notebooks.own_copies import make_copies, notebooks_meant, own_notebook, put_aside
from autograder.terminal import bar, complain, console, count, printable, progress_table, speak_plainly

if TYPE_CHECKING:
    from autograder.grading.check_notebook import Tried

STUDY = ("lab", "check", "progress")
"""The commands that need the extra `lab`; the others need `grade`, where they need more than the core."""


class _Friendly(TyperGroup):
    """Turns what a person can mend into a message and an exit code."""

    def main(self, *words: Any, **options: Any) -> Any:
        speak_plainly()
        return super().main(*words, **options)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CourseError as error:
            complain(str(error))
            raise SystemExit(2) from None
        except ModuleNotFoundError as error:
            complain(_not_installed(str(ctx.invoked_subcommand), error))
            raise SystemExit(2) from None
        except OSError as error:  # a full disk, a folder of someone else's
            what = error.strerror or str(error)
            what = f"{error.filename}: {what}" if error.filename else what
            complain(f"{what}; see to that, or work in another place, and run it again")
            raise SystemExit(2) from None
        except KeyboardInterrupt:
            complain("interrupted; what was finished is kept")
            raise SystemExit(130) from None


def _not_installed(command: str, error: ModuleNotFoundError) -> str:
    """What is missing, and how to get it. Raises `error` if it is a module of ours."""
    if error.name is None or error.name.partition(".")[0] in ("autograder", "cs_conv"):
        raise error
    extra = "lab" if command in STUDY else "grade"
    how = f'run: pip install "cs-conv[{extra}]"'
    return f"cs-conv {command} needs {error.name}, which is not installed; {how}"


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


def _learners(where: Path | None) -> Course:
    """The same for those who learn, who may have no more than the installed package."""
    return load_course(where) if where is not None else learners_course(Path.cwd())


def _chosen(course: Course, names: list[str] | None, having: Path | None = None) -> list[Assignment]:
    """The assignments named; without names all, or those for which some student has a folder in `having`."""
    if names:
        return [course.assignment(name) for name in dict.fromkeys(names)]
    if having is None:
        return list(course.assignments)
    from autograder.grading.submissions.other_names import misnamed_folders

    found = [a for a in course.assignments if any(having.glob(f"*/{a.name}"))]
    if not found:
        there = "; ".join(misnamed_folders(course)) if having == course.submitted() else ""
        raise CourseError(there or f"there is nothing in {having} yet")
    return found


@app.command()
def lab(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="Where your copies are; default: mine/.")
    ] = None,
    fresh: Annotated[
        list[str] | None,
        typer.Option("--fresh", metavar="ASSIGNMENT", help="Begin this one anew; your copy is put aside."),
    ] = None,
    course: Where = None,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port to listen on; 8888 or the next free one.")
    ] = None,
) -> None:
    """Open JupyterLab on your own copies of the assignments; they are made if there are none yet."""
    import autograder.skip_slow_imports  # noqa: F401, I001  (before anything imports Jupyter)
    from jupyterlab.labapp import LabApp

    here = _learners(course)
    mine = (folder or here.mine).absolute()
    for assignment in [here.assignment(name) for name in fresh or ()]:
        kept = put_aside(mine, assignment)
        if kept is not None:
            console.print(f"put aside  {escape(short(kept))}", highlight=False)
    made = make_copies(here, mine)
    if made:
        console.print(f"{count(len(made), 'new file')} in {escape(short(mine))}", highlight=False)
    # What remains of its log is the address, and what goes wrong.
    words = [f"--ServerApp.root_dir={mine}", "--Application.log_level=WARN"]
    if not browser:
        words.append("--no-browser")
    if port is not None:
        words.append(f"--port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")
    os.chdir(here.mine.parent)  # where nbgrader's buttons look for nbgrader_config.py
    LabApp.launch_instance(words)


@app.command()
def check(
    notebooks: Annotated[
        list[str],
        typer.Argument(metavar="NOTEBOOK...", help="A file; or an assignment, as 02, in your copy."),
    ],
    course: Where = None,
) -> None:
    """Run notebooks as grading will, and say of each check what it found."""
    from autograder.grading.check_notebook import open_notebook, rehearse

    all_passed = True
    try:
        here = _learners(course)
    except CourseError:  # a notebook of this course can lie anywhere
        here = None
    paths = [path for word in notebooks for path in notebooks_meant(word, here)]
    for work in [open_notebook(path) for path in paths]:
        console.print(f"[bold]{escape(short(work.path))}[/]", highlight=False)
        with console.status("running the notebook"):
            found = rehearse(work)
        for remark in found.remarks:
            console.print(f"[yellow]{escape(printable(remark))}[/]", highlight=False, soft_wrap=True)
        for test in found.tests:
            sign = "[green]✓[/]" if test.passed else "[yellow]?[/]" if test.earned is None else "[red]✗[/]"
            waits = " (for a person to judge)" if test.earned is None else ""
            console.print(f"{sign} {escape(printable(test.test))}{waits}", highlight=False)
            for line in test.said.splitlines():
                console.print(f"    {escape(line)}", highlight=False, soft_wrap=True)
        earned, most = _points(found.automatic)
        console.print(f"{earned:g} of {most:g} points\n", highlight=False)
        all_passed = all_passed and all(test.passed for test in found.automatic)
    raise SystemExit(0 if all_passed else 1)


def _points(tests: Sequence[Tried]) -> tuple[float, float]:
    """What tests that need no person earned together, and the most that they can."""
    return sum(test.earned or 0 for test in tests), sum(test.points for test in tests)


@app.command()
def progress(assignments: Names = None, course: Where = None) -> None:
    """Show which exercises pass in your notebooks: those in mine/, or else in assignments/."""
    from autograder.grading.check_notebook import open_notebook, rehearse

    here = _learners(course)
    table = progress_table()
    for assignment in _chosen(here, assignments):
        for name, points in assignment.notebooks.items():
            path = own_notebook(here, assignment, name)
            if not path.is_file():
                table.add_row(assignment.name, "not here; run: cs-conv release", "", "")
                continue
            try:
                work = open_notebook(path)
            except CourseError as error:
                table.add_row(assignment.name, "cannot be read", "", "")
                complain(str(error))
                continue
            if work.is_untouched:
                table.add_row(assignment.name, "not begun", f"0 / {points:g}", "")
                continue
            with console.status(f"running {escape(short(path))}"):
                tests = rehearse(work).automatic
            for exercise in dict.fromkeys(test.exercise for test in tests):
                earned, most = _points([test for test in tests if test.exercise == exercise])
                table.add_row(assignment.name, exercise, f"{earned:g} / {most:g}", bar(earned, most))
    console.print(table)
    console.print("what a check says: cs-conv check ASSIGNMENT", highlight=False)


@app.command()
def release(assignments: Names = None, course: Where = None) -> None:
    """Make the students' notebooks from solutions/ (all assignments, or those named)."""
    from autograder.notebooks.release import release as make

    here = _course(course)
    chosen = _chosen(here, assignments)
    with console.status("") as status:
        for assignment in chosen:
            status.update(f"releasing {assignment.name}")
            made = make(here, assignment)
            what = "made" if made.changed else "unchanged"
            console.print(f"[green]{what}[/]  {escape(short(made.folder))}  ({assignment.points:g} points)")
            for remark in made.remarks:
                console.print(f"    [yellow]{escape(printable(remark))}[/]", highlight=False)


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
    from autograder.commands.grade import grade_assignment, require_writable, write_json
    from autograder.grading.stock.engine import NbgraderEngine
    from autograder.grading.submissions.other_names import misnamed_folders
    from autograder.reports import class_table, misconception_table, write_class_page

    here = _course(course)
    chosen = _chosen(here, assignments, here.submitted())
    if json is not None:
        require_writable(json)
    engine: Any
    if stock:
        engine = NbgraderEngine(workers)
    else:
        from autograder.grading.trusted import TrustedEngine

        engine = TrustedEngine(workers, unsafe, executor)
    for note in misnamed_folders(here):
        console.print(f"[yellow]{escape(printable(note))}[/]", highlight=False)
    records = []
    for assignment in chosen:
        record = grade_assignment(here, assignment, engine, console, student or ())
        records.append(record)
        if json is not None:
            write_json(json, records)
        console.print(class_table(record))
        if record.misconceptions:
            console.print(misconception_table(record))
        console.print(f"class report  {escape(short(write_class_page(here, record)))}")
    console.print(f"gradebook     {escape(short(here.gradebook))}")
    if json is not None:
        console.print(f"JSON          {escape(short(json))}")
    console.print("feedback      cs-conv feedback " + " ".join(record.assignment for record in records))
    if any("not graded" in record.statuses for record in records):
        raise SystemExit(1)


@app.command()
def feedback(assignments: Names = None, student: Students = None, course: Where = None) -> None:
    """Make the pages that students get back, from the graded notebooks."""
    from autograder.commands.grade import make_feedback

    here = _course(course)
    complete = True
    for assignment in _chosen(here, assignments, here.autograded()):
        pages, failed = make_feedback(here, assignment, console, student or ())
        complete = complete and not failed
        where = f"{escape(short(here.feedback()))}/STUDENT/{assignment.name}"
        console.print(f"{assignment.name}: {count(pages, 'page')} in {where}")
    raise SystemExit(0 if complete else 1)


@app.command()
def report(assignments: Names = None, course: Where = None) -> None:
    """Show the class as the gradebook has it now, and write the class report anew."""
    from autograder.reports import class_table, misconception_table, refresh_record, write_class_page

    here = _course(course)
    chosen = _chosen(here, assignments) if assignments else _graded(here)
    if not chosen:
        raise CourseError("nothing has been graded yet; run: cs-conv grade")
    for assignment in chosen:
        record = refresh_record(here, assignment)
        console.print(class_table(record))
        if record.misconceptions:
            console.print(misconception_table(record))
        console.print(f"class report  {escape(short(write_class_page(here, record)))}")


@app.command()
def export(
    system: Annotated[Literal["canvas", "moodle"], typer.Argument(help="Who is to import the grades.")],
    assignments: Annotated[list[str] | None, typer.Argument(metavar="ASSIGNMENT...")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="SYSTEM.csv in reports/, if not said.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="FILE", help="Canvas's own export, for its numbers.")
    ] = None,
    course: Where = None,
) -> None:
    """Write the points of the gradebook as a CSV file that Canvas or Moodle imports."""
    from autograder.commands.grade import require_writable
    from autograder.reports.export import canvas_rows, moodle_rows, read_grades, read_possible, write_csv

    here = _course(course)
    if roster is not None and system != "canvas":
        raise CourseError("--roster is for canvas; Moodle finds students by ID number or e-mail address")
    chosen = _chosen(here, assignments) if assignments else _graded(here)
    if not chosen:
        raise CourseError("nothing has been graded yet; run: cs-conv grade")
    students, waiting = read_grades(here, chosen)
    unknown: list[str] = []
    if system == "canvas":
        rows, unknown = canvas_rows(students, chosen, roster, read_possible(here, chosen))
    else:
        rows = moodle_rows(students, chosen)
    path = to or here.reports / f"{system}.csv"
    if to is None:
        path.parent.mkdir(parents=True, exist_ok=True)
    require_writable(path)
    write_csv(path, rows)
    size = f"{count(len(students) - len(unknown), 'student')}, {count(len(chosen), 'assignment')}"
    console.print(f"{escape(short(path.absolute()))}: {size}", highlight=False)
    if unknown:
        console.print(f"[yellow]left out, not in {escape(str(roster))}:[/] {escape(', '.join(unknown))}")
    if waiting:
        what = "submission waits" if waiting == 1 else "submissions wait"
        console.print(f"[yellow]{waiting} {what} for a person's grade[/] (formgrader)")


def _graded(course: Course) -> list[Assignment]:
    """The assignments for which the gradebook, or an earlier report, knows submissions."""
    from autograder.grading.nbgrader_settings import has_gradebook, open_gradebook

    found = {a.name for a in course.assignments if (course.reports / f"{a.name}.json").exists()}
    if has_gradebook(course):
        with open_gradebook(course) as gradebook:
            found |= {a.name for a in gradebook.assignments if a.num_submissions}
    return [a for a in course.assignments if a.name in found]


@app.command()
def demo(
    assignments: Names = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="FOLDER", help="Where; build/demo if not said.")
    ] = None,
    course: Where = None,
) -> None:
    """Grade a class of sample submissions, in a folder of its own (02 if no assignment is named)."""
    from autograder.commands.demo import LARGEST, run_demo

    here = _course(course)
    chosen = _chosen(here, assignments or [a.name for a in here.assignments if a.name == LARGEST])
    run_demo(here, chosen, (folder or here.root / "build" / "demo").absolute(), console)


@app.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
def bench(context: typer.Context) -> None:
    """Time the layers beside PyTorch and others that are installed (bench --help: what to time, and how)."""
    root = Path(__file__).parents[1]
    if not (root / "benchmarks").is_dir():
        raise CourseError("the benchmarks are not part of the installed package; run this in a checkout")
    sys.path.insert(0, str(root))
    raise SystemExit(importlib.import_module("benchmarks.__main__").main(context.args))


@app.command()
def doctor(course: Where = None) -> None:
    """Try out what the course needs on this machine, and say what to do where something is missing."""
    from autograder.commands.doctor import examine

    healthy = True
    for finding in examine(lambda: _learners(course)):
        sign = {True: "[green]ok[/]  ", False: "[bold red]no[/]  ", None: "[dim]--[/]  "}[finding.fine]
        console.print(f"{sign}{escape(finding.what)}", highlight=False)
        if not finding.fine:
            console.print(f"    {escape(finding.advice)}", highlight=False)
        healthy = healthy and finding.fine is not False
    raise SystemExit(0 if healthy else 1)
