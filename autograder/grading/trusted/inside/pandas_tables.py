"""Tables of pandas on the wire: columns, an index, names, without pandas' own serialisation.

pandas is imported only when a table comes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

MOST = 10_000_000
"""The most rows of an index or table, which may be small to send."""
_PLAIN = "biufcmM"
"""Kinds of NumPy's dtypes whose columns cross as arrays."""


def parts_of(value: Any) -> tuple[Any, ...] | None:
    """The kind of a pandas object on the wire and its parts; None if it cannot be sent."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return None
    kind = type(value)
    if value is pandas.NaT or value is pandas.NA:
        return "absent", "NaT" if value is pandas.NaT else "NA"
    if kind in (pandas.Timestamp, pandas.Timedelta):
        known = getattr(value, "tzinfo", None) is None
        return (kind.__name__.lower(), value.value) if known else None
    if kind is pandas.RangeIndex:
        return "rangeindex", value.start, value.stop, value.step, value.name
    if kind is pandas.MultiIndex:
        return "multiindex", list(value), list(value.names)
    if kind in (pandas.Index, pandas.DatetimeIndex, pandas.TimedeltaIndex):
        column = _column(value)
        return None if column is None else ("index", *column, value.name)
    if kind is pandas.Series:
        column = _column(value)
        return None if column is None else ("series", *column, value.index, value.name)
    if kind is pandas.DataFrame:
        columns = [_column(value.iloc[:, number]) for number in range(value.shape[1])]
        return None if None in columns else ("dataframe", columns, value.columns, value.index)
    return None


def _column(values: Any) -> tuple[Any, str] | None:
    """A column's values, and the name of its dtype; None if it cannot be sent."""
    dtype = values.dtype
    if isinstance(dtype, np.dtype):
        return (values.to_numpy() if dtype.kind in _PLAIN else list(values)), str(dtype)
    if getattr(dtype, "name", "") == "category":
        return (values.astype(object).tolist(), list(dtype.categories), bool(dtype.ordered)), "category"
    if getattr(dtype, "tz", None) is not None or len(str(dtype)) > 30:
        return None
    return list(values), str(dtype)


def _values(pandas: Any, values: Any, dtype: Any) -> Any:
    """The column that has these values and this dtype."""
    if type(dtype) is not str or len(dtype) > 30:
        raise ValueError
    if dtype == "category":
        items, categories, ordered = values
        return pandas.Categorical(list(items), categories=list(categories), ordered=bool(ordered))
    if type(values) not in (list, np.ndarray):
        raise ValueError
    if dtype != "object":
        return pandas.array(values, dtype=dtype) if type(values) is list else values
    made = np.empty(len(values), object)
    for number, value in enumerate(values):
        made[number] = value
    return made


def _short(index: Any) -> Any:
    if len(index) > MOST:
        raise ValueError
    return index


def _frame(pandas: Any, columns: Any, names: Any, index: Any) -> Any:
    series = {n: pandas.Series(_values(pandas, *c), index=index) for n, c in enumerate(columns)}
    table = pandas.DataFrame(series, index=index)
    table.columns = names
    return table


_MAKERS: dict[str, Callable[..., Any]] = {
    "absent": lambda pandas, name: pandas.NaT if name == "NaT" else pandas.NA,
    "timestamp": lambda pandas, value: pandas.Timestamp(int(value)),
    "timedelta": lambda pandas, value: pandas.Timedelta(int(value)),
    "rangeindex": lambda pandas, start, stop, step, name: _short(
        pandas.RangeIndex(start, stop, step, name=name)
    ),
    "multiindex": lambda pandas, items, names: pandas.MultiIndex.from_tuples(items, names=names),
    "index": lambda pandas, values, dtype, name: pandas.Index(_values(pandas, values, dtype), name=name),
    "series": lambda pandas, values, dtype, index, name: pandas.Series(
        _values(pandas, values, dtype), index=index, name=name
    ),
    "dataframe": _frame,
}


def made_of(kind: str, parts: tuple[Any, ...]) -> Any:
    """The pandas object with these parts. Raises ValueError if there is none."""
    try:
        import pandas  # type: ignore[import-untyped, import-not-found, unused-ignore]

        return _MAKERS[kind](pandas, *parts)
    except Exception as error:
        raise ValueError(f"no {kind}: {type(error).__name__}") from None


def take_over(old: Any, new: Any) -> bool:
    """Give the table `old` the content of `new`, in place; False if it is not a table."""
    pandas = sys.modules.get("pandas")
    if pandas is None or type(old) not in (pandas.DataFrame, pandas.Series):
        return False
    old._update_inplace(new)
    return True
