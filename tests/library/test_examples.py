"""The examples in the library's docstrings give what they say."""

import doctest
import importlib
import pkgutil

import pytest

import cs_conv

MODULES = [
    module.name
    for module in pkgutil.walk_packages(cs_conv.__path__, "cs_conv.")
    if not module.name.split(".")[-1].startswith("make_")
]
STUDIED = ("geometry", "naive", "im2col", "gradcheck", "layers", "network", "threads", "data.photograph")


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name: str) -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    found = doctest.testmod(importlib.import_module(name), optionflags=flags)
    assert found.failed == 0


@pytest.mark.parametrize("name", STUDIED)
def test_modules_that_lessons_study_have_an_example(name: str) -> None:
    module = importlib.import_module(f"cs_conv.{name}")
    assert sum(len(test.examples) for test in doctest.DocTestFinder().find(module)) > 0
