"""What Sphinx does not do by itself: formulas as MathML, docstrings in plain text, the live parts' script."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

from autograder.reports.formulas import mathml
from autograder.site.live_files import with_imports


def setup(app: Sphinx) -> dict[str, Any]:
    """Add all of it to Sphinx."""
    app.add_html_math_renderer("mathml", (_formula("inline"), None), (_formula("block"), None))
    app.connect("html-page-context", _complete, priority=900)  # after the theme
    app.connect("build-finished", _one_style)
    app.connect("autodoc-process-docstring", _as_restructured_text)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _formula(display: str) -> Callable[[Any, nodes.Element], None]:
    def visit(writer: Any, node: nodes.Element) -> None:
        drawn = mathml(node.astext(), display) or f"<code>{escape(node.astext())}</code>"
        block = f'<div class="formula" tabindex="0" role="group" aria-label="a formula">{drawn}</div>'
        writer.body.append(block if display == "block" else drawn)
        raise nodes.SkipNode

    return visit


def _complete(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object) -> None:
    body = context.get("body", "")
    context["metatags"] = context.get("metatags", "") + _script(app, body, context["pathto"])
    for part in ("furo_navigation_tree", "toctree"):  # headings need a level
        if isinstance(context.get(part), str):
            context[part] = context[part].replace('role="heading"', 'role="heading" aria-level="2"')
    if body:  # what scrolls sideways can be reached with the keyboard
        body = re.sub(r"<pre(?=>)", '<pre tabindex="0"', body)
        context["body"] = re.sub(r"<img(?= )", '<img loading="lazy"', body)


def _script(app: Sphinx, body: str, pathto: Callable[[str, int], str]) -> str:
    """The live parts' script. What it imports for the first of them is named, so that all come at once."""
    files = Path(app.config.html_extra_path[0]).resolve()
    part = re.search(r'data-part="[^"]*(live/parts/(\w+)-\w+\.json)"', body)
    modules = [files / "live/site.mjs", *([files / f"live/modules/{part[2]}.mjs"] if part else ())]
    paths = [path.relative_to(files).as_posix() for path in with_imports(path.resolve() for path in modules)]
    early = [f'<link rel="modulepreload" href="{pathto(path, 1)}">' for path in paths[1:]]
    if part:
        early.append(f'<link rel="preload" as="fetch" crossorigin href="{pathto(part[1], 1)}">')
    return "".join([*early, f'<script type="module" src="{pathto(paths[0], 1)}"></script>'])


_STYLES = re.compile(r'(?:<link rel="stylesheet" type="text/css" href="[^"]+" />\s*)+')


def _one_style(app: Sphinx, problem: Exception | None) -> None:
    """All style sheets of a page as one file: a page is shown only after the last of them has arrived."""
    for page in sorted(app.outdir.rglob("*.html")) if problem is None else ():
        text = page.read_text(encoding="utf-8")
        links = _STYLES.search(text)
        if links is None:
            continue
        paths = [urlsplit(address).path for address in re.findall(r'href="([^"]+)"', links[0])]
        style = "".join((page.parent / path).read_text(encoding="utf-8") for path in paths)
        style = re.sub(r"/\*(?!!).*?\*/\s*", "", style, flags=re.DOTALL)  # comments, but not licences
        name = f"_static/all-{sha256(style.encode()).hexdigest()[:10]}.css"
        (app.outdir / name).write_text(style, encoding="utf-8")
        root = "../" * len(page.relative_to(app.outdir).parts[:-1])
        link = f'<link rel="stylesheet" href="{root}{name}" />'
        page.write_text(text.replace(links[0], link), encoding="utf-8")


def _as_restructured_text(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Docstrings here are plain text: an indented block after an empty line is code."""
    told: list[str] = []
    code = False
    for before, line in zip(["", *lines], lines, strict=False):
        begins = line.startswith("    ") and not before.strip()
        if begins and not code and "::" not in before and told:
            told += ["::", ""]
        code = line.startswith("    ") or (code and not line.strip())
        told.append(
            line if code else re.sub(r"(?<=\w)\*(?=\w)|\*(?=\*?\w)|(?<=\w)_(?=\W|$)|\|", r"\\\g<0>", line)
        )
    lines[:] = told


def heading_link(heading: str) -> str:
    """The part of a link after #, as GitHub makes it of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
