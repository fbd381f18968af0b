"""Is this machine ready for the course? Each examination tries the thing itself."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from autograder.course import Course, CourseError


@dataclass(frozen=True)
class Finding:
    """What was tried, whether it works, and what to do if it does not.

    `fine` is None for what is absent and need not be here: a part of the course that was not installed.
    """

    what: str
    fine: bool | None
    advice: str = ""


def examine(find_course: Callable[[], Course]) -> Iterator[Finding]:
    """Yield a finding for each thing that the course needs."""
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
    course: Course | None = None
    try:
        course = find_course()
        yield Finding(f"course.yml describes {len(course.assignments)} assignments", True)
    except CourseError as error:
        yield Finding("course.yml can be read", False, str(error))
    if course is not None:
        yield _writable(course)
        if _has("nbgrader"):
            yield from _releases(course)


def _part(extra: str, purpose: str, names: tuple[str, ...]) -> Iterator[Finding]:
    """The packages of an extra; one finding if it was not asked for."""
    if any(map(_has, names)):
        yield from map(_installed, names)
    else:
        advice = f'to {purpose}: pip install "cs-conv[{extra}]"'
        yield Finding(f"{' and '.join(names)} are not installed", None, advice)


def _sandboxes() -> Iterator[Finding]:
    """A sandbox to grade in: started, and looked around in from inside. One that works is enough."""
    from autograder.grading.trusted.sandbox import BACKENDS, probe
    from autograder.grading.trusted.sandbox.try_backends import ADVICE, ELSEWHERE, is_linux

    if not is_linux():
        yield Finding("student code cannot be confined on this system", None, ELSEWHERE)
        return
    problems: list[str] = []
    for name in BACKENDS:
        tried = probe(name)
        if tried.works:
            weaker = f" (weaker than bubblewrap: {problems[0]})" if problems else ""
            yield Finding(f"student code can be confined, by {name}{weaker}", True)
            yield Finding(_watch(tried.without_group), True)
            return
        problems.append(f"{name}: {tried.problem.splitlines()[-1] if tried.problem else 'failed'}")
    yield Finding("student code can be confined while it is graded", False, "\n".join([*problems, ADVICE]))


def _watch(without_group: str) -> str:
    """How the memory of a submission is bounded."""
    if not without_group:
        return "each submission gets a control group: the kernel bounds what its processes hold together"
    return f"no control group can be made ({without_group}): memory is watched four times a second instead"


def _python() -> Finding:
    have = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    return Finding(have, sys.version_info >= (3, 11), "install Python 3.11 or newer and start anew with it")


def _has(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _installed(name: str) -> Finding:
    try:
        return Finding(f"{name} {version(name)}", True)
    except PackageNotFoundError:
        return Finding(name, False, f"it is not installed for {sys.executable}; run: pip install {name}")


def _tried(what: str, attempt: Callable[[], None], advice: str) -> Finding:
    try:
        attempt()
    except Exception as error:
        return Finding(what, False, f"{type(error).__name__}: {error}; {advice}")
    return Finding(what, True)


def _make_gradebook() -> None:
    from nbgrader.api import Gradebook

    from autograder.grading.nbgrader_settings import let_alembic_run

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
    quiet = ["--IPKernelApp.log_level=50"]  # its remarks on transport help nobody here
    NotebookClient(notebook, timeout=60, kernel_name="python3", extra_arguments=quiet).execute()


def _releases(course: Course) -> Iterator[Finding]:
    """Whether the folders still hold what the gradebook keeps of each release."""
    from autograder.grading.nbgrader_settings import has_gradebook, open_gradebook
    from autograder.notebooks.released import changes_since_release

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
            yield Finding(f"{name} is as it was released", False, "\n".join(changes))


def _writable(course: Course) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=course.mine.parent):
            pass
    except OSError as error:
        return Finding("the course's folder can be written", False, f"{error}; change its owner or mode")
    return Finding("the course's folder can be written", True)
