"""What a training shows while it runs: by rich on a person's machine, as a line of text without it."""

import sys

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from cs_conv.pictures import progress


@pytest.fixture
def published(monkeypatch):
    """What a notebook without rich is told to show, in order."""
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    publisher = CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", publisher)
    yield publisher.outputs
    InteractiveShell.clear_instance()


def test_a_line_is_written_anew_at_most_twice_a_second_and_empty_in_the_end(published, monkeypatch):
    now = 0.0
    monkeypatch.setattr(progress.time, "perf_counter", lambda: now)
    with progress.progress("epoch 1 of 2", 8) as tell:
        for loss in range(8):
            now += 0.2
            tell(float(loss))
    assert [output["data"]["text/plain"] for output in published] == [
        "epoch 1 of 2: 8 steps",
        "epoch 1 of 2: 3 of 8 steps, loss 2.000",
        "epoch 1 of 2: 6 of 8 steps, loss 5.000",
        "",
    ]
    assert [output["update"] for output in published] == [False, True, True, True]
    assert len({output["transient"]["display_id"] for output in published}) == 1


def test_the_line_is_empty_after_an_error_too(published):
    with pytest.raises(KeyboardInterrupt), progress.progress("epoch 1 of 1", 8):
        raise KeyboardInterrupt
    assert published[-1]["data"]["text/plain"] == ""


def test_a_program_without_rich_shows_nothing(monkeypatch, capfd):
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    with progress.progress("epoch 1 of 1", 1) as tell:
        tell(1.0)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_has_a_bar_by_rich(monkeypatch, capfd):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress.progress("epoch 1 of 2", 3) as tell:
        for _ in range(3):
            tell(1.25)
    said = capfd.readouterr().out
    assert "epoch 1 of 2" in said
    assert "3/3" in said
    assert "loss 1.250" in said
