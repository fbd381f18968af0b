"""The template: the instructor's notebook as grading uses it, with the names that its cells make and need.

Locked cells, tests with their hidden parts, stubs and points come from nbgrader's tables. The order and the
plain cells come from the release, the names that answers define from the source with answers. The gradebook
keeps both.
"""

from __future__ import annotations

import ast
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer

from autograder.course import Assignment, Course, CourseError
from autograder.grading.submissions.attachments import Attachments, attachments_of
from autograder.grading.submissions.cells import text_of
from autograder.notebooks.free_names import binds, defines, imports, looked_up, needs
from autograder.notebooks.ipython_syntax import tree_of

Names = Annotated[frozenset[str], PlainSerializer(sorted, return_type=list[str], when_used="json")]
"""Names whose JSON is the same in every process; a set's own order differs from one to the next."""
Role = Literal["text", "plain", "setup", "answer", "written", "test", "task"]
"""What a cell is for: prose (text), an ordinary code cell (plain), a locked one (setup), an answer that tests
judge, one that a person judges (written), a test, a task.
"""


class TemplateCell(BaseModel):
    """One cell of the instructor's, with the names in its code.

    `binds` are all names that it defines, imports or changes a part of; `defines` and `imports` those that it
    defines and imports. `mentions` are the names that it uses and does not make, `classes` the classes that
    it defines.
    """

    model_config = ConfigDict(frozen=True)

    role: Role
    cell_type: Literal["code", "markdown", "raw"]
    source: str
    id: str = ""
    grade_id: str = ""
    points: float = 0.0
    metadata: dict[str, Any] = {}
    binds: Names = frozenset()
    defines: Names = frozenset()
    imports: Names = frozenset()
    mentions: Names = frozenset()
    classes: Names = frozenset()
    attachments: Attachments = {}


class Template(BaseModel):
    """One notebook of an assignment."""

    model_config = ConfigDict(frozen=True)

    name: str
    cells: tuple[TemplateCell, ...]
    metadata: dict[str, Any] = {}
    modules: dict[str, str] = {}
    """Modules that its cells import, by the names that they get."""

    @cached_property
    def answer_names(self) -> frozenset[str]:
        """The names that students are to define, even if the instructor's cells import them too."""
        answers = [cell for cell in self.cells if cell.role in ("answer", "written")]
        defined = frozenset().union(*(cell.defines for cell in answers))
        return defined | frozenset().union(*(cell.binds for cell in answers)) - self.modules.keys()

    @cached_property
    def imported_answers(self) -> frozenset[str]:
        """Answer names that an instructor's cell imports all the same."""
        ours = (cell.imports for cell in self.cells if cell.role in ("plain", "setup", "test"))
        return self.answer_names & frozenset().union(*ours)

    @cached_property
    def classes_asked_for(self) -> frozenset[str]:
        """Answer names that are to be classes."""
        return frozenset().union(*(cell.classes for cell in self.cells if cell.role in ("answer", "written")))

    @cached_property
    def classes_in_common(self) -> frozenset[str]:
        """Classes that the instructor's cells define on both sides."""
        made = (cell.classes for cell in self.cells if cell.role in ("plain", "setup"))
        return frozenset().union(*made) - self.answer_names

    @cached_property
    def instructors_names(self) -> frozenset[str]:
        """Names that are the instructor's alone: tests never get a student's value for them."""
        made = frozenset().union(
            *(cell.binds for cell in self.cells if cell.role in ("plain", "setup", "test"))
        )
        return (made | self.modules.keys()) - self.answer_names


def load_templates(
    course: Course, assignment: Assignment, gradebook: Any
) -> tuple[list[Template], dict[str, bytes]]:
    """The templates of an assignment's notebooks, and the files that belong to it.

    Raises CourseError if it was not released, or if the release lacks a cell with points.
    """
    from nbgrader.api import MissingEntry

    from autograder.grading.gradebook.discards import discards  # a learner's `check` has no gradebook
    from autograder.notebooks.released import cells_of, read_released

    again = f"run: cs-conv release {assignment.name}"
    try:
        notebooks = gradebook.find_assignment(assignment.name).notebooks
    except MissingEntry:
        notebooks = []
    if not notebooks:
        raise CourseError(f"{assignment.name} has not been released; {again}")
    released = read_released(course, assignment, gradebook)
    thrown_out = discards(gradebook, assignment.name)  # their tests run all the same
    templates = []
    for notebook in notebooks:
        name = notebook.name
        if name not in released.templates:
            raise CourseError(
                f"{assignment.name} has no released notebook {name}.ipynb in {course.releases}; {again}"
            )
        points = {cell.name: float(cell.max_score) for cell in [*notebook.grade_cells, *notebook.task_cells]}
        points |= {cell: out.points for (where, cell), out in thrown_out.items() if where == name}
        base = released.templates[name]
        lost = sorted(points.keys() - cells_of(base).keys())
        if lost:
            raise CourseError(
                f"{name}.ipynb of {assignment.name} has lost cells that the gradebook has points for: "
                f"{', '.join(lost)}; nothing was graded; {again}"
            )
        known = {cell.name: cell for cell in notebook.source_cells}
        templates.append(make_template(name, base, released.sources.get(name), known, points))
    return templates, released.files


def make_template(
    name: str, base: dict[str, Any], answered: dict[str, Any] | None, known: Any, points: dict[str, float]
) -> Template:
    """The template of a notebook, from its release (`base`), its source with answers, and the gradebook.

    `known` are the gradebook's source cells and `points` the points of cells, both by grade_id.
    """
    answers = {
        cell["metadata"]["nbgrader"].get("grade_id"): text_of(cell)
        for cell in (answered or {}).get("cells", [])
        if cell.get("metadata", {}).get("nbgrader")
    }
    cells = []
    modules: dict[str, str] = {}
    for cell in base["cells"]:
        marks = dict(cell.get("metadata", {}).get("nbgrader") or {})
        grade_id = str(marks.get("grade_id", ""))
        source, kind = text_of(cell), cell["cell_type"]
        record = known.get(grade_id)
        if record is not None:
            source, kind = record.source or "", record.cell_type
            marks |= {"locked": bool(record.locked), "checksum": record.checksum}
            if grade_id in points:
                marks["points"] = points[grade_id]
        role = _role(kind, marks if record is not None else {})
        code = kind == "code" and role != "task"
        tree = parse(source) if code else None
        solved = parse(answers[grade_id]) if role in ("answer", "written") and grade_id in answers else None
        trees = [each for each in (tree, solved) if each]
        for each in trees:
            modules.update(_modules(each))
        cells.append(
            TemplateCell(
                role=role,
                cell_type=kind,
                source=source,
                id=str(cell.get("id", "")),
                grade_id=grade_id if record is not None else "",
                points=points.get(grade_id, 0.0),
                metadata=dict(cell.get("metadata", {})) | ({"nbgrader": marks} if marks else {}),
                attachments=attachments_of(cell),
                binds=frozenset(binds(trees)),
                defines=frozenset(defines(trees)),
                imports=frozenset(imports(trees)),
                mentions=frozenset(needs(tree) | (looked_up(source) if tree else set())),
                classes=frozenset(
                    node.name for each in trees for node in each.body if isinstance(node, ast.ClassDef)
                ),
            )
        )
    return Template(name=name, cells=tuple(cells), metadata=dict(base.get("metadata", {})), modules=modules)


def _role(cell_type: str, marks: dict[str, Any]) -> Role:
    if marks.get("task"):
        return "task"
    if marks.get("grade"):
        if marks.get("solution"):
            return "written"
        return "test" if cell_type == "code" else "text"
    if marks.get("solution"):
        return "answer" if cell_type == "code" else "text"
    if cell_type != "code":
        return "text"
    return "setup" if marks.get("locked") else "plain"


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a cell with its magics translated, or None if it is not Python."""
    return tree_of(source)


def _modules(tree: ast.Module) -> dict[str, str]:
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found
