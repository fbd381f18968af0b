"""docs/errors.md has every exception class, the package it is in, and what it is derived from."""

from __future__ import annotations

import ast
import builtins
import re
from pathlib import Path

HOUSE = Path(__file__).parents[1]


def exceptions():
    """(class, package, base) of every exception class, read from the sources: no module is imported."""
    bases = {}
    for path in sorted(p for package in ("autograder", "cs_conv") for p in (HOUSE / package).rglob("*.py")):
        module = ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.bases:
                bases[node.name, module] = ast.unparse(node.bases[0]).rpartition(".")[2]
    known = {name for name, value in vars(builtins).items() if _is_error(value)}
    while more := {name for (name, _), base in bases.items() if base in known} - known:
        known |= more
    return {
        (name, ".".join(module.split(".")[:2]), base)
        for (name, module), base in bases.items()
        if base in known
    }


def _is_error(value):
    return isinstance(value, type) and issubclass(value, BaseException)


def drawn():
    """The same from the page: the base of a class is the nearest one above it that stands further left."""
    found, above = set(), []
    for line in (HOUSE / "docs" / "errors.md").read_text(encoding="utf-8").splitlines():
        entry = re.match(r"^    ([│├└─ ]*)(\w+)(?: .*?  (\S+))?$", line)
        if entry is None:
            continue
        depth, name, module = len(entry[1]), entry[2], entry[3]
        above = [(d, n) for d, n in above if d < depth]
        if module and "." in module:
            found.add((name, module, above[-1][1]))
        above.append((depth, name))
    return found


def test_every_exception_is_drawn_where_it_belongs():
    missing, gone = exceptions() - drawn(), drawn() - exceptions()
    assert (missing, gone) == (set(), set()), "docs/errors.md lacks the first, and has the second too many"
    assert len(drawn()) > 10
