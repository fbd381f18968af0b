"""Rehearsing an exercise before the fork: everything is compiled, and nothing else has changed."""

from __future__ import annotations

import inspect
import random

import numpy as np
import pytest

from autograder.checks import Report, find, judge
from autograder.checks.catalogue import Changed
from autograder.checks.registry import names
from autograder.checks.rehearse import rehearse


@pytest.mark.parametrize("name", names())
def test_mistakes_are_compiled_and_generators_as_they_were(name: str) -> None:
    random.seed(1)
    np.random.seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()
    rehearse(name)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    made = [inspect.unwrap(mistake.function) for mistake in find(name).mistakes if not mistake.slow]
    assert all("function" in vars(change) for change in made if isinstance(change, Changed))


def test_reports_are_the_same_after_it() -> None:
    mistake = find("conv_window").mistakes[0].function
    before = Report(judge("conv_window", mistake, seed=3)).html()
    rehearse("conv_window")
    assert Report(judge("conv_window", mistake, seed=3)).html() == before
