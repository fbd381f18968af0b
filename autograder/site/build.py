"""The whole site: pages by Sphinx, and beside them what live parts load."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from sphinx.application import Sphinx

from autograder.course import Course, CourseError, short
from autograder.site.live_files import LIVE, write_live
from autograder.site.pages import write_pages

MADE = "sw.js"
"""A file that every site has: a folder without it is not one of ours."""


def build(
    course: Course, to: Path, pyodide: Path | None, say: Callable[[str], None], lite: bool = False
) -> None:
    """Write the site into the folder `to`, which is replaced when the new one is complete.

    `pyodide` is a folder with Pyodide and NumPy, which is copied. Without it readers are asked whether to
    fetch them from Pyodide's own server. `lite`: lessons link to their notebooks in JupyterLite, which the
    caller puts into `to`/lite. Raises CourseError if `to` has other files in it, and with what
    Sphinx found wrong.
    """
    if to.is_dir() and any(to.iterdir()) and not (to / MADE).is_file():
        raise CourseError(
            f"{short(to)} has other files in it; name a folder for the site that is new or empty"
        )
    work = to.with_name(f"{to.name}-work")
    shutil.rmtree(work, ignore_errors=True)
    sources, files = work / "pages", work / "files"
    write_pages(course, sources, files / "live" / "parts", say, lite)
    write_live(files, pyodide)
    say("making the pages")
    problems = _sphinx(course, sources, files, work)
    shutil.rmtree(to, ignore_errors=True)
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(work / "html", to)
    shutil.rmtree(work)
    if problems:
        raise CourseError(f"{short(to)} is written, but Sphinx found faults in its pages:\n{problems}")


def _sphinx(course: Course, sources: Path, files: Path, work: Path) -> str:
    """Make the pages; returns what is wrong with them. Raises CourseError if there are none."""
    said, warned = io.StringIO(), io.StringIO()
    settings = _settings(course, files)
    html, trees = work / "html", work / "trees"
    app = Sphinx(sources, None, html, trees, "html", settings, said, warned, freshenv=True)
    app.build(force_all=True)
    problems = re.sub(r"\x1b\[[\d;]*m", "", warned.getvalue()).strip().replace(f"{sources}/", "")
    if app.statuscode:
        raise CourseError(f"Sphinx made no pages:\n{problems or said.getvalue()[-2000:]}")
    return problems


def _settings(course: Course, files: Path) -> dict[str, object]:
    """Sphinx's settings. What it would fetch from other hosts is switched off."""
    return {
        "project": course.title,
        "html_title": course.title,
        "extensions": ["myst_nb", "sphinx.ext.autodoc", "autograder.site.extension"],
        "html_theme": "furo",
        "html_math_renderer": "mathml",
        "html_static_path": [str(LIVE / "site.css")],
        "html_css_files": ["site.css"],
        "html_favicon": str(LIVE / "icon.svg"),
        "html_extra_path": [str(files)],
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_sphinx": False,
        "html_show_copyright": False,
        "nb_execution_mode": "off",
        "nb_ipywidgets_js": {},
        "myst_enable_extensions": ["dollarmath"],
        "myst_heading_anchors": 4,
        "myst_heading_slug_func": "autograder.site.extension.heading_link",
        "default_role": "code",
        "autodoc_member_order": "bysource",
        "autodoc_typehints": "none",
        "suppress_warnings": ["mystnb.unknown_mime_type", "toc.not_included"],
        "exclude_patterns": ["lessons/notebooks"],
        "language": "en",
    }
