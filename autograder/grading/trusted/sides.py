"""Which of the instructor's ordinary cells have to run, and on which side: the answers' or the tests'.

Most of them only show something, which takes time and earns nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from autograder.grading.trusted.names import needs_of_text, root
from autograder.grading.trusted.template import Template, parse

if TYPE_CHECKING:
    from autograder.grading.trusted.rebuild import Step

_PICTURES = ("matplotlib", "ipywidgets", "IPython", "cs_conv.pictures", "seaborn", "plotly")
_SILENT = {"print", "display", "interact", "sorted", "len", "type", "repr", "str"}


def distribute(template: Template, steps: list[Step]) -> None:
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
