"""Components are shown with what there is, and can be imported where the course's answers are withheld."""

import subprocess
import sys

import pytest

from cs_conv.live.show import show
from cs_conv.live.window import start

WITHHELD = """
import sys
for name in ("naive", "im2col", "gradcheck", "layers", "network"):
    sys.modules["cs_conv." + name] = None
from cs_conv.live import columns, filters, messages, pooling, sizes, steps, trainer, window
"""


def test_graded_notebooks_can_import_them_though_the_answers_are_not_there() -> None:
    subprocess.run([sys.executable, "-c", WITHHELD], check=True)


def test_a_frame_is_computed_once_for_both_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def conv_forward(x, w, b, stride=1, pad=0):
        calls.append(x.shape)
        raise ValueError("not today")

    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.append(data))
    show("cs_conv.live.window", {"conv_forward": conv_forward}, start())
    assert len(calls) == 1
    assert "Your function ended in ValueError: not today" in shown[0]["image/svg+xml"]
