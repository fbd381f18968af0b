"""A notebook's prose as safe HTML: Markdown, formulas without scripts, pictures within the page.

The time for any text, even a hostile one, is proportional to its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import dollarmath_plugin

from autograder.reports.formulas import mathml

LONGEST = 100_000
"""The most characters of one text; a longer one is shown as it was typed."""
MOST_FORMULAS = 300
"""The most formulas of one text; the others stay TeX."""
_KEPT = 20_000
"""The longest text whose HTML is cached: the assignment's own prose is on every student's page."""
_TAGS = nh3.ALLOWED_TAGS - {"header", "footer", "nav", "article", "aside"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
    "details": {"open"},
}
_SLOT = "\ue000{}\ue001"
_PAIRS = {"\\\\(": "\\\\)", "\\\\[": "\\\\]"}
_BEGIN = re.compile(r"\\begin\{([a-z]+\*?)\}")


def to_html(source: str, picture: Callable[[str], str | None] = lambda address: None) -> str:
    """The text as HTML. `picture` turns the address of a picture into its `data:` address, or None."""
    if len(source) > LONGEST:
        return f"<pre>{escape(source)}</pre>"
    if len(source) > _KEPT:
        return _cleaned(*_render(source), picture)
    html, formulas = _rendered(source)
    if "<img" in html.lower():
        return _cleaned(html, formulas, picture)
    return _cleaned_without_pictures(html, formulas)


def _cleaned(
    html: str, formulas: tuple[str, ...], picture: Callable[[str], str | None] = lambda address: None
) -> str:
    """The HTML without what could do harm, with its pictures and its formulas."""

    def keep(tag: str, name: str, value: str) -> str | None:
        if (tag, name) == ("img", "src"):
            return picture(value)
        if (tag, name) == ("a", "href"):
            return value if re.match(r"(?:https?:|mailto:|#)", value, re.IGNORECASE) else None
        return value

    html = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes={"http", "https", "mailto", "attachment", "data"},
        set_tag_attribute_values={"img": {"loading": "lazy"}},
    )
    html = re.sub(r"<img (?![^>]*\balt=)", '<img alt="" ', html)
    drawn = dict(enumerate(formulas))
    return re.sub("\ue000(\\d{1,6})\ue001", lambda found: drawn.get(int(found[1]), ""), html)


_cleaned_without_pictures = lru_cache(1000)(_cleaned)


def _render(source: str) -> tuple[str, tuple[str, ...]]:
    """Markdown's HTML with slots for formulas, and the formulas."""
    formulas: list[str] = []
    return _markdown.render(source, {"formulas": formulas}), tuple(formulas)


_rendered = lru_cache(1000)(_render)


def _formula(display: str) -> Callable[..., str]:
    def drawn(renderer: Any, tokens: Any, number: int, options: Any, env: dict[str, Any]) -> str:
        tex, formulas = tokens[number].content, env["formulas"]
        drawing = mathml(tex, display) if len(formulas) < MOST_FORMULAS else None
        text = drawing or f"<code>{escape(tex.strip())}</code>"
        formulas.append(f'<span class="wide" tabindex="0">{text}</span>' if display == "block" else text)
        return _SLOT.format(len(formulas) - 1)

    return drawn


def _end(state: StateBlock | StateInline, closing: str, start: int, end: int) -> int:
    """The position of `closing` in the text, or -1. A failed search is remembered, not repeated."""
    missing = state.env.setdefault("missing", set())
    if (id(state), closing, end) in missing:
        return -1
    found = state.src.find(closing, start, end)
    if found < 0:
        missing.add((id(state), closing, end))
    return found


def _inline_tex(state: StateInline, silent: bool) -> bool:
    r"""`\\( ... \\)`, `\\[ ... \\]` and `\begin{name} ... \end{name}` within a paragraph."""
    begin = _BEGIN.match(state.src, state.pos)
    opening = begin[0] if begin else state.src[state.pos : state.pos + 3]
    closing = f"\\end{{{begin[1]}}}" if begin else _PAIRS.get(opening)
    if closing is None:
        return False
    start = state.pos + len(opening)
    found = _end(state, closing, start, state.posMax)
    if found < 0:
        return False
    if not silent:
        token = state.push("math_inline" if opening.endswith("(") else "math_inline_double", "math", 0)
        whole = state.src[state.pos : found + len(closing)]
        token.content = whole if begin else state.src[start:found]
    state.pos = found + len(closing)
    return True


def _block_tex(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    r"""`\begin{name} ... \end{name}` from the beginning of a line; it may contain empty lines."""
    start = state.bMarks[line] + state.tShift[line]
    begin = _BEGIN.match(state.src, start)
    if begin is None or state.is_code_block(line):
        return False
    closing = f"\\end{{{begin[1]}}}"
    found = _end(state, closing, start, state.eMarks[last - 1])
    if found < 0:
        return False
    if not silent:
        after = next(n for n in range(line, last) if state.eMarks[n] >= found + len(closing))
        token = state.push("math_block", "math", 0)
        token.content = state.src[start : found + len(closing)]
        token.block = True
        state.line = after + 1
    return True


def _make() -> MarkdownIt:
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    markdown.use(dollarmath_plugin, allow_labels=False, double_inline=True)
    markdown.block.ruler.before(
        "paragraph", "tex", _block_tex, {"alt": ["paragraph", "reference", "blockquote"]}
    )
    markdown.inline.ruler.before("escape", "tex", _inline_tex)
    for kind, display in (("inline", "inline"), ("inline_double", "block"), ("block", "block")):
        markdown.add_render_rule(f"math_{kind}", _formula(display))
    return markdown


_markdown = _make()
