"""The names that a piece of code needs from earlier code, and those that it defines for later code."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import sys
from collections.abc import Iterable, Iterator

MOST_PARSED = 50_000
"""The longest student's cell that is parsed, in characters."""
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_BY_TEXT = {"dir", "eval", "exec", "get_ipython", "globals", "locals", "vars"}
"""Functions through which code can reach a name given as text."""
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


_WHOLE = ("numpy", "matplotlib", "cs_conv", *sys.stdlib_module_names)
"""Packages that are installed with the course, so the names that `import *` brings can be looked up."""


def binds(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that this code defines, imports, or changes a part of, outside of functions."""
    return {name for name, _ in _bound(nodes)} - {""}


def defines(nodes: Iterable[ast.AST]) -> set[str]:
    """Those of these names that it defines: by `def`, `class` or an assignment."""
    return {name for name, how in _bound(nodes) if how == "defined"}


def imports(nodes: Iterable[ast.AST]) -> set[str]:
    """Those of these names that it imports; "*" for `import *` of a module not installed with the course."""
    return {name for name, how in _bound(nodes) if how == "imported"}


def _bound(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, "defined"
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield from ((name, "imported") for name in brought_by(node, alias))
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                yield node.id, "defined"
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            yield root(node), "changed"
        elif isinstance(node, (ast.MatchAs, ast.MatchStar, ast.MatchMapping)):
            yield (node.rest if isinstance(node, ast.MatchMapping) else node.name) or "", "defined"
            yield from _bound(ast.iter_child_nodes(node))
        elif not isinstance(node, (ast.Lambda, *_COMPREHENSIONS)):
            yield from _bound(ast.iter_child_nodes(node))


def brought_by(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> frozenset[str]:
    """The names that one part of an import statement brings."""
    if alias.name == "*" and isinstance(node, ast.ImportFrom):
        return _exported(node.module or "") or frozenset("*")
    return frozenset([alias.asname or alias.name.split(".")[0]])


@functools.cache
def _exported(module: str) -> frozenset[str]:
    if module.partition(".")[0] not in _WHOLE:
        return frozenset()
    try:
        found = importlib.import_module(module)
    except Exception:
        return frozenset()
    return frozenset(getattr(found, "__all__", [name for name in vars(found) if not name.startswith("_")]))


def needs(tree: ast.Module | None) -> set[str]:
    """The names that this code uses and does not define itself."""
    if tree is None:
        return set()
    found: set[str] = set()
    made: set[str] = set()
    for statement in tree.body:
        found |= _reads(statement) - made
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)):
            made |= {name for name in binds([statement]) if name not in found}
        elif isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            made.add(statement.name)
    return found


def _reads(node: ast.AST) -> set[str]:
    """The names from outside that this part uses, when it runs or when it is called later."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return {node.target.id} | _reads(node.value)
    if isinstance(node, _SCOPES):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        arguments += [extra for extra in (node.args.vararg, node.args.kwarg) if extra]
        own = {argument.arg for argument in arguments}
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
        if not isinstance(node, ast.Lambda):
            shared = {n for part in ast.walk(node) if isinstance(part, ast.Global) for n in part.names}
            own |= {name for name, how in _bound(node.body) if how != "changed"} - shared
        outside = set(ast.iter_child_nodes(node)) - set(body)  # defaults, decorators, annotations
        return (_all_read(body) - own) | _all_read(outside)
    if isinstance(node, _COMPREHENSIONS):
        parts = set(ast.iter_child_nodes(node)) - set(node.generators)
        parts |= {part for each in node.generators for part in ast.iter_child_nodes(each)}
        first = node.generators[0].iter  # the names that the comprehension makes are not there yet
        targets = [each.target for each in node.generators]
        return (_all_read(parts - {first}) - binds(targets)) | _reads(first)
    return _all_read(ast.iter_child_nodes(node))


def _all_read(nodes: Iterable[ast.AST]) -> set[str]:
    return set().union(*map(_reads, nodes))


def root(node: ast.AST) -> str:
    """The name that `a.b[0].c(...)` begins with."""
    while not isinstance(node, ast.Name):
        inner = getattr(node, "value", None) or getattr(node, "func", None)
        if inner is None:
            return ""
        node = inner
    return node.id


def looked_up(source: str) -> set[str]:
    """The names that code may reach by text, as in `"total" in globals()`.

    If it uses any of the functions for that, these are all words in it, otherwise none.
    """
    words = set(re.findall(r"[^\W\d]\w*", source))
    return words if words & _BY_TEXT else set()


def strangers(source: str) -> ast.Module:
    """The syntax tree of a student's code, in which nobody knows what `import *` brings.

    To find out, the module would have to be imported here, and some run a program then. Raises what
    `ast.parse` raises.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            node.module = ""
    return tree


@functools.lru_cache(maxsize=256)
def needs_of_text(source: str, most: int = MOST_PARSED) -> frozenset[str]:
    """The names that a student's code needs, whatever it is.

    If it is not plain Python, reaches names by text or is longer than `most` characters, these are all words
    in it.
    """
    words = frozenset(re.findall(r"[^\W\d]\w*", source))
    if len(source) > most or words & _BY_TEXT:
        return words
    try:
        return words & needs(strangers(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return words
