"""Which of the instructor's cells run on which side: the student's or the tests'.

Most ordinary cells only show something. That takes time and earns nothing, so they do not run at all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from copy import copy
from functools import lru_cache
from typing import Any

from autograder.grading.trusted.notebook.step import Step
from autograder.grading.trusted.notebook.template import Template, parse
from autograder.notebooks.free_names import MOST_PARSED, brought_by, needs_of_text, root
from autograder.notebooks.ipython_syntax import as_python, parsed

MOST_PARSED_IN_ALL = 300_000
"""Characters of a student's cells that are parsed at most, all together: two or three seconds' worth."""
_SHOWS = (
    *("matplotlib", "ipywidgets", "IPython", "seaborn", "plotly"),
    *("cs_conv.pictures", "cs_conv.live", "autograder.predict"),
)
"""Modules and functions whose calls only show something."""
_SILENT = {"print", "display", "interact", "sorted", "len", "type", "repr", "str"}


def distribute(template: Template, steps: list[Step]) -> None:
    """Take from each side the cells and imports that nothing on it uses.

    Locked cells always run. An ordinary cell runs if another cell uses a name that it makes (also one above
    it: a function there finds the name when it is called), or if it may have an effect that does not show in
    its text. It is a mere demonstration if it only shows a picture, or what the student wrote.

    The instructor's cells also lose the imports of names that an answer above them defines: these names are
    the student's.
    """
    shows = {name for name, module in template.modules.items() if module.startswith(_SHOWS)}
    shows |= template.answer_names
    answered, most = _answered(steps), worth_parsing(steps)
    for side in ("inside", "outside"):
        needed: set[str] = set()
        waiting = [n for n, step in enumerate(steps) if getattr(step, side) is not None]
        effects = {
            n for n in waiting if steps[n].role != "plain" or _has_effects(steps[n], side, shows, template)
        }
        while kept := {n for n in waiting if n in effects or _binds(steps[n]) & needed}:
            waiting = [n for n in waiting if n not in kept]
            of_each = (_needs(steps[n], getattr(steps[n], side), answered[n], most) for n in kept)
            needed |= set().union(*of_each)
        for number in waiting:
            setattr(steps[number], side, None)
        for step, theirs in zip(steps, answered, strict=True):
            source = getattr(step, side)
            if source is not None and not _is_the_students(step):
                wanted = None if step.role == "test" else needed
                setattr(step, side, _with_imports(source, wanted, theirs))


def in_one_process(steps: list[Step]) -> list[str]:
    """The code of each step if answers and tests share a process: everything that either side needs."""
    sources = []
    for step, theirs in zip(steps, _answered(steps), strict=True):
        if step.inside is None and step.outside is None:
            sources.append("")
        elif _is_the_students(step):
            sources.append(step.inside or "")
        else:
            sources.append(_with_imports(step.source, None, theirs))
    return sources


def worth_parsing(steps: Sequence[Step]) -> int:
    """The most characters that a student's cell may have to be parsed; 0 if there are too many in all."""
    in_all = sum(len(step.source) for step in steps if step.inside and _is_the_students(step))
    return MOST_PARSED if in_all <= MOST_PARSED_IN_ALL else 0


def _is_the_students(step: Step) -> bool:
    return step.template is None or step.role in ("answer", "written")


def _binds(step: Step) -> frozenset[str]:
    return step.template.binds if step.template else frozenset()


def _has_effects(step: Step, side: str, shows: frozenset[str] | set[str], template: Template) -> bool:
    return "*" in _binds(step) or _matters(_tree(getattr(step, side)), shows, template)


@lru_cache(maxsize=1024)
def _tree(source: str) -> ast.Module | None:
    """The syntax tree of a cell of the instructor's, which every submission has; nobody may change it."""
    return parse(source)


def _needs(step: Step, source: str, theirs: frozenset[str], most: int) -> frozenset[str]:
    """The names that a cell may use when it runs, or when something that it defines is called."""
    if step.template is None or _is_the_students(step):
        return needs_of_text(source, most)
    return step.template.mentions | step.template.imports & theirs | _named_in_text(source)


def _answered(steps: list[Step]) -> list[frozenset[str]]:
    """The names that the answers above each cell define."""
    found, above = [], frozenset[str]()
    for step in steps:
        found.append(above)
        above |= step.defines
    return found


def _matters(tree: ast.Module | None, shows: frozenset[str] | set[str], template: Template) -> bool:
    """Whether a cell whose names nobody uses has an effect: it calls what is not mere display, or sets what
    belongs to a module.
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


def _statements(body: list[Any]) -> Iterator[Any]:
    """All statements that run, including those in loops and branches, but not those in definitions."""
    for node in body:
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for name in ("body", "handlers", "orelse", "finalbody", "cases"):
                yield from _statements(getattr(node, name, []))


def _named_in_text(source: str) -> set[str]:
    """Names that a magic or an evaluated text in the cell may use: every word, if there is such."""
    if "%" in source or "eval" in source or "exec" in source or "globals" in source:
        return set(re.findall(r"[^\W\d]\w*", source))
    return set()


def _with_imports(source: str, needed: set[str] | None, theirs: frozenset[str]) -> str:
    """The cell with only those imports that are needed (None: all) and are not names of answers.

    Its lines keep their numbers.
    """
    imports, names = _imports(source)
    used = None if needed is None else needed | names
    edits = []
    for node in imports:
        left = [each for alias in node.names for each in _left_of(node, alias, used, theirs)]
        if left != node.names:
            edits.append((node, left))
    if not edits:
        return source
    lines = as_python(source).encode().splitlines(True)
    for node, left in sorted(edits, key=lambda edit: (-edit[0].lineno, -edit[0].col_offset)):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
        less = copy(node)
        less.names = left
        lines[first : last + 1] = [before + (ast.unparse(less) if left else "pass").encode() + after]
        lines[first + 1 : first + 1] = [b"\n"] * (last - first)
    return b"".join(lines).decode()


@lru_cache(maxsize=1024)
def _imports(source: str) -> tuple[tuple[ast.Import | ast.ImportFrom, ...], frozenset[str]]:
    """The import statements of a cell of the instructor's, and the names that it uses: not to be changed.

    Imports from `__future__` are left out.
    """
    tree = parsed(as_python(source))
    if tree is None:
        return (), frozenset()
    nodes = (n for n in _statements(tree.body) if isinstance(n, (ast.Import, ast.ImportFrom)))
    imports = tuple(n for n in nodes if getattr(n, "module", "") != "__future__")
    return imports, frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name))


def _left_of(
    node: ast.Import | ast.ImportFrom, alias: ast.alias, used: set[str] | None, theirs: frozenset[str]
) -> list[ast.alias]:
    """What is left to import of this part of an import statement."""
    names = brought_by(node, alias)
    wanted = {name for name in names - theirs if used is None or name in used or name == "*"}
    if wanted == names:
        return [alias]
    return [ast.alias(name) for name in sorted(wanted)]
