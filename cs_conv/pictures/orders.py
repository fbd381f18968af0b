"""A time line of what Python asks of a GPU: transfers on the bus, and launches in the GPU's queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cs_conv.gpu.standin import Order
from cs_conv.pictures.grid import subplots
from cs_conv.pictures.palette import BLACK, BLUE, GREEN, ORANGE, VERMILION

ROWS = {"Python": 2, "the bus": 1, "the GPU": 0}
COLOURS = {"there": VERMILION, "back": ORANGE, "launch": BLUE}


@dataclass(frozen=True)
class Rates:
    """What a machine is taken to need: seconds to give an order, bytes a second on the bus and in the GPU."""

    order: float = 5e-6
    bus: float = 25e9
    memory: float = 1e12


@dataclass(frozen=True)
class Span:
    """What one of the three does from `begin` to `end`, in seconds."""

    who: str
    what: str
    begin: float
    end: float


def time_line(orders: Sequence[Order], rates: Rates) -> Iterator[Span]:
    """When Python, the bus and the GPU work on the orders.

    A launch is noted and Python goes on; the GPU works through its launches one after the other. A transfer
    there keeps Python waiting; one back waits until the GPU has done all before it.
    """
    now = free = 0.0
    for order in orders:
        if order.what == "launch":
            yield Span("Python", "launch", now, now + rates.order)
            now += rates.order
            begin = max(now, free)
            free = begin + order.nbytes / rates.memory
            yield Span("the GPU", "launch", begin, free)
            continue
        begin = max(now, free) if order.what == "back" else now
        if begin > now:
            yield Span("Python", "wait", now, begin)
        end = begin + rates.order + order.nbytes / rates.bus
        yield Span("Python", order.what, begin, begin + rates.order)
        yield Span("the bus", order.what, begin + rates.order, end)
        yield Span("Python", "wait", begin + rates.order, end)
        now = end


def busy(orders: Sequence[Order], rates: Rates) -> dict[str, float]:
    """The seconds that all of it takes, and those in which the bus and the GPU are busy."""
    spans = list(time_line(orders, rates))
    seconds = {"in all": max((span.end for span in spans), default=0.0)}
    for who in ("the bus", "the GPU"):
        seconds[who] = sum(span.end - span.begin for span in spans if span.who == who)
    return seconds


def show_orders(ways: dict[str, Sequence[Order]], rates: Rates | None = None) -> None:
    """Draw the time line of each list of orders; all have the same scale.

    ways: for each title the orders that `cs_conv.gpu.standin.orders` holds after a function has run.
    """
    rates = rates or Rates()
    _, axes = subplots(len(ways), 1, figsize=(11, 0.7 + 1.55 * len(ways)), squeeze=False, sharex=True)
    for (side,), (title, orders) in zip(axes, ways.items(), strict=True):
        seconds = busy(orders, rates)
        for span in time_line(orders, rates):
            box = {"left": 1e6 * span.begin, "width": 1e6 * (span.end - span.begin), "height": 0.7}
            if span.what == "wait":
                side.barh(ROWS[span.who], **box, facecolor="white", edgecolor="0.8", hatch="////")
            else:
                colour = GREEN if span.who == "the GPU" else COLOURS[span.what]
                side.barh(ROWS[span.who], **box, color=colour, edgecolor="white", linewidth=0.3)
        side.set_yticks(list(ROWS.values()), list(ROWS), fontsize=9)
        words = f"{title}: {1e6 * seconds['in all']:.0f} microseconds, in which the GPU works "
        side.set_title(f"{words}{1e6 * seconds['the GPU']:.0f}", fontsize=10, loc="left")
    last = axes[-1][0]
    last.set_xlabel("microseconds")
    for label, colour in (("there", VERMILION), ("back", ORANGE), ("an order", BLUE), ("a kernel", GREEN)):
        last.scatter([], [], marker="s", s=50, color=colour, label=label)
    last.plot([], [], color=BLACK, linewidth=0, label="(hatched: Python waits)")
    last.legend(loc="upper center", bbox_to_anchor=(0.5, -0.45), ncols=5, frameon=False, fontsize=9)
