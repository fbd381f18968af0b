"""No clock decides a test: races are taken as won. `benchmarks/speed_check.py` runs them by the thousand."""

import pytest

from autograder.checks.speed import race


@pytest.fixture(autouse=True)
def races_are_won(monkeypatch):
    monkeypatch.setattr(race, "race", lambda *_: race.Race(slow=1e9, fast=1.0))
