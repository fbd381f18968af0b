"""Kinds of values with a name on the wire: ranges, dates, views of dicts, named tuples and the like.

Each is taken apart into plain data and put together on the other side, where it never becomes much larger
than what was sent.
"""

from __future__ import annotations

import array
import builtins
import datetime
import functools
import re
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PosixPath, PurePath, PurePosixPath
from types import MappingProxyType, SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

MAX_TEXT = 10_000
MAX_DIGITS = 1000
MAX_RANGE = 10_000_000
"""The most numbers in a range. Ranges and decimals are small to send and can be endless to use."""
_ZONES = (type(None), datetime.timezone, ZoneInfo)
_TYPECODES = "bBhHiIlLqQfd"
DTYPE = re.compile(
    r"[<>|](?:[biu][1248]|b1|f(?:2|4|8|12|16)|c(?:8|16|24|32)|S\d{1,6}|U\d{1,5}|[mM]8\[\d{0,6}\w{1,2}\])"
)


class WireError(Exception):
    """Data that came is malformed, or a value cannot be sent."""


class NotPlain(WireError):
    """A value is not plain data."""


class Foreign:
    """A value that is not plain data, as it crosses the wire: a word for its kind, and details."""

    __slots__ = ("details", "kind")

    def __init__(self, kind: str, *details: Any) -> None:
        self.kind, self.details = kind, details


SCALAR_TYPES = frozenset(
    kind
    for kind in set(np.sctypeDict.values())
    if issubclass(kind, (np.number, np.bool_, np.str_, np.bytes_, np.datetime64))
)

# Taking values apart: their parts, or None for a value that is too large


def _range(value: range) -> tuple[Any, ...] | None:
    few = abs(value.stop - value.start) <= MAX_RANGE * abs(value.step)
    return (int(value.start), int(value.stop), int(value.step)) if few else None


def _decimal(value: Decimal) -> tuple[Any, ...] | None:
    few = not value.is_finite() or abs(value.adjusted()) <= MAX_RANGE // 1000
    return (str(value),) if few and len(str(value)) <= MAX_DIGITS else None


def _slice(value: slice) -> tuple[Any, ...] | None:
    parts = value.start, value.stop, value.step
    return parts if all(part is None or type(part) is int for part in parts) else None


def _path(value: PurePath) -> tuple[Any, ...] | None:
    return (str(value),) if len(str(value)) <= MAX_TEXT else None


def _pattern(value: re.Pattern[Any]) -> tuple[Any, ...] | None:
    text = value.pattern
    return (text, value.flags) if type(text) is str and len(text) <= MAX_TEXT else None


def _chain(value: ChainMap[Any, Any]) -> tuple[Any, ...] | None:
    return (value.maps,) if all(type(each) is dict for each in value.maps) else None


def _view(value: memoryview) -> tuple[Any, ...] | None:
    return (bytes(value), value.readonly) if value.format == "B" and value.ndim == 1 else None


def _numbers(value: array.array[Any]) -> tuple[Any, ...] | None:
    return (value.typecode, value.tobytes()) if value.typecode in _TYPECODES else None


def _datetime(value: datetime.datetime) -> tuple[Any, ...] | None:
    parts = (*value.timetuple()[:6], value.microsecond)
    return (*parts, value.tzinfo, value.fold) if type(value.tzinfo) in _ZONES else None


def _time(value: datetime.time) -> tuple[Any, ...] | None:
    parts = (value.hour, value.minute, value.second, value.microsecond)
    return (*parts, value.tzinfo, value.fold) if type(value.tzinfo) in _ZONES else None


def _in_zone(value: Any, zone: Any, fold: Any) -> Any:
    if type(zone) not in _ZONES:
        raise WireError("malformed data")
    return value.replace(tzinfo=zone, fold=_whole(fold))


def _offset(offset: Any, *name: Any) -> datetime.timezone:
    if type(offset) is not datetime.timedelta:
        raise WireError("malformed data")
    return datetime.timezone(offset, *map(_text_of, name))


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
    if type(value) is not str or len(value) > MAX_TEXT:
        raise WireError("malformed data")
    return value


def _dtype_of(value: Any) -> np.dtype:
    return dtype_named(_text_of(value))


def _dict_of(value: Any) -> dict[Any, Any]:
    if type(value) is not dict:
        raise WireError("malformed data")
    return value


def _list_of(value: Any) -> list[Any]:
    if type(value) is not list:  # a range would be small to send and large to keep
        raise WireError("malformed data")
    return value


def _bytes_of(value: Any) -> bytes:
    if type(value) is not bytes:
        raise WireError("malformed data")
    return value


def _typecode(value: Any) -> Any:
    if type(value) is not str or len(value) != 1 or value not in _TYPECODES:
        raise WireError("malformed data")
    return value


def _callable(value: Any) -> Any:
    if value is not None and not callable(value):
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
    **{f"numpy.{kind.__name__}": kind for kind in (*SCALAR_TYPES, np.ndarray)},
}  # fmt: skip
"""Types that have the same name on both sides. None of them does more than make data."""

_KINDS: dict[type, Callable[[Any], tuple[Any, ...] | None]] = {
    range: _range,
    slice: _slice,
    Fraction: lambda value: (int(value.numerator), int(value.denominator)),
    Decimal: _decimal,
    datetime.date: lambda value: (value.year, value.month, value.day),
    datetime.datetime: _datetime,
    datetime.time: _time,
    datetime.timezone: lambda value: value.__getinitargs__(),
    ZoneInfo: lambda value: None if value.key is None else (value.key,),
    datetime.timedelta: lambda value: (value.days, value.seconds, value.microseconds),
    PosixPath: _path,
    PurePosixPath: _path,
    Counter: lambda value: (dict(value),),
    OrderedDict: lambda value: (dict(value),),
    defaultdict: lambda value: (dict(value), value.default_factory),
    ChainMap: _chain,
    MappingProxyType: lambda value: (dict(value),),
    SimpleNamespace: lambda value: (vars(value),),
    memoryview: _view,
    array.array: _numbers,
    **dict.fromkeys((type({}.keys()), type(OrderedDict().keys())), lambda value: (list(value),)),
    **dict.fromkeys((type({}.values()), type(OrderedDict().values())), lambda value: (list(value),)),
    **dict.fromkeys((type({}.items()), type(OrderedDict().items())), lambda value: (list(value),)),
    deque: lambda value: (list(value), value.maxlen),
    re.Pattern: _pattern,
}  # fmt: skip
_NAMES = {kind: kind.__name__.lower().replace("odict_", "dict_") for kind in _KINDS} | {PosixPath: "path"}
MADE: dict[str, Callable[..., Any]] = {
    "range": lambda *parts: _few(range(*_wholes(parts))),
    "slice": lambda *parts: slice(*(part if part is None else _whole(part) for part in parts)),
    "fraction": lambda *parts: Fraction(*_wholes(parts)),
    "decimal": lambda text: _short(Decimal(_text_of(text)[:MAX_DIGITS])),
    "date": lambda *parts: datetime.date(*_wholes(parts)),
    "datetime": lambda *parts: _in_zone(datetime.datetime(*_wholes(parts[:7])), *parts[7:]),  # type: ignore[arg-type]
    "time": lambda *parts: _in_zone(datetime.time(*_wholes(parts[:4])), *parts[4:]),  # type: ignore[arg-type]
    "timezone": _offset,
    "zoneinfo": lambda key: ZoneInfo(_text_of(key)),
    "timedelta": lambda *parts: datetime.timedelta(*_wholes(parts)),
    "path": lambda text: Path(_text_of(text)),
    "pureposixpath": lambda text: PurePosixPath(_text_of(text)),
    "counter": lambda items: Counter(_dict_of(items)),
    "ordereddict": lambda items: OrderedDict(_dict_of(items)),
    "defaultdict": lambda items, make: defaultdict(_callable(make), _dict_of(items)),
    "chainmap": lambda maps: ChainMap(*map(_dict_of, _list_of(maps))),
    "mappingproxy": lambda items: MappingProxyType(_dict_of(items)),
    "simplenamespace": lambda items: SimpleNamespace(**_dict_of(items)),
    "memoryview": lambda data, fixed: memoryview(
        _bytes_of(data) if fixed is True else bytearray(_bytes_of(data))
    ),
    "array": lambda code, data: array.array(_typecode(code), _bytes_of(data)),
    "dict_keys": lambda keys: dict.fromkeys(_list_of(keys)).keys(),
    "dict_values": lambda values: dict(enumerate(_list_of(values))).values(),
    "dict_items": lambda pairs: dict(_list_of(pairs)).items(),
    "deque": lambda items, most: deque(_list_of(items), most if most is None else _whole(most)),
    "pattern": lambda text, flags: re.compile(_text_of(text), _whole(flags) & ~re.DEBUG),
    "type": lambda name: _type_named(_text_of(name)),
    "ellipsis": lambda: Ellipsis,
    "dtype": lambda text: _dtype_of(text),
    "namedtuple": lambda name, fields, values: _named_tuple(name, fields, values),
}


@functools.lru_cache(maxsize=64)
def dtype_named(text: str) -> np.dtype:
    if not DTYPE.fullmatch(text):
        raise WireError("an array of something other than numbers and text")
    return np.dtype(text)


def foreign_of(value: Any) -> Foreign | None:
    """The value as it crosses the wire, or None if it is not of these kinds."""
    kind = type(value)
    if kind in _KINDS:
        parts = _KINDS[kind](value)
        return None if parts is None else Foreign(_NAMES[kind], *parts)
    if value is Ellipsis:
        return Foreign("ellipsis")
    if kind is type and value in _TYPES.values():
        return Foreign("type", next(name for name, each in _TYPES.items() if each is value))
    if isinstance(value, np.dtype) and value.str and DTYPE.fullmatch(value.str):
        return Foreign("dtype", value.str)
    if (
        kind is not type
        and issubclass(kind, tuple)
        and _can_be_named(kind.__name__, getattr(kind, "_fields", None))
    ):
        fields = getattr(kind, "_fields")  # noqa: B009  (a type of tuple that has them)
        return Foreign("namedtuple", kind.__name__, fields, tuple.__getitem__(value, slice(None)))
    return None


def _can_be_named(name: Any, fields: Any) -> bool:
    """Whether a named tuple can have this name and these fields."""
    if type(name) is not str or type(fields) is not tuple or len(fields) > 100:
        return False
    return all(type(word) is str and len(word) < 60 and word.isidentifier() for word in (name, *fields))


def _named_tuple(name: Any, fields: Any, values: Any) -> Any:
    if not _can_be_named(name, fields) or type(values) is not tuple or len(fields) != len(values):
        raise WireError("malformed data")
    kind = namedtuple("record", fields, rename=True)  # type: ignore[misc]
    kind.__name__, kind.__module__ = name, "student"
    return kind(*values)


MUTABLE = frozenset(
    {list, dict, set, bytearray, np.ndarray, deque, OrderedDict, Counter, defaultdict, ChainMap}
    | {SimpleNamespace, array.array}
)
"""Kinds that a function may change in place."""


def take_over(old: Any, new: Any) -> bool:
    """Give `old` the content of `new`; False if it is not of such a kind, or a list, dict or NumPy array."""
    kind = type(old)
    if kind in (set, Counter, SimpleNamespace):
        held = vars(old) if kind is SimpleNamespace else old
        held.clear()
        held.update(vars(new) if kind is SimpleNamespace else new)
    elif kind in (bytearray, array.array):
        old[:] = new
    elif kind is deque and old.maxlen == new.maxlen:
        old.clear()
        old.extend(new)
    elif kind is ChainMap:
        old.maps[:] = new.maps
    else:
        return False
    return True
