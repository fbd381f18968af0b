"""Work between pictures: while somebody asks, until the Stop button, and never for ever."""

import asyncio
import signal
import time

import pytest

from cs_conv.live import work
from cs_conv.live.work import Stop, Work


class Bench:
    """Counts slices, and notes an interruption."""

    def __init__(self, slices=10**6):
        self.slices, self.done, self.ended = slices, 0, []

    def advance(self, state):
        self.done += 1
        return self.done < self.slices

    def interrupted(self, state):
        self.ended.append(state)


def after(seconds, bench, *asks):
    """Run a loop for a while in which somebody asks at these times."""

    async def run():
        loop = asyncio.get_running_loop()
        working = Work(loop, bench.advance, bench.interrupted)
        for at in asks:
            loop.call_later(at, working.asked, {"at": at})
        await asyncio.sleep(seconds)
        return bench.done

    return asyncio.run(run())


def test_it_works_between_questions_and_ends_by_itself():
    assert after(0.2, Bench(slices=3), 0) == 3


def test_it_ends_when_nobody_asks_any_more(monkeypatch):
    monkeypatch.setattr(work, "PATIENCE", 0.05)
    bench = Bench()
    after(0.3, bench, 0)
    first = bench.done
    after(0.3, bench, 0, 0.2)
    assert first > 0
    assert bench.done > first


def test_many_questions_do_not_make_it_work_twice_at_a_time():
    one, many = Bench(), Bench()
    began = time.monotonic()
    after(0.2, many, *[0] * 50)
    slices = (time.monotonic() - began) / work.REST
    after(0.2, one, 0)
    assert many.done <= 2 * slices


@pytest.fixture
def ignored():
    """As in a kernel in which no cell runs."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ignored")
def test_the_stop_button_ends_a_slice():
    class Pressed(Bench):
        def advance(self, state):
            if self.done == 2:
                signal.raise_signal(signal.SIGINT)
            return super().advance(state)

    bench = Pressed()
    assert after(0.2, bench, 0) == 2
    assert bench.ended == [{"at": 0}]


@pytest.mark.usefixtures("ignored")
def test_the_stop_button_between_two_slices_counts_too():
    bench = Bench()

    async def run():
        loop = asyncio.get_running_loop()
        working = Work(loop, bench.advance, bench.interrupted)
        working.asked({})
        await asyncio.sleep(0.05)
        signal.raise_signal(signal.SIGINT)  # this coroutine runs between two slices
        await asyncio.sleep(0.05)

    asyncio.run(run())
    assert bench.ended == [{}]
    assert not Stop.pressed
