"""Looks over a finished site: do links lead somewhere, does it need other hosts, how large is it?"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from autograder.course import CourseError
from autograder.site.live_files import with_imports

FIRST_PAGE = 300
"""The most kB that the first page may load, gzipped, before Python is needed."""
LOADED = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
}
"""What a browser fetches by itself, by element; of <link> only some."""
_IN_STYLE = re.compile(r"url\(\s*['\"]?(?!data:)([^'\")]+)|@import\s+['\"]([^'\"]+)")


@dataclass(frozen=True)
class Review:
    """How large a site is."""

    pages: int
    megabytes: float
    first_kilobytes: float


class _Page(HTMLParser):
    """What a page has: ids, links, and the files that it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what this element names."""
        has = {name: value for name, value in attributes if value is not None}
        self.ids |= {has[name] for name in ("id", "name") if name in has}
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        fetched = tag != "link" or has.get("rel") in ("stylesheet", "icon", "preload", "modulepreload")
        if has.get(LOADED.get(tag, "")) and fetched:
            self.loads.append(has[LOADED[tag]])
        if "data-part" in has:
            self.loads.append(has["data-part"])


def review(site: Path) -> Review:
    """Look over the site in this folder. Raises CourseError with everything that is wrong."""
    paths = [path for path in sorted(site.rglob("*.html")) if "lite" not in path.relative_to(site).parts[:1]]
    pages = {path: _Page(path) for path in paths}
    problems = [problem for path in pages for problem in _problems(site, path, pages)]
    problems += [
        problem for path in sorted(site.glob("_static/**/*.css")) for problem in _of_style(site, path)
    ]
    first = (
        sum(len(gzip.compress(path.read_bytes())) for path in _loaded(site, site / "index.html", pages))
        / 1000
    )
    if first > FIRST_PAGE:
        problems.append(
            f"index.html loads {first:.0f} kB, gzipped; at most {FIRST_PAGE} are meant to be needed"
        )
    if problems:
        raise CourseError("the site is not as it should be:\n  " + "\n  ".join(problems))
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    return Review(len(pages), size / 1e6, first)


def _problems(site: Path, path: Path, pages: dict[Path, _Page]) -> Iterator[str]:
    here, page = path.relative_to(site), pages[path]
    for address in (*page.links, *page.loads):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            if address in page.loads and parts.scheme != "data":
                yield f"{here} loads {address}, from another host"
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file():
            yield f"{here} links to {address}, which does not exist"
        elif (
            parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids | {"top"}
        ):
            yield f"{here} links to {address}, where nothing has this id"


def _of_style(site: Path, path: Path) -> Iterator[str]:
    for found in _IN_STYLE.findall(path.read_text(encoding="utf-8")):
        address = found[0] or found[1]
        if urlsplit(address).netloc:
            yield f"{path.relative_to(site)} loads {address}, from another host"


def _loaded(site: Path, path: Path, pages: dict[Path, _Page]) -> set[Path]:
    """The files that a browser fetches for a page: those that it names, and those that its scripts import."""
    named = [(path.parent / unquote(urlsplit(a).path)).resolve() for a in pages[path].loads]
    named.append(site / "live" / "modules" / "window.mjs")  # the component of the first page
    return {path, *with_imports(file for file in named if file.is_file())}
