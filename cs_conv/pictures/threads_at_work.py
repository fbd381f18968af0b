"""Pictures of what a GPU's threads did: which memory they read together, and when they waited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle

from cs_conv.pictures.grid import subplots
from cs_conv.pictures.palette import BLACK, BLUE, GREY, LIGHTEST, PALE_BLUE, VERMILION
from cs_conv.threads import Event

WARP = 32
"""Threads that read at the same time."""
LINE = 32
"""Numbers that one access to memory brings: 128 bytes of float32."""


def show_reads(ways: Mapping[str, Sequence[Event]], array: str, size: int) -> None:
    """Draw the memory of an array of `size` numbers, and the first number that each thread of a warp read.

    ways: for each title the events of `cs_conv.threads.watch`. A row is what one access brings; the
    rows that the first 32 threads touched are shaded, and the title counts them.
    """
    rows = -(-size // LINE)
    _, axes = subplots(1, len(ways), figsize=(4.9 * len(ways), 0.8 + 0.15 * rows), squeeze=False, sharey=True)
    for side, (title, events) in zip(axes[0], ways.items(), strict=True):
        places = first_reads(events, array)
        touched = sorted({place // LINE for place in places})
        side.add_patch(Rectangle((0, 0), LINE, rows, facecolor=LIGHTEST, edgecolor=GREY))
        for row in touched:
            side.add_patch(Rectangle((0, row), LINE, 1, facecolor=PALE_BLUE))
        for place in places:
            row, column = divmod(place, LINE)
            side.add_patch(
                Rectangle((column, row), 1, 1, facecolor=VERMILION, edgecolor="white", linewidth=0.5)
            )
        accesses = "1 access" if len(touched) == 1 else f"{len(touched)} accesses"
        side.set(xlim=(-0.2, LINE + 0.2), ylim=(rows + 0.2, -0.2), xlabel="32 numbers of float32, 128 bytes")
        side.set_title(f"{title}: {len(places)} reads, {accesses}", fontsize=10)
        side.set(xticks=[], yticks=[])
    axes[0][0].set_ylabel(f"the memory of {array}, 32 numbers a row")


def first_reads(events: Sequence[Event], array: str) -> list[int]:
    """The place in an array that each thread of the first warp read first, in the order of the threads."""
    found: dict[Any, int] = {}
    for event in events:
        if event.what == "read" and event.array == array:
            found.setdefault((event.block, event.thread), event.place)
    return list(found.values())[:WARP]


KINDS = {
    "reads far memory": VERMILION,
    "writes shared memory": BLUE,
    "reads shared memory": PALE_BLUE,
}


def show_waiting(events: Sequence[Event], far: Sequence[str], block: Any = (0, 0)) -> None:
    """Draw what each thread of one block did, a square an access, between the barriers that it met.

    events: those of `cs_conv.threads.watch`. far: the names of the arrays that are not in shared memory.
    """
    did: dict[Any, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    waits: set[tuple[Any, int]] = set()
    for event in events:
        if event.block != block:
            continue
        did[event.thread]  # a thread that only waits has a row too
        if event.what == "wait":
            waits.add((event.thread, event.barriers))
            continue
        place = "far" if event.array in far else "shared"
        did[event.thread][event.barriers].append(f"{event.what}s {place} memory")
    phases = 1 + max((event.barriers for event in events if event.block == block), default=0)
    widths = [max(1, *(len(did[thread][phase]) for thread in did)) for phase in range(phases)]
    left = np.cumsum([0, *(width + 0.8 for width in widths)])
    _, axes = subplots(figsize=(11, 1.2 + 0.24 * len(did)))
    for row, (thread, by_phase) in enumerate(did.items()):
        for phase, width in enumerate(widths):
            for at, kind in enumerate(by_phase[phase]):
                colour = KINDS.get(kind, GREY)
                axes.add_patch(Rectangle((left[phase] + at, row + 0.08), 0.9, 0.84, facecolor=colour))
            done = len(by_phase[phase])
            if (thread, phase) in waits and done < width:
                here = left[phase] + done, row + 0.08
                axes.add_patch(
                    Rectangle(here, width - done, 0.84, facecolor="white", edgecolor="0.75", hatch="////")
                )
    for barrier in range(phases):
        if any(phase == barrier for _, phase in waits):
            axes.axvline(left[barrier + 1] - 0.4, color=BLACK, linewidth=2)
    for kind, colour in KINDS.items():
        axes.scatter([], [], s=60, marker="s", color=colour, label=kind)
    axes.add_patch(Rectangle((0, 0), 0, 0, facecolor="white", edgecolor="0.75", hatch="////", label="waits"))
    axes.plot([], [], color=BLACK, linewidth=2, label="barrier")
    axes.set(xlim=(-0.2, left[-1]), ylim=(len(did), 0), xticks=[], xlabel="accesses, one after the other")
    axes.set_yticks(np.arange(len(did)) + 0.5, [str(thread) for thread in did], fontsize=8)
    axes.set_ylabel("thread")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=5, frameon=False, fontsize=9)
