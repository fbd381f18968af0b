"""Honest cells by chance: what answers do, how they are written down, and what tests ask of them.

Everything is drawn from a seed. In each text NAME stands for a name of the pair's own. What is left out on
purpose, because docs/grading.md says that it differs: what shell commands and magics that Jupyter has to run
would do, `is` between objects, objects compared with data, what a test changes in a list that it took from a
student's object, an answer that raises StopIteration, `type(e) is ValueError` where an answer's name stands
for an error of Python's. And what IPython itself gets wrong: other line ends with help or a command over two
lines; `%timeit` below `%%timeit`, which makes names of the timed cell's global.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.autograder.grading.trusted.notebook import sections

HONEST = Path(__file__).with_name("honest")


@dataclass(frozen=True)
class Pair:
    """An answer, and a test of it."""

    answer: str
    test: str
    right: str
    """The answer as its author writes it down."""


def pairs(seed: int, number: int) -> list[Pair]:
    """So many pairs, each with names of its own."""
    rng = random.Random(seed)
    found = []
    for place in range(number):
        answer, test = rng.choice((_value, _value, _error, _error, _whole))(rng)
        texts = _written_down(rng, answer), test, answer
        found.append(Pair(*(text.replace("NAME", f"name_{place}") for text in texts)))
    return found


# Values: an expression, what must hold of it, how the answer gives it

_VALUES = {
    "{'a': 1, 'b': 2}.keys()": ("== {'a', 'b'}", "== {'a'}", "& {'a'} == {'a'}", "<= {'a', 'b', 'c'}"),
    "{'a': 1, 'b': 2}.values()": ("IN 2", "LIST == [1, 2]", "LEN == 2"),
    "{'a': 1}.items()": ("== {('a', 1)}", "IN ('a', 1)", "LIST == [('a', 1)]"),
    "collections.OrderedDict(b=1, a=2)": ("== {'a': 2, 'b': 1}", "LIST == ['b', 'a']", "ISA dict"),
    "collections.OrderedDict(b=1, a=2).keys()": ("== {'a', 'b'}", "LIST == ['b', 'a']"),
    "collections.defaultdict(int, a=1)": ("== {'a': 1}", "['zzz'] == 0", "ISA dict"),
    "collections.defaultdict(lambda: [7], a=1)": ("== {'a': 1}", "['zzz'] == [7]"),
    "collections.Counter('aab')": ("== {'a': 2, 'b': 1}", "['q'] == 0", ".most_common(1) == [('a', 2)]"),
    "collections.deque([1, 2], maxlen=2)": ("== collections.deque([1, 2])", ".maxlen == 2", "LIST == [1, 2]"),
    "collections.ChainMap({'a': 1}, {'b': 2})": ("['b'] == 2", "LEN == 2"),
    "collections.namedtuple('P', 'x y')(1, 2)": ("== (1, 2)", ".x == 1", "ISA tuple"),
    "range(3)": ("== range(3)", "LIST == [0, 1, 2]", "LEN == 3", "IN 2", "ISA range"),
    "frozenset({1, 2})": ("== {1, 2}", "ISA frozenset", "IN 1"),
    "{1, 2} | {3}": ("== {1, 2, 3}", "ISA set"),
    "iter([1, 2])": ("LIST == [1, 2]", "NEXT == 1", "SUM == 3"),
    "zip('ab', [1, 2])": ("LIST == [('a', 1), ('b', 2)]", "NEXT == ('a', 1)", "ISA zip"),
    "map(str, [1, 2])": ("LIST == ['1', '2']", "NEXT == '1'", "ISA map"),
    "filter(None, [0, 1])": ("LIST == [1]", "ISA filter"),
    "enumerate('ab')": ("LIST == [(0, 'a'), (1, 'b')]", "ISA enumerate"),
    "reversed([1, 2])": ("LIST == [2, 1]",),
    "(i * i for i in range(3))": ("LIST == [0, 1, 4]", "SUM == 5", "NEXT == 0", "ISA types.GeneratorType"),
    "[1, [2, (3, None)]]": ("== [1, [2, (3, None)]]", "[1][1][0] == 3"),
    "(1,)": ("== (1,)", "== [1]", "ISA tuple"),
    "b'ab'": ("== b'ab'", "[0] == 97"),
    "bytearray(b'ab')": ("== b'ab'", "ISA bytearray"),
    "memoryview(b'ab')": ("== b'ab'", "LEN == 2", "[0] == 97"),
    "array.array('i', [1, 2])": ("LIST == [1, 2]", "[0] == 1", "LEN == 2"),
    "types.MappingProxyType({'a': 1})": ("== {'a': 1}", "['a'] == 1"),
    "types.SimpleNamespace(x=1)": (".x == 1",),
    "fractions.Fraction(1, 3)": ("== fractions.Fraction(1, 3)", "* 3 == 1"),
    "decimal.Decimal('0.1')": ("== decimal.Decimal('0.1')",),
    "datetime.date(2024, 2, 29)": (".year == 2024", "< datetime.date(2025, 1, 1)"),
    "datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo('Asia/Tokyo'))": (
        ".isoformat() == '2024-07-01T00:00:00+09:00'",
        "== datetime.datetime(2024, 6, 30, 15, tzinfo=datetime.timezone.utc)",
        ".tzinfo.key == 'Asia/Tokyo'",
    ),
    "datetime.timezone(datetime.timedelta(hours=1), 'CET')": (".tzname(None) == 'CET'",),
    "datetime.timedelta(days=1)": ("== datetime.timedelta(hours=24)",),
    "pathlib.Path('a') / 'b.txt'": (".name == 'b.txt'", "== pathlib.Path('a/b.txt')"),
    "re.compile('a+').match('aab')": (".group() == 'aa'", ".span() == (0, 2)"),
    "float('nan')": ("!= 1", "ISA float"),
    "1 + 2j": ("== 1 + 2j", ".imag == 2"),
    "10**30": ("== 10**30",),
    "True": ("== 1", "ISA bool"),
    "None": ("is None",),
    "'naïve ☃'": ("== 'naïve ☃'", ".upper() == 'NAÏVE ☃'", "LEN == 7"),
    "np.arange(6).reshape(2, 3)": (".shape == (2, 3)", ".sum() == 15", "LEN == 2"),
    "np.float32(0.5)": ("== 0.5", "ISA np.float32", ".dtype == np.float32"),
    "np.array([1, 2]) == 1": (".tolist() == [True, False]",),
    "np.array(['a', None], dtype=object)": (".tolist() == ['a', None]", "[0] == 'a'"),
    "lambda x: x + 1": ("(1) == 2",),
    "print": ("('x') is None",),
    "int": ("('3') == 3", "is int"),
    "sorted({'b': 1, 'a': 2}.items(), key=lambda pair: pair[1])": ("== [('b', 1), ('a', 2)]",),
    "ValueError('bad', 3)": (".args == ('bad', 3)", "ISA ValueError", "ISA LookupError"),
    "[KeyError('k')]": ("[0].args == ('k',)",),
}  # fmt: skip

_GIVEN = (
    ("def NAME():\n    return VALUE", "NAME()"),
    ("NAME = lambda: VALUE", "NAME()"),
    ("class NAME:\n    @staticmethod\n    def give():\n        return VALUE", "NAME.give()"),
    ("class NAME:\n    def give(self):\n        return VALUE", "NAME().give()"),
    ("class NAME:\n    @property\n    def given(self):\n        return VALUE", "NAME().given"),
    ("def NAME():\n    def inner():\n        return VALUE\n    return inner()", "NAME()"),
    ("async def NAME():\n    return VALUE", "(await NAME())"),
    ("import functools\n@functools.lru_cache\ndef NAME():\n    return VALUE", "NAME()"),
    ("NAME_kept = []\ndef NAME():\n    NAME_kept.append(VALUE)\n    return NAME_kept[-1]", "NAME()"),
    ("def NAME(*, again=1, **more):\n    return VALUE", "NAME(again=2, other=3)"),
    ("def NAME():\n    return VALUE\nNAME_old = NAME\ndef NAME():\n    return NAME_old()", "NAME()"),
    ("def NAME():\n    yield VALUE", "next(NAME())"),
    ("def NAME():\n    return {'inner': [VALUE]}", "NAME()['inner'][0]"),
    ("from dataclasses import dataclass\n@dataclass\nclass NAME:\n    value: object = None\n\n"
     "    def given(self):\n        return VALUE", "NAME(3).given()"),
    ("NAME = VALUE", "NAME"),
)  # fmt: skip

MODULES = (
    "import array, asyncio, collections, datetime, decimal, fractions, json, os, pathlib, re, types\n"
    "import zoneinfo\nimport numpy as np\n"
)


def _value(rng: random.Random) -> tuple[str, str]:
    value = rng.choice([*_VALUES])
    wanted = rng.choice(_VALUES[value])
    answer, call = rng.choice(_GIVEN)
    for word, form in (("LIST", "list({})"), ("LEN", "len({})"), ("NEXT", "next({})"), ("SUM", "sum({})")):
        if wanted.startswith(word):
            asked = form.format(call) + wanted.removeprefix(word)
            break
    else:
        if wanted.startswith("ISA "):
            asked = f"isinstance({call}, {wanted[4:]})"
        elif wanted.startswith("IN "):
            asked = f"{wanted[3:]} in {call}"
        else:
            asked = f"({call}){'' if wanted[0] in '.[(' else ' '}{wanted}"
    return answer.replace("VALUE", value), f"assert {asked}"


# Errors: how they are raised, and what must hold of what is caught

_ERRORS = {
    "raise ValueError": ("ValueError", "e.args == ()"),
    "raise ValueError('bad', 3)": ("ValueError", "e.args == ('bad', 3)"),
    "raise ValueError(['bad'])": ("ValueError", "e.args[0] == ['bad']"),
    "raise KeyError('ship')": ("KeyError", "e.args == ('ship',)", "str(e) == \"'ship'\""),
    "{}['ship']": ("KeyError", "e.args == ('ship',)"),
    "{}[3, 'a']": ("KeyError", "e.args[0] == (3, 'a')"),
    "[][1]": ("IndexError", "'range' in str(e)"),
    "b'\\xff'.decode()": ("UnicodeDecodeError", "e.start == 0", "e.object == b'\\xff'"),
    "'é'.encode('ascii')": ("UnicodeEncodeError", "e.end == 1", "e.reason"),
    "1 / 0": ("ZeroDivisionError", "str(e) == 'division by zero'"),
    "int('x')": ("ValueError", "'invalid literal' in str(e)"),
    "open('no such file')": ("FileNotFoundError", "e.errno == 2", "e.filename == 'no such file'"),
    "open('.')": ("IsADirectoryError", "e.strerror"),
    "raise OSError(28, 'full', 'here')": ("OSError", "e.errno == 28", "e.filename == 'here'"),
    "raise TimeoutError('slow')": ("TimeoutError", "str(e) == 'slow'"),
    "import no_such_module": ("ModuleNotFoundError", "e.name == 'no_such_module'"),
    "from json import nothing": ("ImportError", "e.name == 'json'"),
    "undefined_thing": ("NameError", "'undefined_thing' in str(e)", "e.name == 'undefined_thing'"),
    "(3).nothing": ("AttributeError", "e.name == 'nothing'"),
    "len(3)": ("TypeError", "'len' in str(e)"),
    "assert False, 'why'": ("AssertionError", "str(e) == 'why'"),
    "raise NotImplementedError": ("NotImplementedError", "str(e) == ''"),
    "raise RecursionError('deep')": ("RecursionError", "e.args == ('deep',)"),
    "compile('x = (', '<x>', 'exec')": ("SyntaxError", "e.lineno == 1", "e.filename == '<x>'", "e.msg"),
    "compile('  x', '<x>', 'exec')": ("IndentationError", "e.text"),
    "raise SystemExit(3)": ("SystemExit", "e.code == 3"),
    "raise UserWarning('w')": ("UserWarning", "e.args == ('w',)"),
    "raise OverflowError(10**400)": ("OverflowError", "e.args[0] == 10**400"),
    "json.loads('{')": ("json.JSONDecodeError", "e.pos == 1", "e.doc == '{'", "e.msg"),
    "np.linalg.inv(np.zeros((2, 2)))": ("np.linalg.LinAlgError", "'Singular' in str(e)"),
    "np.zeros(2) @ np.zeros(3)": ("ValueError", "'matmul' in str(e)"),
    "re.compile('(')": ("re.error", "e.pos == 0"),
    "decimal.Decimal('x')": ("decimal.InvalidOperation", "e.args"),
    "raise ExceptionGroup('both', [ValueError(1), TypeError('t')])":
        ("ExceptionGroup", "len(e.exceptions) == 2", "e.exceptions[0].args == (1,)", "e.message == 'both'"),
}  # fmt: skip

_RAISED = (
    "def NAME():\n    RAISE",
    "def NAME(deep=2):\n    if deep:\n        return NAME(deep - 1)\n    RAISE",
    "def NAME():\n    try:\n        RAISE\n    finally:\n        pass",
    "def NAME():\n    try:\n        RAISE\n    except Exception:\n        raise",
    "class NAME:\n    def __init__(self):\n        RAISE",
    "def NAME():\n    def inner():\n        RAISE\n    return [inner() for _ in range(2)]",
)
_CAUSED = (
    "def NAME():\n    try:\n        RAISE\n    except KIND as e:\n        raise RuntimeError('so') from e"
)
_OWN = (
    "class NAME_error(BASE):\n    pass",
    "class NAME_error(BASE):\n    def __init__(self, what, much=2):\n        super().__init__(what)\n"
    "        self.much = much",
    "class NAME_error(BASE):\n    def __str__(self):\n        return 'told'",
)
_BASES = ("Exception", "ValueError", "KeyError", "OSError", "ArithmeticError", "RuntimeError", "LookupError")
_CAUGHT = "try:\n    NAME()\nexcept KIND as e:\n    assert HOLDS\nelse:\n    assert False"
_ASSERTED = (
    "import unittest\nwith unittest.TestCase().assertRaises(KIND) as NAME_caught:\n    NAME()\n"
    "e = NAME_caught.exception\nassert HOLDS"
)


def _error(rng: random.Random) -> tuple[str, str]:
    caught = rng.choice((_CAUGHT, _CAUGHT, _ASSERTED))
    if rng.random() < 0.4:
        return _own_error(rng, caught)
    act = rng.choice([*_ERRORS])
    kind, *holds = _ERRORS[act]
    answer = rng.choice(_RAISED).replace("RAISE", act)
    if rng.random() < 0.2:
        answer = _CAUSED.replace("RAISE", act).replace("KIND", kind)
        caught, kind = caught.replace("HOLDS", f"isinstance(e.__cause__, {kind})"), "RuntimeError"
    asked = rng.choice([kind, kind, "Exception", "BaseException", "ValueError", "(OSError, LookupError)"])
    holds += [f"type(e) is {kind}", "e"]
    return answer, caught.replace("KIND", asked).replace("HOLDS", rng.choice(holds))


def _own_error(rng: random.Random, caught: str) -> tuple[str, str]:
    base = rng.choice(_BASES)
    made = rng.choice(_OWN).replace("BASE", base)
    answer = made + "\ndef NAME():\n    raise NAME_error('ship')"
    holds = (
        *("e.args == ('ship',)", "str(e) == 'ship'", "str(e) == 'told'", "e.much == 2", "e"),
        *(f"isinstance(e, {base})", "type(e).__name__ == 'NAME_error'"),
    )
    asked = rng.choice([base, "NAME_error", "Exception", "KeyError"])
    return answer, caught.replace("KIND", asked).replace("HOLDS", rng.choice(holds))


# Whole programs, and how a cell is written down


def _programs() -> Iterator[tuple[str, str]]:
    parts = sections((HONEST / "programs.txt").read_text(encoding="utf-8"))
    for (_, answer), (_, test) in zip(parts[::2], parts[1::2], strict=True):
        yield answer, test


_WHOLE = [*_programs()]
_NOISE = [*sections((HONEST / "noise.txt").read_text(encoding="utf-8"))]
_LINES = [text for heading, text in _NOISE if heading == "line"]
_LINES += ["\x0c", "# a comment\u2028with another line"]
_ABOVE = [text for heading, text in _NOISE if heading == "above"]


def _whole(rng: random.Random) -> tuple[str, str]:
    return rng.choice(_WHOLE)


def _written_down(rng: random.Random, answer: str) -> str:
    """With what else stands in cells, as editors leave it."""
    if rng.random() < 0.35:
        return answer
    for _ in range(rng.choice((0, 1, 1, 2))):
        noise = rng.choice(_LINES)
        answer = rng.choice((f"{noise}\n{answer}", f"{answer}\n{noise}", f"{answer}\n\n\n{noise}\n\n"))
    if rng.random() < 0.3 and "await" not in answer:
        above = rng.choice([each for each in _ABOVE if "timeit" not in each or "timeit" not in answer])
        answer = rng.choice(("", "\n\n")) + above + "\n" + answer
    if rng.random() < 0.1 and not re.search(r"\\$|\?", answer, re.M):
        answer = answer.replace("\n", "\r\n")
    if rng.random() < 0.1:
        answer = answer.replace("    ", "\t")
    return answer
