"""What lesson 08 draws is what happened: what threads read and wrote, when they waited, what was ordered."""

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from cs_conv.gpu import standin
from cs_conv.gpu.standin import Order
from cs_conv.pictures.orders import Rates, Span, busy, show_orders, time_line
from cs_conv.pictures.palette import BLUE, PALE_BLUE, VERMILION
from cs_conv.pictures.threads_at_work import show_reads, show_waiting
from cs_conv.threads import BarrierError, Event, launch, watch


@pytest.fixture(autouse=True)
def closed_figures(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setattr(plt, "show", lambda: None)
    yield
    plt.close("all")


def accesses(touch: Callable[[Any], Any]) -> list[tuple[str, int]]:
    """What one thread that runs `touch` on a 3x3 array x reads and writes."""

    def function(x: np.ndarray) -> None:
        x.sum()  # outside of a kernel: not noted
        launch(lambda block, thread: touch(x), 1, 1)

    events = watch(function, np.arange(9.0).reshape(3, 3))
    assert {event.array for event in events} <= {"x"}
    return [(event.what, event.place) for event in events]


@pytest.mark.parametrize(
    ("touch", "read"),
    [
        (lambda x: x[1, 2], [5]),
        (lambda x: x[-1, -1], [8]),
        (lambda x: x[1], []),
        (lambda x: x[1][2], [5]),
        (lambda x: x[1:, ::2][1, 1], [8]),
        (lambda x: x.T[0, 1], [3]),
        (lambda x: x.ravel()[4], [4]),
        (lambda x: x[2].sum(), [6, 7, 8]),
        (lambda x: np.sum(x[:, 1]), [1, 4, 7]),
        (lambda x: x[[0, 2], [1, 1]], [1, 7]),
        (lambda x: x[:, 0] @ np.ones(3), [0, 3, 6]),
        (lambda x: x.copy()[0, 0], []),
    ],
)
def test_a_thread_s_reads_are_noted(touch: Callable[[Any], Any], read: list[int]) -> None:
    assert accesses(touch) == [("read", place) for place in read]


def test_a_thread_s_writes_are_noted_and_done() -> None:
    def write(x: Any) -> None:
        x[0, 1] = 5
        x[1] += 1

    assert accesses(write) == [
        ("write", 1),
        *(("read", n) for n in (3, 4, 5)),
        *(("write", n) for n in (3, 4, 5)),
    ]
    shifted = accesses(lambda x: x.__setitem__(slice(0, 2), x[1:]))
    assert shifted == [*(("read", n) for n in range(3, 9)), *(("write", n) for n in range(6))]
    x = np.zeros((2, 2))

    def function(x: np.ndarray) -> None:
        launch(lambda block, thread: x.__setitem__((1, thread), 7), 1, 2)

    watch(function, x)
    assert x.tolist() == [[0, 0], [7, 7]]


def passed_on(numbers: np.ndarray) -> None:
    """Each thread puts a number down and takes the next one's up."""

    def kernel(block: int, thread: int, close: np.ndarray):  # type: ignore[no-untyped-def]
        close[thread] = numbers[thread]
        yield
        close[(thread + 1) % 2]

    launch(kernel, 2, 2, close=(2,))


def test_barriers_and_shared_memory_are_noted() -> None:
    of_block_1 = [event for event in watch(passed_on, np.zeros(2)) if event.block == 1]
    assert of_block_1 == [
        Event(1, 0, 0, "read", "numbers", 0),
        Event(1, 0, 0, "write", "close", 0),
        Event(1, 0, 0, "wait"),
        Event(1, 1, 0, "read", "numbers", 1),
        Event(1, 1, 0, "write", "close", 1),
        Event(1, 1, 0, "wait"),
        Event(1, 0, 1, "read", "close", 1),
        Event(1, 1, 1, "read", "close", 0),
    ]


def test_nothing_is_noted_without_watch_and_an_error_ends_it() -> None:
    def fails(x: np.ndarray) -> None:
        def kernel(block: int, thread: int):  # type: ignore[no-untyped-def]
            if thread:
                yield

        launch(kernel, 1, 2)

    with pytest.raises(BarrierError):
        watch(fails, np.zeros(2))
    seen: list[type] = []
    launch(lambda block, thread, close: seen.append(type(close)), 1, 1, close=(2,))
    assert seen == [np.ndarray]


# Pictures of threads


def reader(step: int) -> Callable[[np.ndarray], None]:
    def function(x: np.ndarray) -> None:
        launch(lambda block, thread: x[(32 * block + thread) * step], 2, 32)

    return function


def test_the_lines_that_a_warp_reads_are_counted() -> None:
    x = np.zeros(64 * 34)
    show_reads({"side by side": watch(reader(1), x), "far": watch(reader(34), x)}, "x", x.size)
    near, far = plt.gcf().axes
    assert near.get_title() == "side by side: 32 reads, 1 access"
    assert far.get_title() == "far: 32 reads, 32 accesses"
    read = [p.get_xy() for p in far.patches if to_hex(p.get_facecolor()) == VERMILION]
    assert read == [(34 * t % 32, 34 * t // 32) for t in range(32)]


def test_every_access_of_a_block_is_a_square_and_every_barrier_a_line() -> None:
    show_waiting(watch(passed_on, np.zeros(2)), far=("numbers",), block=1)
    axes = plt.gcf().axes[0]
    colours = [to_hex(patch.get_facecolor()) for patch in axes.patches]
    assert [colours.count(colour) for colour in (VERMILION, BLUE, PALE_BLUE)] == [2, 2, 2]
    lines = [line for line in axes.lines if len(line.get_xdata())]
    assert len(lines) == 1
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0", "1"]


def test_a_thread_with_less_to_do_waits() -> None:
    def function(x: np.ndarray) -> None:
        def kernel(block: int, thread: int):  # type: ignore[no-untyped-def]
            for place in range(1 + 2 * thread):
                x[place]
            yield

        launch(kernel, 1, 2)

    show_waiting(watch(function, np.zeros(3)), far=("x",), block=0)
    hatched = [p for p in plt.gcf().axes[0].patches if p.get_hatch() and p.get_width()]
    assert [(p.get_x(), p.get_width()) for p in hatched] == [(1, 2)]


# Orders


def test_transfers_and_launches_are_orders_and_views_are_none() -> None:
    xp = standin.standin
    standin.orders.clear()
    a = xp.asarray(np.ones((3, 4)))
    view = a.reshape(4, 3).transpose(1, 0)[0]
    assert view.shape == (4,)
    doubled = (2 * a).sum(axis=1)
    a += 1
    a[0] = 0
    xp.asnumpy(doubled)
    assert [(order.what, order.name) for order in standin.orders] == [
        ("there", "(3, 4)"),
        ("launch", "mul"),
        ("launch", "sum"),
        ("launch", "iadd"),
        ("launch", "copy"),
        ("back", "(3,)"),
    ]
    assert [order.nbytes for order in list(standin.orders)[:3]] == [96, 192, 96 + 24]


ORDERS = [Order("there", "", 10), Order("launch", "f", 6), Order("launch", "g", 6), Order("back", "", 20)]
ONES = Rates(order=1, bus=10, memory=2)


def test_launches_queue_up_and_the_way_back_waits_for_them() -> None:
    assert list(time_line(ORDERS, ONES)) == [
        Span("Python", "there", 0, 1),
        Span("the bus", "there", 1, 2),
        Span("Python", "wait", 1, 2),
        Span("Python", "launch", 2, 3),
        Span("the GPU", "launch", 3, 6),
        Span("Python", "launch", 3, 4),
        Span("the GPU", "launch", 6, 9),
        Span("Python", "wait", 4, 9),
        Span("Python", "back", 9, 10),
        Span("the bus", "back", 10, 12),
        Span("Python", "wait", 10, 12),
    ]
    assert busy(ORDERS, ONES) == {"in all": 12, "the bus": 3, "the GPU": 6}
    assert busy([], ONES) == {"in all": 0, "the bus": 0, "the GPU": 0}


def test_the_time_line_is_drawn_in_microseconds() -> None:
    show_orders({"some": ORDERS}, Rates(order=1e-6, bus=1e7, memory=2e6))
    axes = plt.gcf().axes[0]
    assert axes.get_title(loc="left") == "some: 12 microseconds, in which the GPU works 6"
    bars = [(round(p.get_x(), 6), round(p.get_width(), 6)) for p in axes.patches]
    assert bars == [(span.begin, span.end - span.begin) for span in time_line(ORDERS, ONES)]
