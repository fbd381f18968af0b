"""What is said of mistakes, of a fixed sample of pairs of them, and of right answers, is what it must be."""

import pytest

from autograder.checks.reading.linear import LAYERS
from benchmarks import diagnosis


@pytest.mark.slow
@pytest.mark.parametrize("exercise", LAYERS)
def test_mistakes_are_named_and_right_answers_are_not(exercise, capsys):
    assert diagnosis.main(["--pairs", "20", "--seeds", "10", exercise]) == 0
    print(capsys.readouterr().out)
