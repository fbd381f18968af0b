"""Plain data as bytes, to cross between the two processes: bounded in every way, nothing executable.

A frame is one encoded value. Data from a sandbox may be hostile. So the decoder makes only the exact types
below, never calls anything that the sender chose, and compares each size with the data that is really there
before it allocates.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

from . import pandas_tables
from .named_kinds import DTYPE, MADE, SCALAR_TYPES, Foreign, NotPlain, WireError, dtype_named, foreign_of

__all__ = ["MAX_DEPTH", "MAX_FRAME", "Foreign", "NotPlain", "WireError", "decode", "encode", "ends_with"]

MAX_FRAME = 64 << 20
MAX_DEPTH = 200
MAX_ITEMS = 2_000_000
MAX_INTEGER = 64 << 10  # bytes

_U32, _F64, _C128 = struct.Struct("<I"), struct.Struct("<d"), struct.Struct("<dd")
Name = Callable[[Any], Foreign | None]
Meet = Callable[[Foreign], Any]


# Encoding


def encode(value: Any, name: Name | None = None) -> bytes:
    """The bytes of a plain value; `name` makes a reference of anything else, or None if it cannot.

    Raises NotPlain for a value without a reference, WireError for one that is nested too deep or too large.
    """
    encoder = _Encoder(name)
    encoder.put(value, 0)
    return b"".join(encoder.chunks)


def ends_with(data: bytes, values: tuple[Any, ...], name: Name | None = None) -> bool:
    """Whether these are the last values of an encoded tuple, without copying them all once more."""
    encoder = _Encoder(name)
    for value in values:
        encoder.put(value, 1)
    at = len(data) - encoder.size
    if at < 0:
        return False
    for chunk in encoder.chunks:
        size = len(chunk)
        if type(chunk) is bytes:
            if data[at : at + size] != chunk:
                return False
        elif not np.array_equal(np.frombuffer(data, np.uint8, size, at), np.frombuffer(chunk, np.uint8)):
            return False
        at += len(chunk)
    return True


class _Encoder:
    def __init__(self, name: Name | None) -> None:
        self.chunks: list[bytes | memoryview] = []
        self.name = name
        self.size = self.items = 0

    def add(self, chunk: bytes | memoryview) -> None:
        self.chunks.append(chunk)
        self.size += len(chunk)
        if self.size > MAX_FRAME:
            raise WireError(f"more than {MAX_FRAME >> 20} MiB of data")

    def put(self, value: Any, depth: int) -> None:
        self.items += 1
        if self.items > MAX_ITEMS:
            raise WireError(f"more than {MAX_ITEMS} values")
        if depth > MAX_DEPTH:
            raise WireError(f"nested more than {MAX_DEPTH} deep")
        kind = type(value)
        simple = _SIMPLE.get(kind)
        if simple is not None:
            self.add(simple(value))
        elif kind in _SEQUENCES:
            self.add(_SEQUENCES[kind] + _U32.pack(len(value)))
            for item in value:
                self.put(item, depth + 1)
        elif kind is np.ndarray and DTYPE.fullmatch(value.dtype.str):
            header, content = _array(value)
            self.add(header)
            self.add(content)
        elif kind is dict:
            self.add(b"m" + _U32.pack(len(value)))
            for key, item in value.items():
                self.put(key, depth + 1)
                self.put(item, depth + 1)
        elif kind in SCALAR_TYPES:
            self.add(b"g" + _sized(value.dtype.str.encode()) + _sized(value.tobytes()))
        elif kind is Foreign:
            self.add(b"x" + _sized(value.kind.encode()))
            self.put(tuple(value.details), depth + 1)
        else:
            self.put(self.foreign(value), depth + 1)

    def foreign(self, value: Any) -> Foreign:
        kind = type(value)
        known = foreign_of(value)
        if known is not None:
            return known
        if kind.__module__.startswith("pandas"):
            table = pandas_tables.parts_of(value)
            if table is not None:
                return Foreign("pandas", *table)
        named = self.name(value) if self.name else None
        if named is None:
            raise NotPlain(f"a {kind.__name__} is not plain data")
        return named


_SEQUENCES: dict[Any, bytes] = {tuple: b"(", list: b"[", set: b"{", frozenset: b"}"}


def _sized(data: bytes) -> bytes:
    return _U32.pack(len(data)) + data


def _integer(value: int) -> bytes:
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    if len(data) > MAX_INTEGER:
        raise WireError(f"an integer of {len(data)} bytes; {MAX_INTEGER} are the most")
    return b"i" + _sized(data)


_SIMPLE: dict[Any, Callable[[Any], bytes]] = {
    type(None): lambda value: b"n",
    bool: lambda value: b"t" if value else b"f",
    int: _integer,
    float: lambda value: b"d" + _F64.pack(value),
    complex: lambda value: b"c" + _C128.pack(value.real, value.imag),
    str: lambda value: b"s" + _sized(value.encode("utf-8", "surrogatepass")),
    bytes: lambda value: b"b" + _sized(value),
    bytearray: lambda value: b"B" + _sized(bytes(value)),
}


_GAPS, _READ_ONLY = 1, 2


def _extent(shape: tuple[int, ...], dtype: np.dtype) -> int:
    """Bytes of an array of this shape, with 1 in place of each axis of length 0."""
    return math.prod(max(1, axis) for axis in shape) * max(1, dtype.itemsize)


def _array(array: np.ndarray) -> tuple[bytes, bytes | memoryview]:
    """Its header (dtype, shape, the order of its axes in memory, whether it has gaps between its values,
    whether it is read-only) and its values.

    Code may depend on how an array lies in memory, so a transposed or sliced one arrives as such.
    """
    if _extent(array.shape, array.dtype) > MAX_FRAME:
        raise WireError(f"an array of shape {array.shape}; {MAX_FRAME >> 20} MiB are the most")
    ndim = array.ndim
    axes, gaps, stored = bytes(range(ndim)), False, array
    if not array.flags.c_contiguous:
        axes = bytes(sorted(axes, key=lambda axis: -abs(array.strides[axis])))
        stored = array.transpose(*axes)
        gaps = not stored.flags.c_contiguous
    marks = gaps * _GAPS | (not array.flags.writeable) * _READ_ONLY
    header = struct.pack(f"<BB{ndim}I", ndim, marks, *array.shape)
    content: bytes | memoryview
    if gaps or not array.size or array.dtype.kind in "SU":
        content = stored.tobytes()
    else:
        content = memoryview(stored.reshape(-1).view(np.uint8))  # type: ignore[arg-type]
    dtype = _sized(array.dtype.str.encode())
    return b"a" + dtype + header + axes + _U32.pack(array.nbytes), content


# Decoding


def decode(data: bytes | bytearray | memoryview, meet: Meet | None = None) -> Any:
    """The value of these bytes; `meet` resolves references. Raises WireError for anything malformed."""
    decoder = _Decoder(memoryview(data), meet)
    try:
        value = decoder.get(0)
    except WireError:
        raise
    except Exception as error:  # whatever making a value of a sender's choice may raise
        raise WireError(f"malformed data: {type(error).__name__}") from None
    if decoder.at != len(decoder.data):
        raise WireError("data after the end of the value")
    return value


class _Decoder:
    def __init__(self, data: memoryview, meet: Meet | None) -> None:
        self.data, self.size, self.meet = data, len(data), meet
        self.at = self.items = 0

    def take(self, size: int) -> memoryview:
        begin, self.at = self.at, self.at + size
        if self.at > self.size:
            raise WireError("the frame ends early")
        return self.data[begin : self.at]

    def count(self) -> int:
        """The number of values that follow; each takes at least one byte."""
        number: int = _U32.unpack(self.take(4))[0]
        if number > self.size - self.at:
            raise WireError("the frame ends early")
        return number

    def text(self) -> str:
        return str(self.take(self.count()), "utf-8", "surrogatepass")

    def get(self, depth: int) -> Any:
        self.items += 1
        if self.items > MAX_ITEMS or depth > MAX_DEPTH + 2:
            raise WireError("too many values, or nested too deep")
        tag = bytes(self.take(1))
        simple = _READERS.get(tag)
        if simple is not None:
            return simple(self)
        if tag in _MAKERS:
            # One by one: numbers that collide make a set slow to fill, and only Python can be interrupted.
            return _MAKERS[tag](self.get(depth + 1) for _ in range(self.count()))
        if tag == b"m":
            result = {}
            for _ in range(self.count()):
                key = self.get(depth + 1)
                result[key] = self.get(depth + 1)
            return result
        if tag == b"x":
            kind = self.text()
            details = self.get(depth + 1)
            if type(details) is not tuple:
                raise WireError("malformed data")
            return self.foreign(kind, details)
        raise WireError(f"an unknown tag {tag!r}")

    def integer(self) -> int:
        size = self.count()
        if size > MAX_INTEGER:
            raise WireError("an integer too large")
        return int.from_bytes(self.take(size), "little", signed=True)

    def array(self) -> np.ndarray:
        dtype = dtype_named(self.text())
        ndim, marks = self.take(2)
        if ndim > 32:
            raise WireError("an array with impossible axes")
        shape = struct.unpack(f"<{ndim}I", self.take(4 * ndim))
        axes = tuple(self.take(ndim))
        flat = _values(dtype, self.take(self.count()))
        if flat.size != math.prod(shape):
            raise WireError("an array whose size is not its shape's")
        if _extent(shape, dtype) > MAX_FRAME:
            raise WireError("an array of more than it holds")
        values = _laid_out(flat, shape, axes, bool(marks & _GAPS))
        if marks & _READ_ONLY:
            values.flags.writeable = False
        return values

    def scalar(self) -> Any:
        dtype = dtype_named(self.text())
        return _values(dtype, self.take(self.count()))[0]

    def foreign(self, kind: str, details: tuple[Any, ...]) -> Any:
        if kind in MADE:
            return MADE[kind](*details)
        if kind == "pandas" and details and type(details[0]) is str:
            return pandas_tables.made_of(details[0], details[1:])
        if self.meet is None:
            raise WireError("something of a kind that is not known")
        return self.meet(Foreign(kind, *details))


_MAKERS: dict[bytes, Callable[[Any], Any]] = {b"(": tuple, b"[": list, b"{": set, b"}": frozenset}
_READERS: dict[bytes, Callable[[_Decoder], Any]] = {
    b"n": lambda decoder: None,
    b"t": lambda decoder: True,
    b"f": lambda decoder: False,
    b"i": _Decoder.integer,
    b"d": lambda decoder: _F64.unpack(decoder.take(8))[0],
    b"c": lambda decoder: complex(*_C128.unpack(decoder.take(16))),
    b"s": _Decoder.text,
    b"b": lambda decoder: bytes(decoder.take(decoder.count())),
    b"B": lambda decoder: bytearray(decoder.take(decoder.count())),
    b"a": _Decoder.array,
    b"g": _Decoder.scalar,
}


def _values(dtype: np.dtype, data: memoryview) -> np.ndarray:
    """A fresh, writable array; bit patterns that are impossible for its type are refused or made possible."""
    if dtype.itemsize == 0:
        raise WireError("an array of nothing")
    values = np.frombuffer(data, dtype).copy()
    if dtype.kind == "b":
        values = values.view(np.uint8) != 0
    if dtype.kind == "U" and values.size and (values.view(dtype.str[0] + "u4") > 0x10FFFF).any():
        raise WireError("text with impossible characters")
    return values


def _laid_out(flat: np.ndarray, shape: tuple[int, ...], axes: tuple[int, ...], gaps: bool) -> np.ndarray:
    """The values in this shape, with its axes in this order in memory."""
    in_order = tuple(range(len(shape)))
    if axes == in_order and not gaps:
        return flat.reshape(shape)
    if tuple(sorted(axes)) != in_order:
        raise WireError("an array with impossible axes")
    stored = tuple(shape[axis] for axis in axes)
    values = flat.reshape(stored)
    if gaps and stored:
        spread = np.zeros((*stored[:-1], 2 * stored[-1]), flat.dtype)
        spread[..., ::2] = values
        values = spread[..., ::2]
    return values.transpose(np.argsort(axes)) if stored else values
