"""IPython's magics as the calls that IPython makes of them."""

from __future__ import annotations

import ast
import re

_MAGIC = re.compile(r"^(\s*)(?:([\w, ]+?)\s*=\s*)?(%|!)(\w[\w.]*)?[ \t]*(.*)$")


def without_magics(source: str, filename: str) -> str:
    """IPython's magics as calls; only where the cell is no Python without that."""
    try:
        compile(source, filename, "exec", ast.PyCF_ONLY_AST)
    except SyntaxError:
        pass
    else:
        return source
    if source.lstrip().startswith("%%"):
        first, _, body = source.lstrip().partition("\n")
        name, _, line = first[2:].partition(" ")
        return f"get_ipython().run_cell_magic({name!r}, {line!r}, {body!r})"
    lines = []
    for line in source.splitlines():
        found = _MAGIC.match(line)
        if found:
            indent, target, sign, name, rest = found.groups()
            call = (
                f"get_ipython().run_line_magic({name or ''!r}, {rest!r})"
                if sign == "%"
                else f"get_ipython().system({(name or '') + ' ' + rest!r})"
            )
            line = f"{indent}{target + ' = ' if target else ''}{call}"
        elif re.match(r"^\s*\??\w[\w.]*\?{1,2}\s*$|^\s*\?{1,2}[\w.]+\s*$", line):
            line = re.match(r"\s*", line).group() + "pass"  # type: ignore[union-attr]
        lines.append(line)
    return "\n".join(lines)
