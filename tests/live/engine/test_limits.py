"""What a network costs, and when it is refused."""

import pytest

from cs_conv.live.engine.limits import cost
from cs_conv.live.engine.patterns import placed, read
from cs_conv.network import Network


def costs(pattern: str):
    layers = [place.layer for place in placed(read(pattern), (1, 28, 28), 10, {})]
    return cost(Network(layers, (1, 28, 28), None))


def test_parameters_values_and_work_are_counted_inside_blocks_too():
    found = costs("INPUT -> CONV(4) -> SUM[CONV -> RELU] -> POOL -> FC")
    assert found.parameters == 4 * 10 + 4 * 37 + 4 * 14 * 14 * 10 + 10
    assert found.values == 28 * 28 * (1 + 4 + 4 + 4 + 4) + 14 * 14 * 4 + 10
    assert found.work == 28 * 28 * (4 * 9 + 4 * 4 * 9) + 4 * 14 * 14 * 10


def test_too_much_memory_and_too_much_work_are_refused_with_the_numbers():
    with pytest.raises(
        ValueError, match=r"its 78,500,010 parameters take 1,256 MB.* at most 500 MB are given"
    ):
        costs("INPUT -> CONV(10000) -> FC").check(1)
    slow = costs("INPUT -> CONV(64) -> CONV(64) -> FC")
    with pytest.raises(ValueError, match=r"30 million .* at most 3 billion .* or a batch of at most 100\."):
        slow.check(200)
    slow.check(100)
