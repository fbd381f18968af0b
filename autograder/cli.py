"""`cs-conv`: the names, options and help of its commands. Each hands over to its module in `commands/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from autograder.commands.errors import ReportsErrors

app = typer.Typer(
    cls=ReportsErrors,
    name="cs-conv",
    help="A course on convolutional networks: do the assignments, release them, grade a class.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ASSIGNMENT...", help="Assignments, for instance 02-conv-forward, or 02 for short."
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--course", metavar="FOLDER", help="The course's folder. Default: this one or one above it."
    ),
]
Students = Annotated[
    list[str] | None,
    typer.Option("--student", metavar="NAME", help="Only this student. Can be given several times."),
]

Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="How many notebooks to run at a time. Default: one per core."),
]
Executor = Annotated[
    str | None,
    typer.Option(
        "--executor", metavar="ADDRESS", help="Grade on this Dask cluster, given as tcp://HOST:PORT."
    ),
]
Unsafe = Annotated[
    bool, typer.Option("--unsafe", help="If no sandbox works here, run submissions without one.")
]


@app.command()
def lab(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="The folder of your copies. Default: mine/.")
    ] = None,
    fresh: Annotated[
        list[str] | None,
        typer.Option(
            "--fresh",
            metavar="ASSIGNMENT",
            help="Start this assignment again. Your copy is moved to earlier/, not deleted.",
        ),
    ] = None,
    update: Annotated[
        list[str] | None,
        typer.Option(
            "--update",
            metavar="ASSIGNMENT",
            help="Carry your answers into its newest release. Your old notebook is kept in earlier/.",
        ),
    ] = None,
    course: Folder = None,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="The port to listen on. Default: 8888 or the next free one."),
    ] = None,
) -> None:
    """Open JupyterLab on your own copies of the assignments. Missing copies are made first.

    If a release has other exercises, tests or code than your copy, your answers are carried into it.
    """
    from autograder.commands import lab as command

    command.run(folder, fresh or (), update or (), course, browser, port)


@app.command()
def check(
    notebooks: Annotated[
        list[str],
        typer.Argument(
            metavar="NOTEBOOK...", help="Notebook files. An assignment, such as 02, means your copy of it."
        ),
    ],
    course: Folder = None,
) -> None:
    """Run notebooks as grading will, and show the result of every test."""
    from autograder.commands import check as command

    command.run(notebooks, course)


@app.command()
def progress(assignments: Names = None, course: Folder = None) -> None:
    """Show how far you are: all assignments on one screen, or the exercises of those that you name.

    Your notebooks are those in mine/, or in assignments/ if you have no copy. Only what has changed is run.
    """
    from autograder.commands import progress as command

    command.run(assignments or (), course)


@app.command()
def solution(
    exercise: Annotated[
        str, typer.Argument(metavar="EXERCISE", help="The name of a function, for instance conv_forward.")
    ],
    now: Annotated[bool, typer.Option("--now", help="Show the answer at once.")] = False,
    course: Folder = None,
) -> None:
    """If you learn alone: show the next hint of an exercise, and after the last one the answer."""
    from autograder.commands import solution as command

    command.run(exercise, now, course)


@app.command()
def certificate(
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Your name, for the page.")] = "",
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help="The file to write. Default: mine/certificate.html."),
    ] = None,
    course: Folder = None,
) -> None:
    """If you learn alone: make a page of what you have solved, when, and with which help.

    It is your own record, and not a proof.
    """
    from autograder.commands import certificate as command

    command.run(name, to, course)


@app.command()
def release(assignments: Names = None, course: Folder = None) -> None:
    """Make the students' notebooks from solutions/. Default: those of all assignments."""
    from autograder.commands import release as command

    command.run(assignments or (), course)


@app.command()
def collect(
    system: Annotated[
        Literal["canvas", "moodle", "gradescope", "zip"],
        typer.Argument(
            help="The system that made the file; zip: your own, with STUDENT/FILE or STUDENT_FILE."
        ),
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file with all submissions.")],
    roster: Annotated[
        list[Path] | None,
        typer.Option(
            "--roster",
            metavar="FILE",
            help="A list of students (CSV): a gradebook of Canvas, a grading worksheet of Moodle, scores of "
            "Gradescope, or your own. Can be given several times.",
        ),
    ] = None,
    assignment: Annotated[
        str | None,
        typer.Option(
            "--assignment", metavar="ASSIGNMENT", help="The assignment. Default: that of most notebooks."
        ),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            "--zone",
            metavar="ZONE",
            help="The time zone of a roster's times, as Europe/Berlin. Default: that of the due date.",
        ),
    ] = None,
    course: Folder = None,
) -> None:
    """Sort a zip file with submissions into submitted/STUDENT/ASSIGNMENT/, and say what is left over."""
    from autograder.commands import collect as command

    command.run(system, file, roster or (), assignment, zone, course)


@app.command()
def grade(
    assignments: Names = None,
    json: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", help="Also write scores, statuses and misconceptions to this file."
        ),
    ] = None,
    student: Students = None,
    course: Folder = None,
    workers: Workers = None,
    executor: Executor = None,
    unsafe: Unsafe = False,
    stock: Annotated[
        bool, typer.Option("--stock", help="Grade with nbgrader's own engine, which has no sandbox.")
    ] = False,
) -> None:
    """Grade the notebooks in submitted/STUDENT/ASSIGNMENT/ and record the points in the gradebook."""
    from autograder.commands import grade as command

    command.run(assignments or (), json, student or (), course, workers, executor, unsafe, stock)


@app.command()
def regrade(
    assignments: Names = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only say whose points would change, by how much and why.")
    ] = False,
    never_lower: Annotated[
        bool,
        typer.Option("--never-lower", help="Nobody loses points of a test because the test has changed."),
    ] = False,
    course: Folder = None,
    workers: Workers = None,
    executor: Executor = None,
    unsafe: Unsafe = False,
) -> None:
    """Grade again with the assignment as solutions/ has it now, and say first whose points change.

    It is tried on a copy of the gradebook; then the assignment is released and graded.
    """
    from autograder.commands import regrade as command

    command.run(assignments or (), preview, never_lower, course, workers, executor, unsafe)


@app.command()
def discard(
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="The assignment.")],
    questions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUESTION...",
            help="Names of tests or exercises. Default: list what was thrown out.",
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full-points", help="All who handed in get all points of the question.")
    ] = False,
    none: Annotated[
        bool, typer.Option("--no-points", help="It counts for nobody, and the maximum is smaller.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="It counts again, with the points from before.")
    ] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only say whose points would change.")] = False,
    course: Folder = None,
) -> None:
    """Throw a question out of an assignment: everybody gets its points, or it counts for none."""
    from autograder.commands import discard as command

    command.run(assignment, questions or (), full, none, undo, preview, course)


@app.command()
def due(
    assignment: Annotated[
        str | None, typer.Argument(metavar="ASSIGNMENT", help="The assignment. Default: all.")
    ] = None,
    date: Annotated[
        str | None,
        typer.Argument(metavar="DATE", help='Its new due date, for instance "2027-02-15 23:59 +01:00".'),
    ] = None,
    course: Folder = None,
) -> None:
    """Show when assignments are due, what being late costs, and who has more time; or change a due date."""
    from autograder.commands import due as command

    command.run(assignment, date, course)


@app.command()
def extend(
    student: Annotated[
        str | None, typer.Argument(metavar="STUDENT", help="Default: list all extensions.")
    ] = None,
    assignment: Annotated[str | None, typer.Argument(metavar="ASSIGNMENT", help="The assignment.")] = None,
    days: Annotated[float | None, typer.Option("--days", help="Days after the due date.")] = None,
    hours: Annotated[float | None, typer.Option("--hours", help="Hours after the due date.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="The student's own due date.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="A note for you; the student does not see it.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the extension back.")] = False,
    course: Folder = None,
) -> None:
    """Give a student more time for an assignment. A later extension replaces an earlier one."""
    from autograder.commands import extend as command

    command.run(student, assignment, days, hours, until, why, undo, course)


@app.command()
def mark(
    assignment: Annotated[
        str, typer.Argument(metavar="ASSIGNMENT", help="For instance 02-conv-forward, or 02.")
    ],
    write: Annotated[
        bool, typer.Option("--write", help="Write the points and comments of the file into the gradebook.")
    ] = False,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            help="Make the file anew, with what you have filled in. The old one is kept in earlier/.",
        ),
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="List everything written so far, and by whom.")
    ] = False,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="The file to use. Default: marks/ASSIGNMENT.yml."),
    ] = None,
    course: Folder = None,
) -> None:
    """Give points and comments to written answers, in groups of alike ones.

    The first run makes a file with all answers. Fill in points, and run it again to see what would change.
    """
    from autograder.commands import mark as command

    command.run(assignment, write, fresh, history, file, course)


@app.command()
def feedback(
    assignments: Names = None,
    student: Students = None,
    pack: Annotated[
        Literal["canvas", "moodle"] | None,
        typer.Option(
            "--zip",
            help="Also pack them into reports/ASSIGNMENT-SYSTEM.zip, for the bulk upload of the system that "
            "cs-conv collect took the submissions from.",
        ),
    ] = None,
    course: Folder = None,
) -> None:
    """Make the pages that students get back, from their graded notebooks."""
    from autograder.commands import feedback as command

    command.run(assignments or (), student or (), pack, course)


@app.command()
def report(assignments: Names = None, course: Folder = None) -> None:
    """Show the points that the gradebook has now, and update the class report."""
    from autograder.commands import report as command

    command.run(assignments or (), course)


@app.command()
def export(
    system: Annotated[
        Literal["canvas", "moodle", "gradescope"], typer.Argument(help="The system that takes the file.")
    ],
    assignments: Annotated[
        list[str] | None,
        typer.Argument(metavar="ASSIGNMENT...", help="Assignments. Default: all that were graded."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FILE",
            help="The file to write. Default: reports/SYSTEM.csv; reports/ASSIGNMENT-gradescope.zip.",
        ),
    ] = None,
    roster: Annotated[
        list[Path] | None,
        typer.Option(
            "--roster",
            metavar="FILE",
            help="A list of students from that system, with the ids that it needs: a gradebook of Canvas, "
            "a grading worksheet or gradebook of Moodle. Can be given several times: others say who is who.",
        ),
    ] = None,
    course: Folder = None,
) -> None:
    """Write the gradebook's points as a CSV file for Canvas or Moodle, or as an autograder for Gradescope."""
    from autograder.commands import export as command

    command.run(system, assignments or (), to, roster or (), course)


@app.command()
def demo(
    assignments: Names = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="FOLDER", help="The folder to use. Default: build/demo."),
    ] = None,
    course: Folder = None,
) -> None:
    """Release, grade and report on sample students, in a separate folder. Default: assignment 02."""
    from autograder.commands import demo as command

    command.run(assignments or (), folder, course)


@app.command()
def site(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="The site's folder. Default: build/site.")
    ] = None,
    pyodide: Annotated[
        Path | None,
        typer.Option(
            "--pyodide",
            metavar="FOLDER",
            help="Put this Pyodide into the site; npm makes the folder if it does not exist, or is of another"
            " version. Without it, readers are asked whether to fetch it from Pyodide's server.",
        ),
    ] = None,
    lite: Annotated[
        bool,
        typer.Option(
            "--lite",
            help="Add all notebooks as JupyterLite, which runs and checks them in the browser. Needs npm.",
        ),
    ] = False,
    pictures: Annotated[
        bool,
        typer.Option(
            "--pictures",
            help="Let JupyterLite fetch matplotlib from Pyodide's server; else a sentence stands there.",
        ),
    ] = False,
    course: Folder = None,
) -> None:
    """Make the course's website: lessons with live pictures, this manual, the library's reference."""
    from autograder.commands import site as command

    command.run(to, pyodide, lite, pictures, course)


@app.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
def bench(context: typer.Context) -> None:
    """Time the layers against PyTorch and other installed libraries. See bench --help."""
    from autograder.commands import bench as command

    command.run(context.args)


@app.command()
def doctor(course: Folder = None) -> None:
    """Test whether this machine has everything the course needs, and say how to get what is missing."""
    from autograder.commands import doctor as command

    command.run(course)
