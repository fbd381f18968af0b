"""`cs-conv site`: the course as a folder of pages that any web server can hand out."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape

from autograder.commands.selection import instructors_course
from autograder.course import CourseError, short
from autograder.site.build import build
from autograder.site.lite import build_lite
from autograder.site.pyodide import assemble, is_assembled
from autograder.site.review import Review, review
from autograder.terminal import console, count


def run(to: Path | None, pyodide: Path | None, lite: bool, pictures: bool, folder: Path | None) -> None:
    """Build the site, and say where it is, how large it is, and how to look at it."""
    if pictures and not lite:
        raise CourseError("--pictures is for the notebooks in JupyterLite: add --lite")
    course = instructors_course(folder)
    build_folder = course.root / "build"
    target = (to or build_folder / "site").resolve()
    if lite and pyodide is None:
        pyodide = build_folder / "pyodide"  # the notebooks bring Python along, so nobody has to be asked
    with console.status("") as status:
        if pyodide is not None and not is_assembled(pyodide):
            status.update("fetching Pyodide")
            assemble(pyodide, build_folder / "npm")
        build(course, target, pyodide, lambda what: status.update(escape(what)), lite)
        sizes = None
        if lite:
            sizes = build_lite(course, target, lambda what: status.update(escape(what)), pictures)
        status.update("looking it over")
        found = review(target)
    _print(found, target)
    if sizes is not None:
        console.print(f"the notebooks  {escape(short(target))}/lite/lab  ({sizes})", highlight=False)


def _print(found: Review, target: Path) -> None:
    console.print(f"site  {escape(short(target))}  ({count(found.pages, 'page')}, {found.megabytes:.0f} MB)")
    console.print(f"the first page loads {found.first_kilobytes:.0f} kB, gzipped, before Python is needed")
    console.print(f"look at it: python -m http.server --directory {escape(short(target))}", highlight=False)
