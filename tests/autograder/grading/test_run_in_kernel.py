"""A message from a kernel is found even where its arrival went unnoticed."""

from __future__ import annotations

import asyncio
from queue import Empty
from typing import Any

import nbformat
import pytest

from autograder.grading import run_in_kernel as patient
from autograder.grading.run_in_kernel import LOOK, ExecutionWithoutWidgets, look_now_and_then


class Unnoticed:
    """A channel whose message is there after some seconds, and is found only when a wait ends."""

    def __init__(self, after: float) -> None:
        self.after, self.now, self.waits = after, 0.0, list[float]()

    async def get_msg(self, timeout: float | None = None) -> str:
        assert timeout is not None, "this wait would never end"
        self.waits.append(timeout)
        self.now += timeout
        if self.now < self.after:
            raise Empty
        return "reply"


@pytest.mark.parametrize("limit", [300.0, None])
def test_a_message_that_nobody_announced_is_found_soon_after_it_came(limit, monkeypatch):
    channel: Any = Unnoticed(after=20)
    monkeypatch.setattr(patient.time, "monotonic", lambda: channel.now)
    look_now_and_then(channel)
    assert asyncio.run(channel.get_msg(timeout=limit)) == "reply"
    assert channel.now <= 20 + LOOK


def test_a_wait_ends_at_its_limit(monkeypatch):
    channel: Any = Unnoticed(after=1000)
    monkeypatch.setattr(patient.time, "monotonic", lambda: channel.now)
    look_now_and_then(channel)
    with pytest.raises(Empty):
        asyncio.run(channel.get_msg(timeout=7.5))
    assert channel.now == pytest.approx(7.5)


def test_a_notebook_ends_though_no_message_is_ever_announced(monkeypatch):
    """Each wait of its client sleeps until its end, as one does that missed the announcement."""
    asked = []
    connect = look_now_and_then

    def deaf(channel: Any) -> None:
        poll = channel.socket.poll

        async def asleep(milliseconds: int) -> Any:
            asked.append(milliseconds)
            await asyncio.sleep(milliseconds / 1000)
            return await poll(0)

        monkeypatch.setattr(channel.socket, "poll", asleep, raising=False)
        connect(channel)

    monkeypatch.setattr(patient, "look_now_and_then", deaf)
    monkeypatch.setattr(patient, "LOOK", 0.05)
    cells = [nbformat.v4.new_code_cell(source) for source in ("x = 20", "print(x + 1)")]
    notebook, _ = ExecutionWithoutWidgets(timeout=300).preprocess(
        nbformat.v4.new_notebook(cells=cells), {"metadata": {"path": "."}}
    )
    assert [o["text"] for o in notebook.cells[1].outputs] == ["21\n"]
    assert max(asked) <= 50
