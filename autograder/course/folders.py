"""A course on disk: where its parts lie. The names are nbgrader's own, so that its commands find them."""

from __future__ import annotations

from pathlib import Path

from autograder.course.description import COURSE_FILE, Assignment, Description, read_description
from autograder.course.errors import CourseError, NoCourseError

SHIPPED = Path(__file__).resolve().parents[1] / "shipped"
"""In an installed package: course.yml and the students' notebooks."""
SOURCE = "build/source"
RELEASE = "assignments"


class Course:
    """A course on disk: its description and where its parts lie."""

    def __init__(self, root: Path, description: Description, mine: Path | None = None) -> None:
        self.root = root
        self.description = description
        self.mine = mine or root / "mine"
        """A learner's own copies."""

    @property
    def id(self) -> str:
        """The course's id in nbgrader."""
        return self.description.course

    @property
    def title(self) -> str:
        """The course's title."""
        return self.description.title

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """All assignments, in the order of the course."""
        return self.description.assignments

    def assignment(self, name: str) -> Assignment:
        """Find an assignment by its name, or by the beginning of it if no other begins so ("02")."""
        names = [a.name for a in self.assignments]
        found = [a for a in self.assignments if a.name == name]
        found = found or [a for a in self.assignments if a.name.startswith(name)]
        if len(found) != 1:
            problem = "fits several assignments" if found else "is not an assignment"
            raise CourseError(f"{name!r} {problem} of this course; it has {', '.join(names)}")
        return found[0]

    @property
    def answers(self) -> Path:
        """The sources with answers, in percent format."""
        return self.root / "solutions"

    @property
    def source(self) -> Path:
        """The sources as notebooks, answers included, which nbgrader reads."""
        return self.root / SOURCE

    @property
    def releases(self) -> Path:
        """The students' notebooks."""
        return self.root / RELEASE

    @property
    def gradebook(self) -> Path:
        """nbgrader's gradebook (SQLite)."""
        return self.root / "gradebook.db"

    @property
    def reports(self) -> Path:
        """The records and pages of the last grading of each assignment."""
        return self.root / "reports"

    def submitted(self, student: str = "", assignment: str = "") -> Path:
        """The folder of what students handed in."""
        return self.root / "submitted" / student / assignment

    def autograded(self, student: str = "", assignment: str = "") -> Path:
        """The folder of their graded notebooks."""
        return self.root / "autograded" / student / assignment

    def feedback(self, student: str = "", assignment: str = "") -> Path:
        """The folder of the pages that they get back."""
        return self.root / "feedback" / student / assignment


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds a course.yml."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / COURSE_FILE).is_file():
            return folder
    raise NoCourseError(
        f"there is no {COURSE_FILE} in {start} or above it; go into the course's folder "
        f"or name it with --course FOLDER"
    )


def learners_course(start: Path) -> Course:
    """The course that `start` lies in, or the one that came with the installed package.

    For the second, the learner's copies are in `start`/mine.
    """
    try:
        root = find_root(start)
    except NoCourseError:
        if not SHIPPED.is_dir():
            raise
        return Course(SHIPPED, load_course(SHIPPED).description, start.resolve() / "mine")
    return load_course(root)


def short(path: Path) -> str:
    """A path, relative to the working directory if it lies in it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def load_course(root: Path) -> Course:
    """The course in the folder `root`. Raises CourseError if its course.yml is missing or wrong."""
    root = Path(root)
    return Course(root.resolve(), read_description(root))
