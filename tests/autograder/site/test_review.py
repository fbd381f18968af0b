"""What a review of the site finds: each fault alone, in a site of two pages."""

from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.site.review import review

FIRST = (
    '<a href="b.html#here">b</a><img src="p.png" alt="p"><script type="module" src="live/site.mjs"></script>'
)


def site(folder: Path, first: str = FIRST) -> Path:
    (folder / "live").mkdir()
    (folder / "index.html").write_text(first, encoding="utf-8")
    (folder / "b.html").write_text(
        '<h1 id="here">b</h1><a href="https://example.org">away</a>', encoding="utf-8"
    )
    (folder / "p.png").write_bytes(bytes(range(256)) * 40)
    (folder / "live" / "site.mjs").write_text('import { a } from "./a.mjs";', encoding="utf-8")
    (folder / "live" / "a.mjs").write_text("export const a = 1;" * 50, encoding="utf-8")
    return folder


def test_a_site_in_order_is_counted_and_weighed(tmp_path: Path) -> None:
    found = review(site(tmp_path))
    assert found.pages == 2
    assert 0.3 < found.first_kilobytes < 1.5


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ('<a href="c.html">c</a>', "index.html links to c.html, which does not exist"),
        ('<a href="b.html#there">b</a>', "index.html links to b.html#there, where nothing has this id"),
        ('<img src="q.png" alt="">', "index.html links to q.png, which does not exist"),
        (
            '<script src="https://example.org/a.js"></script>',
            "loads https://example.org/a.js, from another host",
        ),
        (
            '<link rel="stylesheet" href="//example.org/a.css">',
            "loads //example.org/a.css, from another host",
        ),
        ('<div data-part="live/parts/x.json"></div>', "links to live/parts/x.json, which does not exist"),
    ],
)
def test_a_fault_is_said_with_its_page(tmp_path: Path, first: str, said: str) -> None:
    with pytest.raises(CourseError, match="the site is not as it should be") as told:
        review(site(tmp_path, first))
    assert said in str(told.value)


def test_a_style_that_loads_from_another_host_is_a_fault(tmp_path: Path) -> None:
    (site(tmp_path) / "_static").mkdir()
    (tmp_path / "_static" / "a.css").write_text(
        "@font-face { src: url(https://example.org/f.woff2) }", encoding="utf-8"
    )
    with pytest.raises(CourseError, match=r"a\.css loads https://example\.org/f\.woff2"):
        review(tmp_path)


def test_a_first_page_that_is_too_large_is_a_fault(tmp_path: Path) -> None:
    import random

    site(tmp_path)
    (tmp_path / "p.png").write_bytes(random.Random(0).randbytes(310_000))
    with pytest.raises(CourseError, match=r"index.html loads 31\d kB, gzipped; at most 300"):
        review(tmp_path)
