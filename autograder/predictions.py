"""Predictions: a learner guesses what an expression gives, runs the cell, and is told whether it is so.

There are no points, and the value of a wrong guess is never shown: the cell that shows it comes later.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from decimal import Decimal
from numbers import Number
from typing import Any

import numpy as np

from autograder.checks import SEED
from autograder.notebooks.unwritten import NOT_WRITTEN

NOISE = 1e-6
"""Two computed numbers that differ by this share of the larger one are taken for equal."""
LONG = 1000
"""The most characters of a value that are shown."""


def predict(expression: str, guess: Any, hint: str | None = None) -> None:
    """Say whether `guess` is the value of `expression`, a text, in the notebook that calls this.

    `predict("output_size(7, 3, 2)", ...)` asks for a guess, which the learner writes in place of the dots. A
    wrong guess is called wrong, followed by the `hint`, and the value is not shown.

    A guess may be a number, text, True or False, a list, tuple or array (of the same shape and values), or a
    class of errors, if the expression raises one of them. A whole number must be equal. A guess with digits
    after the point is right if the value rounds to it; at least two digits of a guess count, so 0.5 is read
    as 0.50, and for 1/3 the guess 0.33 is right and 0.3 is not.

    It raises nothing, prints one line or two to stdout, and does nothing at all while a notebook is graded.
    """
    if os.environ.get(SEED):  # a grader has set it: nobody reads this, and nothing of it is evaluated
        return
    names = sys._getframe(1).f_globals
    try:
        print(_said(expression, guess, hint, names))
    except Exception as error:
        print(f"{expression}: this guess could not be compared ({type(error).__name__}: {error})")


def _said(expression: Any, guess: Any, hint: str | None, names: dict[str, Any]) -> str:
    if not isinstance(expression, str):
        return 'predict takes its question as text, as in predict("1 + 1", 2).'
    if _open(guess):
        return f"What is {expression}? Write your guess in place of the three dots, and run this cell."
    value, error = _evaluated(expression, names)
    an_error = isinstance(guess, type) and issubclass(guess, BaseException)
    if error is not None:
        right = an_error and isinstance(error, guess) and not _early(error)
        return f"Right: {expression} raises {_line(error)}" if right else _trouble(expression, error)
    if an_error:
        return _wrong(f"Not {guess.__name__}: {expression} raises no error.", hint)
    if _equal(value, guess):
        return f"Right: {expression} is {_text(value)}."
    kind = _kind(value)
    asked = f": {kind} is asked for" if kind != _kind(guess) else ""
    return _wrong(f"Not {_text(guess)}{asked}.", hint)


def _wrong(said: str, hint: str | None) -> str:
    return f"{said} {hint}" if hint else said


def _open(guess: Any) -> bool:
    """Whether there are still dots in it."""
    return guess is ... or (isinstance(guess, list | tuple) and any(map(_open, guess)))


def _evaluated(expression: str, names: dict[str, Any]) -> tuple[Any, Exception | None]:
    """The value, or the error; what is written to stderr meanwhile goes to stdout."""
    with contextlib.redirect_stderr(sys.stdout), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return eval(compile(expression.strip(), "<prediction>", "eval"), names), None
        except Exception as error:
            return None, error


def _early(error: Exception) -> bool:
    """Whether the error only says that cells above have not been run or written."""
    return isinstance(error, NameError) or error.args == (NOT_WRITTEN,)


def _trouble(expression: str, error: Exception) -> str:
    if isinstance(error, NameError):
        return f"{expression} has no value yet: {error}. Run the cells above first."
    if _early(error):
        return f"{expression} has no value yet: write the answer that it uses first."
    return f"{expression} has no value: it raises {_line(error)}"


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": ")


def _equal(value: Any, guess: Any) -> bool:
    kind = _kind(value)
    if kind != _kind(guess):
        return False
    if kind == "a number":
        return _rounds_to(value, guess)
    if kind == "text":
        return str(value).strip().casefold() == str(guess).strip().casefold()
    if kind == "a list or an array":
        value, guess = (v.tolist() if isinstance(v, np.ndarray) else v for v in (value, guess))
        return len(value) == len(guess) and all(map(_equal, value, guess))
    return bool(value == guess)


def _kind(value: Any) -> str:
    """What kind of guess is asked for, in words."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, bool | np.bool_):
        return "True or False"
    if isinstance(value, Number):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | tuple | np.ndarray):
        return "a list or an array"
    return "nothing (None)" if value is None else f"a value of type {type(value).__name__}"


def _rounds_to(value: Any, guess: Any) -> bool:
    """Whether a number is the guess, to the digits that the guess has."""
    value, guess = (n.item() if isinstance(n, np.generic | np.ndarray) else n for n in (value, guess))
    if value == guess or (value != value and guess != guess):
        return True
    if isinstance(value, int) and isinstance(guess, int):
        return False
    difference = abs(value - guess)
    if not np.isfinite(difference):
        return False
    if difference <= NOISE * abs(value):
        return True
    if not isinstance(guess, float) or guess.is_integer():
        return False
    number = Decimal(repr(guess)).normalize().as_tuple()
    last = int(number.exponent) - (len(number.digits) == 1)
    # Half a unit of the last digit, and the rounding of the subtraction itself.
    return bool(difference <= 0.5 * 10.0**last * (1 + 1e-9))


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=6, separator=", ", suppress_small=True)
        text = "\n" + text if "\n" in text else text
    else:
        text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= LONG else f"{text[:LONG]} ..."
