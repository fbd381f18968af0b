"""trip_times(bytes_in, bytes_out, work, bus, calls): seconds with a transfer in every call, and once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.catalogue import Catalogue
from autograder.checks.exercise import Case, Exercise, aspect


def reference(bytes_in, bytes_out, work, bus, calls):
    """Add up, trip by trip."""
    every_call = 0.0
    once = bytes_in / bus
    for _ in range(calls):
        every_call += bytes_in / bus + work + bytes_out / bus
        once += work
    return every_call, once + bytes_out / bus


def cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(about, *args):
        return Case("times", about, args)

    yield case("one call", 6, 4, 3.0, 2, 1)
    yield case("two calls", 6, 4, 3.0, 2, 2)
    yield case("ten calls, little work", 20, 10, 0.5, 5, 10)
    yield case("nothing comes back", 12, 0, 1.0, 4, 3)
    yield case("nothing goes there", 0, 12, 1.0, 4, 3)
    yield case("no work", 8, 8, 0.0, 2, 4)
    yield case("megabytes and milliseconds", 25_690_112, 25_690_112, 4e-4, 2.5e10, 100)
    for _ in range(4):
        go, back, calls = (int(v) for v in rng.integers(2, 10**6, 3))
        yield case(
            "somewhere", go, back, float(rng.uniform(1, 9)), float(rng.integers(3, 1000)), 2 + calls % 50
        )
    yield case("much work, short trips", 4, 2, 8.0, 2, 3)


def trip_times(bytes_in, bytes_out, work, bus, calls):
    """Return the seconds with a trip in every call, and with a single trip."""
    there, back = bytes_in / bus, bytes_out / bus
    return calls * (there + work + back), there + calls * work + back


mistakes = Catalogue(trip_times)

EVERY_CALL, ONCE = "calls * (there + work + back)", "there + calls * work + back"

mistakes.change(
    "every call: the way back forgotten",
    "The result has to come back over the bus as well.",
    {EVERY_CALL: "calls * (there + work)"},
)
mistakes.change(
    "every call: the way there forgotten",
    "Before each call the input goes over the bus.",
    {EVERY_CALL: "calls * (work + back)"},
)
mistakes.change(
    "every call: the work once",
    "The GPU computes in every call, not only in the first.",
    {EVERY_CALL: "calls * (there + back) + work"},
)
mistakes.change(
    "every call: one call only", "There are `calls` of them.", {EVERY_CALL: "(there + work + back)"}
)
mistakes.change(
    "every call: bytes in place of seconds",
    "Bytes over bytes a second are seconds: divide by the bus.",
    {EVERY_CALL: "calls * (bytes_in + work + bytes_out)"},
)
mistakes.change(
    "every call: multiplied by the bus",
    "A faster bus takes less time: divide by it.",
    {EVERY_CALL: "calls * (bytes_in * bus + work + bytes_out * bus)"},
)
mistakes.change(
    "every call: without the work",
    "You count the transfers; the GPU's own work comes on top.",
    {EVERY_CALL: "calls * (there + back)"},
)
mistakes.change(
    "every call: only the first term multiplied",
    "Way there, work and way back come with every call: multiply their sum, in brackets.",
    {EVERY_CALL: "calls * there + work + back"},
)
mistakes.change(
    "every call: trips and work at the same time",
    "You take the longer of the two. Here a call is one thing after the other: there, work, back.",
    {EVERY_CALL: "calls * max(there + back, work)"},
)
mistakes.change(
    "once: the way back forgotten",
    "At the end the result comes back, once.",
    {ONCE: "there + calls * work"},
)
mistakes.change(
    "once: the way there forgotten",
    "At the beginning the input goes there, once.",
    {ONCE: "calls * work + back"},
)
mistakes.change(
    "once: the work once",
    "Only the transfers happen once. The GPU computes in every call.",
    {ONCE: "there + work + back"},
)
mistakes.change(
    "once: the result brought back every time",
    "What stays on the GPU needs no trip: the result of the last call comes back, and no other.",
    {ONCE: "there + calls * (work + back)"},
)
mistakes.change(
    "once: the input sent every time",
    "The input is there already after the first time.",
    {ONCE: "calls * (there + work) + back"},
)
mistakes.change(
    "every call: the trips counted once",
    "Here the input goes there and the result comes back with each of the `calls` calls.",
    {EVERY_CALL: ONCE},
)
mistakes.change(
    "once: the trips counted in every call",
    "Only the work repeats: the input goes there before the first call, the result back after the last.",
    {ONCE: EVERY_CALL},
)
mistakes.change(
    "whole division",
    "`//` throws the rest away: a trip may take half a second.",
    {"bytes_in / bus, bytes_out / bus": "bytes_in // bus, bytes_out // bus"},
)
mistakes.change(
    "the two answers swapped",
    "Return the time with a trip in every call first.",
    {EVERY_CALL: ONCE, ONCE: EVERY_CALL},
    whole=True,
)


exercise = Exercise(
    name="trip_times",
    arguments=("bytes_in", "bytes_out", "work", "bus", "calls"),
    parts=("every_call", "once"),
    axes={"every_call": (), "once": ()},
    aspects=(aspect("times", 4),),
    reference=reference,
    cases=cases,
    program=trip_times,
    mistakes=tuple(mistakes),
)
