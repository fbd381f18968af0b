"""What crosses between the two processes: plain data as bytes, bounded in every way, nothing executable.

A frame is one encoded value. What arrives from a sandbox is hostile: the decoder makes only the exact types
below, never calls anything that the sender chose, and checks each size against what is really there before it
allocates.
"""

from __future__ import annotations

import builtins
import datetime
import functools
import math
import re
import struct
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PosixPath, PurePosixPath
from typing import Any

import numpy as np

from . import pandas_tables

MAX_FRAME = 64 << 20
MAX_DEPTH = 200
MAX_ITEMS = 2_000_000
MAX_INTEGER = 64 << 10  # bytes
MAX_RANGE = 10_000_000
"""Numbers in a range, and powers of ten in a decimal: both are small to send and can be endless to use."""

_U32, _F64, _C128 = struct.Struct("<I"), struct.Struct("<d"), struct.Struct("<dd")
_DTYPE = re.compile(
    r"[<>|](?:[biu][1248]|b1|f(?:2|4|8|12|16)|c(?:8|16|24|32)|S\d{1,6}|U\d{1,5}|[mM]8\[\d{0,6}\w{1,2}\])"
)


class WireError(Exception):
    """What came is no frame, or what should go cannot be one."""


class NotPlain(WireError):
    """A value that is no plain data."""


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
        elif kind is dict:
            self.add(b"m" + _U32.pack(len(value)))
            for key, item in value.items():
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
        if kind in _KINDS:
            parts = _KINDS[kind](value)
            if parts is not None:
                return Foreign(_NAMES[kind], *parts)
        if value is Ellipsis:
            return Foreign("ellipsis")
        if kind is type and value in _TYPES.values():
            return Foreign("type", next(name for name, each in _TYPES.items() if each is value))
        if isinstance(value, np.dtype) and value.str and _DTYPE.fullmatch(value.str):
            return Foreign("dtype", value.str)
        if kind is not type and issubclass(kind, tuple) and type(getattr(kind, "_fields", None)) is tuple:
            fields = getattr(kind, "_fields")  # noqa: B009  (a type of tuple that has them)
            return Foreign("namedtuple", kind.__name__, fields, tuple.__getitem__(value, slice(None)))
        if kind.__module__.startswith("pandas"):
            table = pandas_tables.parts_of(value)
            if table is not None:
                return Foreign("pandas", *table)
        named = self.name(value) if self.name else None
        if named is None:
            raise NotPlain(f"a {kind.__name__} is no plain data")
        return named


_SEQUENCES: dict[Any, bytes] = {tuple: b"(", list: b"[", set: b"{", frozenset: b"}"}
_SCALAR_TYPES = frozenset(
    kind
    for kind in set(np.sctypeDict.values())
    if issubclass(kind, (np.number, np.bool_, np.str_, np.bytes_, np.datetime64))
)

# What is data and has a name on the wire: its parts, or None for one that is too large


def _range(value: range) -> tuple[Any, ...] | None:
    few = abs(value.stop - value.start) <= MAX_RANGE * abs(value.step)
    return (value.start, value.stop, value.step) if few else None


def _decimal(value: Decimal) -> tuple[Any, ...] | None:
    return (str(value),) if not value.is_finite() or abs(value.adjusted()) <= MAX_RANGE // 1000 else None


def _offset(value: Any) -> tuple[Any, ...] | None:
    """How far a time is from UTC, and which of two times of that name it is; None where a rule decides."""
    if value.tzinfo is not None and type(value.tzinfo) is not datetime.timezone:
        return None
    offset = value.utcoffset() if value.tzinfo is not None else None
    return None if offset is None else offset // datetime.timedelta(microseconds=1), value.fold


def _datetime(value: datetime.datetime) -> tuple[Any, ...] | None:
    zone = _offset(value)
    return None if zone is None else (*value.timetuple()[:6], value.microsecond, *zone)


def _time(value: datetime.time) -> tuple[Any, ...] | None:
    zone = _offset(value)
    parts = (value.hour, value.minute, value.second, value.microsecond)
    return None if zone is None else (*parts, *zone)


def _zone(microseconds: int | None) -> datetime.timezone | None:
    return (
        None
        if microseconds is None
        else datetime.timezone(datetime.timedelta(microseconds=_whole(microseconds)))
    )


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise WireError("malformed data")
    return value


def _wholes(values: Any) -> list[int]:
    return [_whole(value) for value in values]


def _few(value: range) -> range:
    if _range(value) is None:
        raise WireError("a range too long")
    return value


def _short(value: Decimal) -> Decimal:
    if _decimal(value) is None:
        raise WireError("a decimal too large")
    return value


def _text_of(value: Any) -> str:
    if type(value) is not str or len(value) > 10_000:
        raise WireError("malformed data")
    return value


def _dtype_of(value: Any) -> np.dtype:
    return _dtype(_text_of(value))


def _dict_of(value: Any) -> dict[Any, Any]:
    if type(value) is not dict:
        raise WireError("malformed data")
    return value


def _list_of(value: Any) -> list[Any]:
    if type(value) is not list:  # a range would be small to send and large to keep
        raise WireError("malformed data")
    return value


def _type_named(name: Any) -> Any:
    if name is not None and name not in _TYPES:
        raise WireError("a type that is not known")
    return _TYPES.get(name)


_TYPES: dict[str, type] = {
    **{kind.__name__: kind for kind in (int, float, complex, bool, str, bytes, bytearray, list, tuple, dict)},
    **{kind.__name__: kind for kind in (set, frozenset, object, range, slice, type(None), type)},
    **{name: kind for name, kind in vars(builtins).items()
       if isinstance(kind, type) and issubclass(kind, BaseException) and name == kind.__name__},
    **{f"numpy.{kind.__name__}": kind for kind in (*_SCALAR_TYPES, np.ndarray)},
}  # fmt: skip
"""Types that both sides mean by the same name, none of which does more than make data."""

_KINDS: dict[type, Callable[[Any], tuple[Any, ...] | None]] = {
    range: _range,
    slice: lambda value: (value.start, value.stop, value.step),
    Fraction: lambda value: (value.numerator, value.denominator),
    Decimal: _decimal,
    datetime.date: lambda value: (value.year, value.month, value.day),
    datetime.datetime: _datetime,
    datetime.time: _time,
    datetime.timedelta: lambda value: (value.days, value.seconds, value.microseconds),
    PosixPath: lambda value: (str(value),),
    PurePosixPath: lambda value: (str(value),),
    Counter: lambda value: (dict(value),),
    OrderedDict: lambda value: (dict(value),),
    defaultdict: lambda value: (dict(value), getattr(value.default_factory, "__name__", None)
                                if value.default_factory in (int, float, str, list, dict, set) else None),
    deque: lambda value: (list(value), value.maxlen),
    re.Pattern: lambda value: (value.pattern, value.flags) if type(value.pattern) is str else None,
}  # fmt: skip
_NAMES = {kind: kind.__name__.lower() for kind in _KINDS} | {PosixPath: "path"}
_MADE: dict[str, Callable[..., Any]] = {
    "range": lambda *parts: _few(range(*_wholes(parts))),
    "slice": lambda *parts: slice(*(part if part is None else _whole(part) for part in parts)),
    "fraction": lambda *parts: Fraction(*_wholes(parts)),
    "decimal": lambda text: _short(Decimal(_text_of(text)[:1000])),
    "date": lambda *parts: datetime.date(*_wholes(parts)),
    "datetime": lambda *parts: datetime.datetime(*_wholes(parts[:7]), _zone(parts[7]), fold=_whole(parts[8])),  # type: ignore[arg-type, misc]
    "time": lambda *parts: datetime.time(*_wholes(parts[:4]), _zone(parts[4]), fold=_whole(parts[5])),  # type: ignore[arg-type, misc]
    "timedelta": lambda *parts: datetime.timedelta(*_wholes(parts)),
    "path": lambda text: Path(_text_of(text)),
    "pureposixpath": lambda text: PurePosixPath(_text_of(text)),
    "counter": lambda items: Counter(_dict_of(items)),
    "ordereddict": lambda items: OrderedDict(_dict_of(items)),
    "defaultdict": lambda items, kind: defaultdict(_type_named(kind), _dict_of(items)),
    "deque": lambda items, most: deque(_list_of(items), most if most is None else _whole(most)),
    "pattern": lambda text, flags: re.compile(_text_of(text), _whole(flags) & ~re.DEBUG),
    "type": lambda name: _type_named(_text_of(name)),
    "ellipsis": lambda: Ellipsis,
    "dtype": lambda text: _dtype_of(text),
    "namedtuple": lambda name, fields, values: _named_tuple(name, fields, values),
}


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
    """Bytes of an array of this shape; where it holds nothing, of a sum over its empty axes."""
    return math.prod(max(1, axis) for axis in shape) * max(1, dtype.itemsize)


def _array(array: np.ndarray) -> tuple[bytes, bytes | memoryview]:
    """dtype, shape, the order of its axes in memory, whether there are gaps between its values and whether it
    is read-only, the values.

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
    """The value of these bytes; `meet` gives what stands for a `Foreign`. Raises WireError for anything
    malformed.
    """
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
        ndim, marks = self.take(2)
        if ndim > 32:
            raise WireError("an array whose axes are none")
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
        dtype = _dtype(self.text())
        return _values(dtype, self.take(self.count()))[0]

    def foreign(self, kind: str, details: tuple[Any, ...]) -> Any:
        if kind in _MADE:
            return _MADE[kind](*details)
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


def _laid_out(flat: np.ndarray, shape: tuple[int, ...], axes: tuple[int, ...], gaps: bool) -> np.ndarray:
    """The values in this shape, with its axes in this order in memory."""
    in_order = tuple(range(len(shape)))
    if axes == in_order and not gaps:
        return flat.reshape(shape)
    if tuple(sorted(axes)) != in_order:
        raise WireError("an array whose axes are none")
    stored = tuple(shape[axis] for axis in axes)
    values = flat.reshape(stored)
    if gaps and stored:
        spread = np.zeros((*stored[:-1], 2 * stored[-1]), flat.dtype)
        spread[..., ::2] = values
        values = spread[..., ::2]
    return values.transpose(np.argsort(axes)) if stored else values


def _named_tuple(name: Any, fields: Any, values: Any) -> Any:
    if type(name) is not str or type(fields) is not tuple or type(values) is not tuple:
        raise WireError("malformed data")
    if len(fields) != len(values) or len(fields) > 100:
        raise WireError("malformed data")
    if not all(type(word) is str and len(word) < 60 and word.isidentifier() for word in (name, *fields)):
        raise WireError("malformed data")
    kind = namedtuple("record", fields, rename=True)  # type: ignore[misc]
    kind.__name__, kind.__module__ = name, "student"
    return kind(*values)
