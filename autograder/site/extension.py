"""What Sphinx does not do by itself: formulas as MathML, docstrings in plain text, the live parts' script."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

from autograder.reports.formulas import mathml


def setup(app: Sphinx) -> dict[str, Any]:
    """Add all of it to Sphinx."""
    app.add_html_math_renderer("mathml", (_formula("inline"), None), (_formula("block"), None))
    app.connect("html-page-context", _complete, priority=900)  # after the theme
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
    script = context["pathto"]("live/site.mjs", 1)
    context["metatags"] = context.get("metatags", "") + f'<script type="module" src="{script}"></script>'
    for part in ("furo_navigation_tree", "toctree"):  # headings need a level
        if isinstance(context.get(part), str):
            context[part] = context[part].replace('role="heading"', 'role="heading" aria-level="2"')
    if "body" in context:  # what scrolls sideways can be reached with the keyboard
        context["body"] = re.sub(r"<pre(?=>)", '<pre tabindex="0"', context["body"])


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
