"""Right answers to trip_times as different people write them."""


def as_said(bytes_in, bytes_out, work, bus, calls):
    trip = (bytes_in + bytes_out) / bus
    return calls * (trip + work), trip + calls * work


def by_a_loop(bytes_in, bytes_out, work, bus, calls):
    every_call = 0
    for _ in range(calls):
        every_call += bytes_in / bus
        every_call += work
        every_call += bytes_out / bus
    once = bytes_in / bus
    for _ in range(calls):
        once += work
    return every_call, once + bytes_out / bus


def from_the_difference(bytes_in, bytes_out, work, bus, calls):
    once = bytes_in / bus + calls * work + bytes_out / bus
    return once + (calls - 1) * (bytes_in + bytes_out) / bus, once


def a_list(bytes_in, bytes_out, work, bus, calls):
    moved = bytes_in + bytes_out
    return [(moved / bus + work) * calls, moved / bus + work * calls]


def per_byte(bytes_in, bytes_out, work, bus, calls):
    second_a_byte = 1 / bus
    trip = second_a_byte * (bytes_in + bytes_out)
    return sum([trip + work] * calls), trip + sum([work] * calls)


ANSWERS = [as_said, by_a_loop, from_the_difference, a_list, per_byte]
