"""What all pages share: their look, and that they load and run nothing, whatever students wrote."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
)
"""A Content-Security-Policy, by which the browser refuses scripts, forms and anything from elsewhere."""

_STYLE = """
:root { --ink: #1f2328; --paper: #fff; --quiet: #59636e; --line: #e3e7eb; --strong: #0b57a4; --box: #f6f8fa;
  --error: #fff1e5; --warn: #b35900 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--ink); background: var(--paper); overflow-wrap: break-word }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.2rem; margin: 2.6rem 0 .6rem }
h3 { font-size: 1rem; margin: 0 } a { color: var(--strong) }
small, .quiet { color: var(--quiet) } small { overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line) }
td { vertical-align: top }
th { font-size: .85rem; color: var(--quiet); font-weight: 600 }
td, bdi, pre { overflow-wrap: anywhere } .n { text-align: right; white-space: nowrap; overflow-wrap: normal;
  font-variant-numeric: tabular-nums }
.narrow { width: 1%; white-space: nowrap; overflow-wrap: normal }
meter { width: 9rem; max-width: 22vw; height: 1rem }
@media (max-width: 40rem) { meter { display: none } }
pre { background: var(--box); padding: .6rem .8rem; border-radius: 6px; overflow: auto; white-space: pre-wrap;
  font-size: .85rem } pre.error { background: var(--error) } pre.long { max-height: 40rem }
img { max-width: 100% }
.facts { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.2rem 0; padding: 0; list-style: none }
.facts li { border: 1px solid var(--line); border-radius: 8px; padding: .5rem 1rem; min-width: 5.5rem }
.facts b { display: block; font-size: 1.4rem; line-height: 1.3; font-variant-numeric: tabular-nums }
.remark { border-left: 4px solid var(--warn); padding: .2rem .8rem; margin: 1rem 0 }
@media print { pre { max-height: none } section, tr, li { break-inside: avoid } }
"""

DARK = """
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; --ink: #e6edf3; --paper: #0d1117;
  --quiet: #9aa4af; --line: #30363d; --strong: #79b8ff; --box: #161b22; --error: #3d2410; --warn: #e3934a } }
"""
"""Style for pages that are dark where the screen is. A page that shows outputs of notebooks stays light."""


def document(title: str, body: Sequence[str], style: str = "") -> str:
    """A whole page; the parts of `body` are HTML already."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(filter(None, body))
        + "\n</main>\n</body>\n</html>\n"
    )


def table(head: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    """A table of the CSS class `kind`.

    `head` has the text and the CSS class of each column; cells are HTML already.
    """
    top = "".join(f'<th scope="col" class="{kind}">{escape(text)}</th>' for text, kind in head)
    body = "\n".join(
        "<tr>" + "".join(f'<td class="{k}">{c}</td>' for (_, k), c in zip(head, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<table class="{kind}">\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'


def meter(share: float, text: str) -> str:
    """A bar for a share from 0 to 1; `text` says the same in words."""
    text = escape(text)
    return f'<meter min="0" max="1" value="{share:.3f}" aria-label="{text}">{text}</meter>'


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """The figures at the top of a page, each with what it counts."""
    items = "".join(f"<li><b>{escape(number)}</b>{escape(what)}</li>" for number, what in pairs)
    return f'<ul class="facts">{items}</ul>'


def named(name: str) -> str:
    """A name, which may be written from right to left without changing the text around it."""
    return f"<bdi>{escape(name)}</bdi>"
