"""The wire carries plain data unchanged, and nothing that arrives can do more than be refused."""

from __future__ import annotations

import contextlib
import math
from collections import Counter, OrderedDict, namedtuple
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.grading.trusted.inside.wire_values import (
    MAX_DEPTH,
    Foreign,
    NotPlain,
    WireError,
    decode,
    encode,
)

numbers = st.one_of(
    st.integers(), st.floats(allow_nan=False), st.complex_numbers(allow_nan=False), st.booleans()
)
keys = st.one_of(st.none(), numbers, st.text(), st.binary())
data = st.recursive(
    keys,
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.dictionaries(keys, inner),
        st.sets(keys),
    ),
    max_leaves=20,
)


@given(data)
def test_plain_data_comes_back_equal_and_of_the_same_types(value: Any) -> None:
    back = decode(encode(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24.0).reshape(2, 3, 4),
        np.arange(24).reshape(2, 3, 4).T,
        np.arange(24.0)[::2],
        np.arange(24.0).reshape(4, 6)[:, ::-1],
        np.zeros((0, 3), np.float32),
        np.array(7),
        np.array([True, False]),
        np.array(["ab", "c"]),
        np.array([1 + 2j], np.complex64),
        np.arange(3, dtype=">i4"),
    ],
    ids=str,
)
def test_arrays_keep_dtype_shape_and_order_in_memory(array: np.ndarray) -> None:
    back = decode(encode(array))
    assert type(back) is np.ndarray
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)
    assert back.flags.c_contiguous == array.flags.c_contiguous
    assert back.flags.writeable


ZONES = [
    UTC,
    timezone(timedelta(hours=-5)),
    timezone(timedelta(hours=1), "CET"),
    ZoneInfo("Europe/Berlin"),
]
TIMES = [
    moment.replace(tzinfo=zone, fold=1)
    for zone in [None, *ZONES]
    for moment in (datetime(2024, 10, 27, 2, 30), time(2, 30, 5, 7))
]


@pytest.mark.parametrize(
    "value",
    [
        range(3),
        slice(1, None),
        ...,
        Fraction(1, 3),
        Decimal("0.1"),
        np.dtype("f4"),
        np.float32(0.5),
        *ZONES,
        *TIMES,
    ],
)
def test_small_kinds_of_data_come_back(value: Any) -> None:
    back = decode(encode(value))
    assert back == value
    assert repr(back) == repr(value)
    assert type(back) is type(value)


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/localtime", "no such zone", "", "a\0b"])
def test_a_zone_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(WireError):
        decode(encode(Foreign("zoneinfo", key)))


def test_dictionaries_of_other_kinds_become_plain_ones() -> None:
    assert decode(encode([Counter("aab"), OrderedDict(x=1)])) == [{"a": 2, "b": 1}, {"x": 1}]


def test_named_tuples_keep_their_names() -> None:
    point = decode(encode(namedtuple("Point", "x y")(1, 2)))
    assert (point.x, point.y, type(point).__name__, point) == (1, 2, "Point", (1, 2))


def test_nan_stays_nan() -> None:
    assert math.isnan(decode(encode(float("nan"))))


@pytest.mark.parametrize(
    "value", [object(), lambda: 0, np.array([object()]), np.zeros(2).view(np.matrix), (1).__add__]
)
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(NotPlain):
        encode(value)


def test_depth_is_bounded_when_sending() -> None:
    value: list[Any] = []
    for _ in range(MAX_DEPTH + 5):
        value = [value]
    with pytest.raises(WireError, match="deep"):
        encode(value)


def test_a_list_that_holds_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(WireError, match="deep"):
        encode(value)


@given(st.binary(max_size=200))
@settings(max_examples=500)
def test_any_bytes_are_data_or_refused(junk: bytes) -> None:
    with contextlib.suppress(WireError):
        decode(junk, lambda foreign: None)


@given(data, st.data())
@settings(max_examples=200)
def test_any_damage_is_data_or_refused(value: Any, draw: Any) -> None:
    frame = bytearray(encode([value, np.arange(6.0).reshape(2, 3), np.array(["ä"])]))
    for _ in range(3):
        place = draw.draw(st.integers(0, len(frame) - 1))
        frame[place] = draw.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        decode(frame, lambda foreign: None)


def test_sizes_that_lie_allocate_nothing() -> None:
    for frame in (
        b"[\xff\xff\xff\x7f",
        b"s\xff\xff\xff\x7fab",
        b"a\x03\x00\x00\x00<f8\x02\x00\xff\xff\xff\x7f\xff\xff\xff\x7f\x00\x01\x08\x00\x00\x0012345678",
        b"(\x01\x00\x00\x00" * 100_000 + b"n",
    ):
        with pytest.raises(WireError):
            decode(frame)


def test_objects_cannot_arrive() -> None:
    with pytest.raises(WireError):
        decode(b"a\x03\x00\x00\x00|O8\x01\x00\x01\x00\x00\x00\x00\x08\x00\x00\x00AAAAAAAA")
    with pytest.raises(WireError):
        decode(encode(Foreign("handle", 1, "x", True)))


def test_a_boolean_array_holds_only_true_and_false() -> None:
    frame = encode(np.array([True, False])).replace(
        b"\x01\x00" * 0 + b"\x02\x00\x00\x00\x01\x00", b"\x02\x00\x00\x00\x07\x00"
    )
    back = decode(frame)
    assert back.view(np.uint8).max() <= 1
