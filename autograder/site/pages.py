"""The site's pages as a folder of sources for Sphinx: texts of `docs/`, lessons, the reference.

Texts keep their places, so that the links between them lead where they lead in the repository.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cs_conv
from autograder.course import Course
from autograder.notebooks.files import read_notebook, write_notebook
from autograder.site.executed import executed
from autograder.site.front import backward_part, forward_part, trainer_part
from autograder.site.lessons import Pages, lesson_page, stubs_in, with_links

TEXTS = Path(__file__).with_name("pages")
LEARNERS = ("students", "self-learners", "walks")
INSTRUCTORS = ("instructors", "grading", "systems", "public-solutions", "administrators", "site")
"""Pages of docs/ by their readers; all others are for contributors."""
_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def write_pages(course: Course, to: Path, parts: Path, say: Callable[[str], None], lite: bool) -> None:
    """Write the sources of all pages into the folder `to`, and the files of live parts into `parts`."""
    lessons = [*_lessons(course, to / "lessons", parts, say, lite)]
    texts = sorted(path.stem for path in (course.root / "docs").glob("*.md"))
    machines = sorted(path.stem for path in (course.root / "docs" / "machines").glob("*.md"))
    texts += [f"machines/{name}" for name in machines]
    _copy(course.root, to, ["README.md", "CONTRIBUTING.md", *(f"docs/{name}.md" for name in texts)])
    modules = [*_reference(to / "reference")]
    others = [name for name in texts if name not in LEARNERS + INSTRUCTORS and "/" not in name]
    contents = [
        _tree("Lessons", ["lessons/index", "train"]),
        _tree("For learners", [*_docs(LEARNERS, texts), "Install it <README>"]),
        _tree("For instructors", _docs([*INSTRUCTORS, *(f"machines/{name}" for name in machines)], texts)),
        _tree("For contributors", ["CONTRIBUTING", *_docs(others, texts)]),
        _tree("Reference", ["reference/index"]),
    ]
    demo = {"forward": forward_part().html(parts, ""), "backward": backward_part().html(parts, "")}
    _fill("index", to / "index.md", **demo, contents="\n\n".join(contents))
    _fill("train", to / "train.md", trainer=trainer_part(_stubs(course)).html(parts, ""))
    _fill("lessons", to / "lessons" / "index.md", lessons=_tree("", lessons, hidden=False))
    _fill("reference", to / "reference" / "index.md", modules=_tree("", modules, hidden=False))


def _fill(text: str, to: Path, **values: str) -> None:
    page = (TEXTS / f"{text}.md").read_text(encoding="utf-8")
    for name, value in values.items():
        page = page.replace(f"{{{{ {name} }}}}", value)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(page, encoding="utf-8")


def _tree(caption: str, pages: Iterable[str], hidden: bool = True) -> str:
    options = [f":caption: {caption}"] * bool(caption) + [":hidden:"] * hidden + [":maxdepth: 1"]
    return "\n".join(["```{toctree}", *options, "", *pages, "```"])


def _docs(names: Iterable[str], there: Iterable[str]) -> list[str]:
    return [f"docs/{name}" for name in names if name in there]


def _copy(root: Path, to: Path, pages: Iterable[str]) -> None:
    """Copy these pages, and the files that they link to."""
    waiting, done = list(pages), set[str]()
    while waiting:
        page = waiting.pop()
        if page in done or not (root / page).is_file():
            continue
        done.add(page)
        (to / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / page, to / page)
        if page.endswith(".md"):
            linked = _LINK.findall((root / page).read_text(encoding="utf-8"))
            targets = [(root / page).parent.joinpath(link).resolve() for link in linked]
            waiting += [str(target.relative_to(root)) for target in targets if target.is_relative_to(root)]


def _lessons(course: Course, to: Path, parts: Path, say: Callable[[str], None], lite: bool) -> Iterator[str]:
    """Write the pages of the lessons; gives their names."""
    for assignment in course.assignments:
        for name in assignment.notebooks:
            page = lesson_page(course, executed(course, assignment, name, say), Pages(parts, "../"))
            released = course.releases / assignment.name / f"{name}.ipynb"
            links = f"*Lesson {assignment.name[:2]}.*"
            path = f"{assignment.name}/{name}.ipynb"
            if lite:
                links += (
                    f' <a href="../lite/lab/index.html?path={path}">Work on it here, in this browser</a> ·'
                )
            if released.is_file():
                shutil.copytree(released.parent, to / "notebooks" / assignment.name, dirs_exist_ok=True)
                links += f" {{download}}`The notebook <notebooks/{path}>`"
            title = f"{assignment.name}-{name}" if len(assignment.notebooks) > 1 else assignment.name
            page = with_links(page, links)
            write_notebook(page, to / f"{title}.ipynb")
            number = assignment.name.partition("-")[0]
            yield f"{number} {page.cells[0].source.removeprefix('# ')} <{title}>"


def _stubs(course: Course) -> dict[str, str]:
    """What students receive for the exercises of all lessons."""
    paths = [path for a in course.assignments for path in (course.releases / a.name).glob("*.ipynb")]
    return {name: stub for path in paths for name, stub in stubs_in(read_notebook(path)).items()}


def _reference(to: Path) -> Iterator[str]:
    """Write a page for each part of the library; gives their names."""
    to.mkdir(parents=True, exist_ok=True)
    for part in pkgutil.iter_modules(cs_conv.__path__, "cs_conv."):
        if part.name.startswith("cs_conv._"):
            continue
        names = [part.name]
        if part.ispkg:
            folder = importlib.import_module(part.name).__path__
            names += [module.name for module in pkgutil.iter_modules(folder, f"{part.name}.")]
        names = [name for name in names if not name.rpartition(".")[2].startswith("_")]
        lines = [part.name, "=" * len(part.name), ""]
        for name in names:
            if name != part.name:
                lines += [name, "-" * len(name), ""]
            lines += [f".. automodule:: {name}", "   :members:", "   :ignore-module-all:", ""]
        page = part.name.partition(".")[2]
        (to / f"{page}.rst").write_text("\n".join(lines), encoding="utf-8")
        yield page
