"""The wire between the two processes: plain data in typed frames, bounded in every direction, nothing
executable.

A frame is a length and one encoded value. What arrives from a sandbox is hostile: the decoder makes only
the exact types below, never calls anything that the sender chose, and checks each size against what is
really there before it allocates. This file is also read by the sandboxed side, so it imports nothing but
Python and NumPy.
"""

from __future__ import annotations

import contextlib
import functools
import math
import re
import select
import socket
import struct
import time
from collections import Counter, OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

MAX_FRAME = 64 << 20
MAX_DEPTH = 64
MAX_ITEMS = 2_000_000
MAX_INTEGER = 64 << 10  # bytes

_U32, _F64, _C128 = struct.Struct("<I"), struct.Struct("<d"), struct.Struct("<dd")
_DTYPE = re.compile(r"[<>|](?:[biu][1248]|b1|f(?:2|4|8|12|16)|c(?:8|16|24|32)|S\d{1,6}|U\d{1,5})")
_DICTS = (dict, OrderedDict, defaultdict, Counter)


class WireError(Exception):
    """What came is no frame, or what should go cannot be one."""


class NotPlain(WireError):
    """A value that is no plain data."""


class Gone(Exception):
    """The other side has closed the connection."""


class Late(Exception):
    """The other side did not answer in time."""


class Foreign:
    """Something that is no plain data but has a name on the wire: a kind of one letter and plain details."""

    __slots__ = ("details", "kind")

    def __init__(self, kind: str, *details: Any) -> None:
        self.kind, self.details = kind, details


Name = Callable[[Any], "Foreign | None"]
Meet = Callable[["Foreign"], Any]


# Encoding


def encode(value: Any, name: Name | None = None) -> bytes:
    """The bytes of a plain value; `name` turns anything else into a `Foreign`, or None where it cannot.

    Raises NotPlain for what neither of them knows, WireError for what is too deep or too large.
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
        elif kind is np.ndarray and _DTYPE.fullmatch(value.dtype.str):
            header, content = _array(value)
            self.add(header)
            self.add(content)
        elif kind in _DICTS:
            self.add(b"m" + _U32.pack(len(value)))
            for key, item in dict.items(value):
                self.put(key, depth + 1)
                self.put(item, depth + 1)
        elif kind in _SCALAR_TYPES:
            self.add(b"g" + _sized(value.dtype.str.encode()) + _sized(value.tobytes()))
        elif kind is Foreign:
            self.add(b"x" + _sized(value.kind.encode()))
            self.put(tuple(value.details), depth + 1)
        else:
            self.put(self.foreign(value), depth + 1)

    def foreign(self, value: Any) -> Foreign:
        kind = type(value)
        if kind is range:
            return Foreign("range", value.start, value.stop, value.step)
        if kind is slice:
            return Foreign("slice", value.start, value.stop, value.step)
        if value is Ellipsis:
            return Foreign("ellipsis")
        if kind is Fraction:
            return Foreign("fraction", value.numerator, value.denominator)
        if kind is Decimal:
            return Foreign("decimal", str(value))
        if isinstance(value, np.dtype) and value.str and _DTYPE.fullmatch(value.str):
            return Foreign("dtype", value.str)
        if kind is not type and issubclass(kind, tuple) and type(getattr(kind, "_fields", None)) is tuple:
            fields = getattr(kind, "_fields")  # noqa: B009  (a type of tuple that has them)
            return Foreign("namedtuple", kind.__name__, fields, tuple.__getitem__(value, slice(None)))
        named = self.name(value) if self.name else None
        if named is None:
            raise NotPlain(f"a {kind.__name__} is no plain data")
        return named


_SEQUENCES: dict[Any, bytes] = {tuple: b"(", list: b"[", set: b"{", frozenset: b"}"}
_SCALAR_TYPES = frozenset(
    kind
    for kind in set(np.sctypeDict.values())
    if issubclass(kind, (np.number, np.bool_, np.str_, np.bytes_))
)


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


def _array(array: np.ndarray) -> tuple[bytes, bytes | memoryview]:
    """dtype, shape, the order of its axes in memory, whether there are gaps between its values, the values.

    Code may depend on how an array lies in memory, so a transposed or sliced one arrives as such.
    """
    if array.nbytes > MAX_FRAME:
        raise WireError(f"an array of {array.nbytes >> 20} MiB; {MAX_FRAME >> 20} are the most")
    ndim = array.ndim
    axes, gaps, stored = bytes(range(ndim)), False, array
    if not array.flags.c_contiguous:
        axes = bytes(sorted(axes, key=lambda axis: -abs(array.strides[axis])))
        stored = array.transpose(*axes)
        gaps = not stored.flags.c_contiguous
    header = struct.pack(f"<BB{ndim}I", ndim, gaps, *array.shape)
    content: bytes | memoryview
    if gaps or not array.size or array.dtype.kind in "SU":
        content = stored.tobytes()
    else:
        content = memoryview(stored.reshape(-1).view(np.uint8))  # type: ignore[arg-type]
    dtype = _sized(array.dtype.str.encode())
    return b"a" + dtype + header + axes + _U32.pack(array.nbytes), content


# Decoding


def decode(data: bytes | bytearray | memoryview, meet: Meet | None = None) -> Any:
    """The value of these bytes; `meet` gives what stands for a `Foreign`. Raises WireError for anything
    malformed.
    """
    decoder = _Decoder(memoryview(data), meet)
    try:
        value = decoder.get(0)
    except WireError:
        raise
    except (ValueError, TypeError, OverflowError, struct.error, RecursionError, ArithmeticError) as error:
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
        """How many values follow; each takes at least one byte."""
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
        dtype = _dtype(self.text())
        ndim, gaps = self.take(2)
        if ndim > 32:
            raise WireError("an array whose axes are none")
        shape = struct.unpack(f"<{ndim}I", self.take(4 * ndim))
        axes = tuple(self.take(ndim))
        in_order = tuple(range(ndim))
        flat = _values(dtype, self.take(self.count()))
        if flat.size != math.prod(shape):
            raise WireError("an array whose size is not its shape's")
        if axes == in_order and not gaps:
            return flat.reshape(shape)
        if tuple(sorted(axes)) != in_order:
            raise WireError("an array whose axes are none")
        stored = tuple(shape[axis] for axis in axes)
        values = flat.reshape(stored)
        if gaps and ndim:
            spread = np.zeros((*stored[:-1], 2 * stored[-1]), dtype)
            spread[..., ::2] = values
            values = spread[..., ::2]
        return values.transpose(np.argsort(axes)) if ndim else values

    def scalar(self) -> Any:
        dtype = _dtype(self.text())
        return _values(dtype, self.take(self.count()))[0]

    def foreign(self, kind: str, details: tuple[Any, ...]) -> Any:
        if kind in ("range", "slice") and len(details) == 3:
            if any(part is not None and type(part) is not int for part in details):
                raise WireError("malformed data")
            return range(*details) if kind == "range" else slice(*details)
        if kind == "ellipsis":
            return Ellipsis
        if kind == "fraction" and len(details) == 2 and all(type(part) is int for part in details):
            return Fraction(*details)
        if kind == "decimal" and len(details) == 1 and type(details[0]) is str and len(details[0]) < 1000:
            return Decimal(details[0])
        if kind == "dtype" and len(details) == 1 and type(details[0]) is str:
            return _dtype(details[0])
        if kind == "namedtuple" and len(details) == 3:
            return _named_tuple(*details)
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


@functools.lru_cache(maxsize=64)
def _dtype(text: str) -> np.dtype:
    if not _DTYPE.fullmatch(text):
        raise WireError("an array of something else than numbers and text")
    return np.dtype(text)


def _values(dtype: np.dtype, data: memoryview) -> np.ndarray:
    """A fresh, writable array; bit patterns that its type does not have are refused or made proper."""
    if dtype.itemsize == 0:
        raise WireError("an array of nothing")
    values = np.frombuffer(data, dtype).copy()
    if dtype.kind == "b":
        values = values.view(np.uint8) != 0
    if dtype.kind == "U" and values.size and (values.view(dtype.str[0] + "u4") > 0x10FFFF).any():
        raise WireError("text that is none")
    return values


def _named_tuple(name: Any, fields: Any, values: Any) -> Any:
    if type(name) is not str or type(fields) is not tuple or type(values) is not tuple:
        raise WireError("malformed data")
    if len(fields) != len(values) or len(fields) > 100:
        raise WireError("malformed data")
    if not all(
        type(word) is str and len(word) < 60 and word.isascii() and word.isidentifier()
        for word in (name, *fields)
    ):
        raise WireError("malformed data")
    kind = namedtuple("record", fields, rename=True)  # type: ignore[misc]
    kind.__name__ = name
    return kind(*values)


# Frames over a socket


class Channel:
    """Sends and receives frames. `deadline` is a time of time.monotonic()."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.sent = self.received = 0

    def send(self, data: bytes, deadline: float | None = None) -> None:
        """Send one encoded value. Raises Gone, Late."""
        if len(data) > MAX_FRAME + 4096:
            raise WireError(f"more than {MAX_FRAME >> 20} MiB of data")
        self.sent += len(data)
        rest = memoryview(_U32.pack(len(data)) + data)
        try:
            while rest:
                self._wait(deadline, write=True)
                rest = rest[self.connection.send(rest) :]
        except OSError:
            raise Gone from None

    def receive(self, deadline: float | None = None) -> bytearray:
        """The bytes of one frame. Raises Gone, Late, and WireError for a length that no frame has."""
        (size,) = _U32.unpack(self._read(4, deadline))
        if size > MAX_FRAME + 4096:
            raise WireError(f"a frame of {size} bytes")
        self.received += size
        return self._read(size, deadline)

    def _read(self, size: int, deadline: float | None) -> bytearray:
        data = bytearray()
        try:
            while len(data) < size:
                self._wait(deadline, write=False)
                piece = self.connection.recv(min(size - len(data), 1 << 20))
                if not piece:
                    raise Gone
                data += piece
        except OSError:
            raise Gone from None
        return data

    def _wait(self, deadline: float | None, write: bool) -> None:
        """Until the socket is ready; only where there is a deadline, since the trusted side alone has one."""
        if deadline is None:
            return
        left = deadline - time.monotonic()
        poll = select.poll()
        poll.register(self.connection, select.POLLOUT if write else select.POLLIN)
        if left <= 0 or not poll.poll(left * 1000):
            raise Late

    def shut(self) -> None:
        """End the connection; whoever waits on it, in whatever thread, sees it gone."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the socket back; nobody may be waiting on it any more."""
        self.connection.close()
