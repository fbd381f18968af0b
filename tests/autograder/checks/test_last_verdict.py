"""The verdict on an answer that was judged before is the same, and is found anew if anything has changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.checks import find, judge, judge_answer
from autograder.checks.verdict import Verdict
from cs_conv import naive


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of each exercise whose wrong answer is looked into."""
    looked: list[str] = []
    look = judge_answer._read

    def noted(verdict: Verdict, exercise: Any, *more: Any) -> Verdict:
        looked.append(exercise.name)
        return look(verdict, exercise, *more)

    monkeypatch.setattr(judge_answer, "_read", noted)
    return looked


def test_a_wrong_answer_is_looked_into_once(judged: list[str]) -> None:
    def wrong(x: Any, w: Any, b: Any, stride: int = 1, pad: int = 0) -> Any:
        return 2 * naive.conv_forward(x, w, b, stride, pad)

    verdicts = [judge("conv_forward", wrong, 3, a.name) for a in find("conv_forward").aspects]
    assert judged == ["conv_forward"]
    assert not verdicts[0].passed
    assert all(verdict == verdicts[0] for verdict in verdicts)
    judge("conv_forward", wrong, 4)
    assert len(judged) == 2  # other cases


def test_what_has_changed_is_judged_anew(judged: list[str]) -> None:
    factor = 2.0

    def wrong(x: Any, w: Any, b: Any, stride: int = 1, pad: int = 0) -> Any:
        return factor * naive.conv_forward(x, w, b, stride, pad)

    def another(x: Any, w: Any, b: Any, stride: int = 1, pad: int = 0) -> Any:
        return wrong(x, w, b, stride, pad)

    judge("conv_forward", wrong, 3)
    factor = np.nextafter(2.0, 3.0)  # in the last bit
    judge("conv_forward", wrong, 3)
    judge("conv_forward", another, 3)  # another function with the same results
    judge("conv_forward", wrong, 3)
    assert len(judged) == 4
    factor = 1.0
    assert judge("conv_forward", wrong, 3).passed
