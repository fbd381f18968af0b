"""Is this machine ready for the course? Each examination tries the thing itself."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from autograder.course import Course, CourseError
from autograder.released import changes_since_release
from autograder.stock import has_gradebook, let_alembic_run, open_gradebook


@dataclass(frozen=True)
class Finding:
    """What was tried, whether it works, and what to do where it does not."""

    what: str
    fine: bool
    advice: str = ""


def examine(find_course: Callable[[], Course]) -> Iterator[Finding]:
    """Yield a finding for each thing that the course needs."""
    yield _python()
    yield from (_installed(name) for name in ("numpy", "matplotlib", "jupyterlab", "nbgrader", "jupytext"))
    yield _tried("nbgrader can make a gradebook", _make_gradebook, "reinstall the course: pip install -e .")
    yield _tried(
        "a notebook's kernel starts and adds", _run_kernel, "reinstall ipykernel: pip install ipykernel"
    )
    yield from _sandboxes()
    course: Course | None = None
    try:
        course = find_course()
        yield Finding(f"course.yml describes {len(course.assignments)} assignments", True)
    except CourseError as error:
        yield Finding("course.yml can be read", False, str(error))
    if course is not None:
        yield _writable(course)
        yield from _releases(course)


def _sandboxes() -> Iterator[Finding]:
    """A sandbox to grade in: started, and looked around in from inside. One that works is enough."""
    from autograder.grading.trusted.sandbox import BACKENDS, probe
    from autograder.grading.trusted.sandbox.choice import ADVICE

    problems: list[str] = []
    if sys.platform == "linux":
        for name in BACKENDS:
            tried = probe(name)
            if tried.works:
                weaker = f" (weaker than bubblewrap: {problems[0]})" if problems else ""
                yield Finding(f"student code can be confined, by {name}{weaker}", True)
                return
            problems.append(f"{name}: {tried.problem.splitlines()[-1] if tried.problem else 'failed'}")
    yield Finding("student code can be confined while it is graded", False, "\n".join([*problems, ADVICE]))


def _python() -> Finding:
    have = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    fits = (3, 11) <= sys.version_info < (3, 14)
    return Finding(have, fits, "install Python 3.11, 3.12 or 3.13 and start anew with it")


def _installed(name: str) -> Finding:
    try:
        return Finding(f"{name} {version(name)}", True)
    except PackageNotFoundError:
        return Finding(name, False, f"it is not installed for {sys.executable}; run: pip install -e .")


def _tried(what: str, attempt: Callable[[], None], advice: str) -> Finding:
    try:
        attempt()
    except Exception as error:
        return Finding(what, False, f"{type(error).__name__}: {error}; {advice}")
    return Finding(what, True)


def _make_gradebook() -> None:
    from nbgrader.api import Gradebook

    let_alembic_run()
    if shutil.which("alembic") is None:
        raise CourseError("the command alembic is not beside Python")
    with tempfile.TemporaryDirectory() as folder, Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        gradebook.add_student("someone")


def _run_kernel() -> None:
    import autograder.quick_start  # noqa: F401, I001

    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    cell = new_code_cell("assert 20 + 22 == 42")  # type: ignore[no-untyped-call]
    notebook = new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    quiet = ["--IPKernelApp.log_level=50"]  # its remarks on transport help nobody here
    NotebookClient(notebook, timeout=60, kernel_name="python3", extra_arguments=quiet).execute()


def _releases(course: Course) -> Iterator[Finding]:
    """Whether the folders still hold what the gradebook keeps of each release."""
    if not has_gradebook(course):
        return
    try:
        with open_gradebook(course) as gradebook:
            found = {
                assignment.name: list(changes_since_release(course, assignment, gradebook))
                for assignment in course.assignments
            }
    except CourseError as error:
        yield Finding("the gradebook can be read", False, str(error))
        return
    for name, changes in found.items():
        if changes:
            helps = f"grading goes by what was released; to release it anew, run: cs-conv release {name}"
            yield Finding(f"{name} is as it was released", False, "\n".join([*changes, helps]))


def _writable(course: Course) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=course.root):
            pass
    except OSError as error:
        return Finding("the course's folder can be written", False, f"{error}; change its owner or mode")
    return Finding("the course's folder can be written", True)
