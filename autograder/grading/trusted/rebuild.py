"""The notebook that is run: the instructor's template with the student's answers put in by grade_id.

Nothing that a student does to the notebook around the answers can matter: locked cells and tests come from
the template, in its order. Cells that a student added are kept and run where they stood, on the student's
side alone.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.trusted.names import needs_of_text, root
from autograder.grading.trusted.template import Template, TemplateCell, parse, text_of

MOST_BYTES = 20 << 20
MOST_CELLS = 2000
MOST_SOURCE = 1 << 20
# Control characters, and those that turn the direction of writing and so hide what is there.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")


class Unreadable(Exception):
    """The file is no notebook; the message says why."""


@dataclass(frozen=True)
class Handed:
    """One cell as it was handed in."""

    cell_type: str
    source: str
    grade_id: str
    id: str


@dataclass
class Step:
    """One cell of the rebuilt notebook: what to run on the student's side, what on the trusted side, if
    anything.
    """

    cell_type: str
    source: str
    template: TemplateCell | None = None
    inside: str | None = None
    outside: str | None = None
    answered: bool = True
    note: str = ""

    @property
    def role(self) -> str:
        """What the template says that it is, or "extra" for a cell of the student's own."""
        return self.template.role if self.template else "extra"


@dataclass
class Rebuilt:
    """The steps in order, and what was odd about the file."""

    steps: list[Step]
    remarks: list[str] = field(default_factory=list)


def read(data: bytes) -> list[Handed]:
    """The cells of a notebook file of any version from 3 on. Raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"it has {len(data) / 2**20:.0f} MiB; {MOST_BYTES >> 20} MiB are the most")
    if not data.strip():
        raise Unreadable("the file is empty")
    try:
        notebook = json.loads(_decoded(data))
    except json.JSONDecodeError as error:
        raise Unreadable(f"broken JSON in line {error.lineno}") from None
    except (RecursionError, ValueError) as error:
        raise Unreadable(f"broken JSON ({type(error).__name__})") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet.get("cells"), list) for cell in sheet["cells"]]
    if not isinstance(cells, list):
        raise Unreadable("it holds no cells")
    if len(cells) > MOST_CELLS:
        raise Unreadable(f"it has {len(cells)} cells; {MOST_CELLS} are the most")
    return [_handed(cell) for cell in cells if isinstance(cell, dict)]


def _decoded(data: bytes) -> str:
    """UTF-8 as Jupyter writes it; other tools leave marks or write other encodings."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _handed(cell: dict[str, Any]) -> Handed:
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    kind = cell.get("cell_type")
    return Handed(
        cell_type=kind if kind in ("code", "markdown", "raw") else "markdown",
        source=text_of(cell)[:MOST_SOURCE],
        grade_id=grade_id if isinstance(grade_id, str) else "",
        id=cell["id"] if isinstance(cell.get("id"), str) else "",
    )


def rebuild(template: Template, handed: list[Handed]) -> Rebuilt:
    """Put the answers into the template and the student's other cells between its cells."""
    by_id = {cell.grade_id: number for number, cell in enumerate(template.cells) if cell.grade_id}
    plain = {cell.id: number for number, cell in enumerate(template.cells) if cell.id and not cell.grade_id}
    same = {cell.source.strip(): n for n, cell in enumerate(template.cells) if not cell.grade_id}
    last: dict[str, int] = {}
    untouched: set[int] = set()
    for place, cell in enumerate(handed):
        if cell.grade_id in by_id:
            if cell.source.strip() == template.cells[by_id[cell.grade_id]].source.strip():
                untouched.add(place)
                if cell.grade_id in last:
                    continue  # a copy of the released cell is no answer
            last[cell.grade_id] = place
    answers: dict[int, Handed] = {}
    after: dict[int, list[Handed]] = {}
    remarks = []
    anchor = -1
    for place, cell in enumerate(handed):
        if last.get(cell.grade_id) == place:
            anchor = by_id[cell.grade_id]
            answers[anchor] = cell
            continue
        if cell.grade_id in by_id:
            which = (
                "its last answer" if _is_theirs(template.cells[by_id[cell.grade_id]]) else "the released one"
            )
            remarks.append(f"{cell.grade_id} is there more than once; {which} counts")
            if place in untouched:
                continue
        elif cell.source.strip() in same:
            anchor = same[cell.source.strip()]
            continue
        elif cell.id in plain:
            anchor = plain[cell.id]
            if not cell.source.strip():
                continue
        after.setdefault(anchor, []).append(cell)
    missing = [cell.grade_id for cell in template.cells if cell.grade_id and cell.grade_id not in last]
    if missing and not last:
        remarks.append("nbgrader's metadata was gone from all cells; they were put back")
    elif missing:
        remarks.append(f"cells were missing and put back: {', '.join(missing[:10])}")
    steps = [_extra(cell) for cell in after.get(-1, [])]
    for number, known in enumerate(template.cells):
        steps.append(_known(known, answers.get(number)))
        steps += [_extra(cell) for cell in after.get(number, [])]
    _distribute(template, steps)
    return Rebuilt(steps, list(dict.fromkeys(remarks)))


def _extra(cell: Handed) -> Step:
    step = Step(cell.cell_type, cell.source)
    if cell.cell_type == "code" and cell.source.strip():
        step.inside = cell.source
    return step


def _known(known: TemplateCell, handed: Handed | None) -> Step:
    step = Step(known.cell_type, known.source, known)
    if _is_theirs(known):
        step.answered = handed is not None and handed.source.strip() != known.source.strip()
        if handed is not None:
            step.source = handed.source
        if handed is not None and known.cell_type == "code" and known.role in ("answer", "written"):
            step.inside = (step.source.strip() and step.source) or None
    elif known.role in ("setup", "plain"):
        step.inside = step.outside = known.source
    elif known.role == "test":
        step.outside = known.source
    return step


def _is_theirs(known: TemplateCell) -> bool:
    """Whether what a student writes in this cell is kept."""
    prose = known.role == "text" and bool(known.metadata.get("nbgrader", {}).get("solution"))
    return prose or known.role in ("answer", "written", "task")


# What of the instructor's ordinary cells has to run where


_PICTURES = ("matplotlib", "ipywidgets", "IPython", "cs_conv.pictures", "seaborn", "plotly")


def _distribute(template: Template, steps: list[Step]) -> None:
    """Drop from each side what nothing on it uses: demonstrations, and imports for them.

    Locked cells always run. An ordinary cell runs where a name that it makes is used later, or where it has
    an effect that we cannot see; it is a demonstration where it only shows what the student wrote, or a
    picture.
    """
    pictures = {name for name, module in template.modules.items() if module.startswith(_PICTURES)}
    shows = pictures | template.answer_names
    for side in ("inside", "outside"):
        needed: set[str] = set()
        for step in reversed(steps):
            source = getattr(step, side)
            if source is None:
                continue
            if step.template is None or step.role in ("answer", "written"):
                needed |= needs_of_text(source)
                continue
            cell = step.template
            if (
                step.role == "plain"
                and not cell.binds & needed
                and not _matters(parse(source), shows, template)
            ):
                setattr(step, side, None)
                continue
            trimmed = source if step.role == "test" else _without_imports(source, needed)
            setattr(step, side, trimmed)
            needed |= cell.mentions
            needed |= _named_in_text(source)


_SILENT = {"print", "display", "interact", "sorted", "len", "type", "repr", "str"}


def _matters(tree: ast.Module | None, shows: frozenset[str] | set[str], template: Template) -> bool:
    """Whether a cell whose names nobody uses does something else: calls what is no mere display, sets what
    is a module's.
    """
    if tree is None:
        return True
    modules = set(template.modules) - shows
    makers = {name for cell in template.cells for name in cell.binds} - set(template.modules)
    for node in _statements(tree.body):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = root(node.value.func)
            called_by_name = isinstance(node.value.func, ast.Name)
            if called in shows or called in _SILENT:
                continue
            if called in makers and (not called_by_name or node is tree.body[-1]):
                continue
            if called:
                return not any(
                    isinstance(part, ast.Name) and part.id in template.answer_names for part in ast.walk(tree)
                )
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(not isinstance(t, ast.Name) and root(t) in modules for t in targets):
                return True
        elif isinstance(node, (ast.Delete, ast.Global)):
            return True
    return False


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements that run, those within loops and branches included, those within definitions not."""
    for node in body:
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for name in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(node, name, []))


def _named_in_text(source: str) -> set[str]:
    """Names that a magic or an evaluated text may use: every word, where the cell has such."""
    if "%" in source or "eval" in source or "exec" in source or "globals" in source:
        return set(re.findall(r"[^\W\d]\w*", source))
    return set()


def _without_imports(source: str, needed: set[str]) -> str:
    """The cell without the imports that nothing uses; its lines keep their numbers."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    used = needed | {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    lines = source.splitlines()
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or (
            isinstance(node, ast.ImportFrom) and node.module == "__future__"
        ):
            continue
        bound = {alias.asname or alias.name.split(".")[0] for alias in node.names}
        alone = sum(other.lineno <= (node.end_lineno or 0) and (other.end_lineno or 0) >= node.lineno
                    for other in tree.body) == 1  # fmt: skip
        if "*" not in bound and not bound & used and alone:
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
    return "\n".join(lines)


# What is kept of a student's text


def inert(text: str) -> str:
    """Prose that can do nothing where it is shown: no tag, no entity, no link with a script in it.

    An invisible character after what would begin one keeps the look.
    """
    gap = "\u200b"
    text = _CONTROL.sub("", text)
    text = re.sub(r"<(?=[A-Za-z/!?])", "<" + gap, text)
    text = re.sub(r"&(?=#)", "&" + gap, text)
    return re.sub(r"(?i)\b((?:java|vb|live)\s*script|data|file)(\s*):", rf"\1{gap}\2:", text)


def printable(text: str, most: int) -> str:
    """Output without control characters, and not more than `most` characters."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.encode("utf-8", "replace").decode() if len(text) <= most else text[:most] + "\n..."
