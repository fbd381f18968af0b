"""What is equal on all pages of a class is made once, and each page is the same as if it were made alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import event

from autograder.grading.gradebook.open import open_gradebook
from autograder.reports import formulas, notebook_page, prose
from autograder.reports.feedback import Pages
from tests.autograder.conftest import RIGHT

PICTURE = "<IMG SRC='a.png'> and ![b](b.png)"
CACHES = (prose._rendered, prose._cleaned_without_pictures, notebook_page._highlighted, formulas.mathml)


def forget() -> None:
    for cache in CACHES:
        cache.cache_clear()


@pytest.fixture
def graded(course, hand_in):
    """Pages of three students whose notebooks differ, and a count of the queries that they take."""
    notes = {"add": RIGHT["add"] + "  # mine", "total": RIGHT["total"]}
    paths = {
        "ana": hand_in("ana", **RIGHT),
        "ben": hand_in("ben", add=RIGHT["add"]),
        "cleo": hand_in("cleo", **notes),
    }
    notebooks = {name: {"sums": json.loads(path.read_text(encoding="utf-8"))} for name, path in paths.items()}
    for notebook in notebooks.values():
        notebook["sums"]["cells"].append(
            {"cell_type": "markdown", "metadata": {}, "source": f"$x^2$ and <b>bold</b> {PICTURE}"}
        )
    with open_gradebook(course) as gradebook:
        for name in paths:
            gradebook.update_or_create_student(name)
            gradebook.update_or_create_submission(course.assignments[0].name, name)
        queries: list[str] = []

        def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            queries.append(statement)

        event.listen(gradebook.db.get_bind(), "before_cursor_execute", count)
        yield Pages(course, course.assignments[0], gradebook), notebooks, queries


def test_a_page_is_the_same_alone_and_after_the_others(graded):
    pages, notebooks, _ = graded
    forget()
    together = {name: pages.html(name, notebook)["sums"] for name, notebook in notebooks.items()}
    assert prose._cleaned_without_pictures.cache_info().hits > 0
    assert len(set(together.values())) == 3
    for name, notebook in notebooks.items():
        forget()
        assert pages.html(name, notebook)["sums"] == together[name]


def test_a_page_with_more_tests_takes_no_more_queries(graded):
    """A query for each of the 3 grades made the database the slowest part of a page."""
    pages, notebooks, queries = graded
    for name, notebook in notebooks.items():
        queries.clear()
        pages.html(name, notebook)
        assert len(queries) <= 14
        assert not [q for q in queries if "FROM grade" in q and "WHERE grade.id" in q]


def test_a_picture_is_looked_up_on_every_page():
    forget()
    without = prose.to_html(PICTURE)
    first = prose.to_html(PICTURE, lambda address: f"data:image/png;base64,{address[0]}")
    second = prose.to_html(PICTURE, lambda address: "data:image/png;base64,other")
    assert "src" not in without
    assert 'src="data:image/png;base64,a"' in first
    assert 'src="data:image/png;base64,b"' in first
    assert second.count('src="data:image/png;base64,other"') == 2
