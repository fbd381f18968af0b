"""`cs-conv doctor`: whether this machine can run the course. Each thing is tried, not only looked up."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.markup import escape

from autograder.commands.selection import course_to_study
from autograder.course import Course, CourseError
from autograder.terminal import console


@dataclass(frozen=True)
class Examined:
    """One thing that was tried, whether it works, and what to do if it does not.

    `fine` is None for a part of the course that is not installed and does not have to be.
    """

    what: str
    fine: bool | None
    advice: str = ""


def run(folder: Path | None) -> None:
    """Print what was tried; exit code 1 if something that is needed does not work."""
    healthy = True
    for examined in examine(lambda: course_to_study(folder)):
        sign = {True: "[green]ok[/]  ", False: "[bold red]no[/]  ", None: "[dim]--[/]  "}[examined.fine]
        console.print(f"{sign}{escape(examined.what)}", highlight=False)
        if not examined.fine:
            console.print(f"    {escape(examined.advice)}", highlight=False)
        healthy = healthy and examined.fine is not False
    raise SystemExit(0 if healthy else 1)


def examine(find_course: Callable[[], Course]) -> Iterator[Examined]:
    """Try each thing that the course needs."""
    yield _python()
    yield from map(_installed, ("numpy", "matplotlib", "ipywidgets"))
    yield from _part("lab", "open and check notebooks", ("jupyterlab", "ipykernel"))
    if _has("ipykernel"):
        yield _tried(
            "a notebook's kernel starts and adds", _run_kernel, "reinstall ipykernel: pip install ipykernel"
        )
    yield from _part("grade", "release and grade", ("nbgrader", "jupytext"))
    if _has("nbgrader"):
        again = 'reinstall nbgrader: pip install "cs-conv[grade]"'
        yield _tried("nbgrader can make a gradebook", _make_gradebook, again)
        yield from _sandboxes()
        yield _processes()
    course: Course | None = None
    try:
        course = find_course()
        yield Examined(f"course.yml describes {len(course.assignments)} assignments", True)
    except CourseError as error:
        yield Examined("course.yml can be read", False, str(error))
    if course is not None:
        yield _writable(course)
        if _has("nbgrader"):
            yield from _releases(course)


def _part(extra: str, purpose: str, names: tuple[str, ...]) -> Iterator[Examined]:
    """The packages of an extra, one by one; if none of them is installed, one remark on all."""
    if any(map(_has, names)):
        yield from map(_installed, names)
    else:
        advice = f'to {purpose}: pip install "cs-conv[{extra}]"'
        yield Examined(f"{' and '.join(names)} are not installed", None, advice)


def _sandboxes() -> Iterator[Examined]:
    """Start each kind of sandbox and test it from inside, until one works."""
    from autograder.grading.trusted.sandbox import BACKENDS, probe
    from autograder.grading.trusted.sandbox.try_backends import ADVICE, ELSEWHERE, is_linux

    if not is_linux():
        yield Examined("student code cannot be confined on this system", None, ELSEWHERE)
        return
    problems: list[str] = []
    for name in BACKENDS:
        tried = probe(name)
        if tried.works:
            weaker = f" (weaker than bubblewrap: {problems[0]})" if problems else ""
            yield Examined(f"student code can be confined, by {name}{weaker}", True)
            yield Examined(_watch(tried.without_group), True)
            return
        problems.append(f"{name}: {tried.problem.splitlines()[-1] if tried.problem else 'failed'}")
    yield Examined("student code can be confined while it is graded", False, "\n".join([*problems, ADVICE]))


def _processes() -> Examined:
    """Whether processes can work together; in some containers a user may make no semaphores."""
    from autograder.grading.process_pool import process_pool

    try:
        process_pool(1).shutdown()
    except CourseError as error:
        return Examined("several processes can grade together", False, str(error))
    return Examined("several processes can grade together", True)


def _watch(without_group: str) -> str:
    """How the memory of a submission is limited."""
    if not without_group:
        return "each submission gets a control group: the kernel bounds what its processes hold together"
    return f"no control group can be made ({without_group}): memory is watched four times a second instead"


def _python() -> Examined:
    have = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    return Examined(have, sys.version_info >= (3, 11), "install Python 3.11 or newer and start anew with it")


def _has(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _installed(name: str) -> Examined:
    try:
        return Examined(f"{name} {version(name)}", True)
    except PackageNotFoundError:
        return Examined(name, False, f"it is not installed for {sys.executable}; run: pip install {name}")


def _tried(what: str, attempt: Callable[[], None], advice: str) -> Examined:
    try:
        attempt()
    except Exception as error:
        return Examined(what, False, f"{type(error).__name__}: {error}; {advice}")
    return Examined(what, True)


def _make_gradebook() -> None:
    from nbgrader.api import Gradebook

    from autograder.grading.nbgrader_workarounds import let_alembic_run

    let_alembic_run()
    if shutil.which("alembic") is None:
        raise CourseError("the command alembic is not beside Python")
    with tempfile.TemporaryDirectory() as folder, Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        gradebook.add_student("someone")


def _run_kernel() -> None:
    import autograder.skip_slow_imports  # noqa: F401, I001

    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    cell = new_code_cell("assert 20 + 22 == 42")  # type: ignore[no-untyped-call]
    notebook = new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    quiet = ["--IPKernelApp.log_level=50"]  # hides remarks on its transport
    NotebookClient(notebook, timeout=60, kernel_name="python3", extra_arguments=quiet).execute()


def _releases(course: Course) -> Iterator[Examined]:
    """Whether the folders still hold what was released, by the copy in the gradebook."""
    from autograder.grading.gradebook.open import has_gradebook, open_gradebook
    from autograder.notebooks.changes_since_release import changes_since_release

    if not has_gradebook(course):
        return
    try:
        with open_gradebook(course) as gradebook:
            found = {
                assignment.name: list(changes_since_release(course, assignment, gradebook))
                for assignment in course.assignments
            }
    except CourseError as error:
        yield Examined("the gradebook can be read", False, str(error))
        return
    for name, changes in found.items():
        if changes:
            yield Examined(f"{name} is as it was released", False, "\n".join(changes))


def _writable(course: Course) -> Examined:
    try:
        with tempfile.TemporaryFile(dir=course.mine.parent):
            pass
    except OSError as error:
        return Examined("the course's folder can be written", False, f"{error}; change its owner or mode")
    return Examined("the course's folder can be written", True)
