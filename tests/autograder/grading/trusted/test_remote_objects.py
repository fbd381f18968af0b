"""A remote object can do exactly what the class of the student's object can."""

from __future__ import annotations

from .notebook import Cell, scores_of

CLASSES = """
import abc, collections.abc, enum, functools, numbers

class Plain:
    def __init__(self, n):
        self.n = n
        self._number = 5

class Countdown(Plain):
    "Counts down."
    def __iter__(self):
        yield from range(self.n, 0, -1)

class Long(Plain):
    def __len__(self):
        return self.n

class Items(Long):
    def __getitem__(self, k):
        if k >= self.n:
            raise IndexError(k)
        return 10 * k

class Called(Plain):
    def __call__(self, x):
        return self.n + x

class Held(Plain):
    def __enter__(self):
        return self
    def __exit__(self, *what):
        self.what = what[0] and what[0].__name__
        return True

class Money(Plain):
    __match_args__ = ("n",)
    def __eq__(self, other):
        return isinstance(other, Money) and self.n == other.n
    def __lt__(self, other):
        return self.n < other.n
    def __add__(self, other):
        return Money(self.n + (other.n if isinstance(other, Money) else other))
    def __bool__(self):
        return self.n > 0
    def __repr__(self):
        return f"Money({self.n})"
    def __index__(self):
        return self.n
    def __divmod__(self, other):
        return divmod(self.n, other)
    def __pow__(self, other, modulus=None):
        return pow(self.n, other, modulus)

class Temperature(Plain):
    def __float__(self):
        return float(self.n)
    def __format__(self, how):
        return f"{self.n} degrees"
    def __hash__(self):
        return 7
    def __contains__(self, x):
        return x == self.n

class Table(collections.abc.Mapping):
    def __getitem__(self, key):
        return {"a": 1}[key]
    def __iter__(self):
        return iter("a")
    def __len__(self):
        return 1

class Ticks:
    def __init__(self, n):
        self.n = n
    def __aiter__(self):
        return self
    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        return self.n
    async def __aenter__(self):
        return "in"
    async def __aexit__(self, *what):
        return True
    def __await__(self):
        yield from ()
        return self.n

class Stack(list):
    pass

class Left(Countdown):
    def __length_hint__(self):
        return self.n

class Right(Countdown):
    pass

class Both(Left, Right):
    def halves(self, number: int = 2) -> tuple:
        return ()
    async def wait(self):
        return self.n
    @classmethod
    def make(cls):
        return cls(3)

class TooDear(ValueError):
    def __init__(self, price, money=0):
        super().__init__(f"{price - money} too much")
        self.missing = price - money

class Color(enum.Enum):
    RED = 1

class Box:
    __slots__ = ("n",)
    def __class_getitem__(cls, key):
        return key

@functools.lru_cache
def same(x):
    return x

def squares(n):
    return (i * i for i in range(n))

def shown(self):
    return f"{type(self).__name__}"
"""

TESTS = {
    "iterable": """
from collections.abc import *
plain, count = Plain(3), Countdown(3)
for abstract in (Iterable, Iterator, Sized, Container, Callable, Collection, Sequence, Mapping, Awaitable):
    assert not isinstance(plain, abstract), abstract
    assert not issubclass(Plain, abstract), abstract
for name in ("iter", "next", "len", "getitem", "contains", "call", "enter", "exit", "add", "radd", "int",
             "float", "index", "bool", "neg", "abs", "round", "reversed", "setitem", "await", "aiter"):
    assert not hasattr(plain, f"__{name}__"), name
    assert not hasattr(Plain, f"__{name}__") or name == "call", name
assert isinstance(count, Iterable) and not isinstance(count, (Iterator, Sized, Reversible))
assert list(count) == [3, 2, 1] == list(iter(count)) and 2 in count
""",
    "sized": """
from collections.abc import *
assert isinstance(Long(2), Sized) and len(Long(2)) == 2 and Long(2) and not Long(0)
items = Items(3)
assert not isinstance(items, Iterable) and not hasattr(items, "__iter__")
assert list(items) == [0, 10, 20] and list(reversed(items)) == [20, 10, 0] and 10 in items
""",
    "refused": """
def refuses(act):
    try:
        act()
    except TypeError:
        return True
plain = Plain(3)
assert refuses(lambda: len(plain)) and refuses(lambda: iter(plain)) and refuses(lambda: next(plain))
assert refuses(lambda: plain()) and refuses(lambda: plain[0]) and refuses(lambda: 1 in plain)
assert refuses(lambda: plain + plain) and refuses(lambda: plain < plain) and refuses(lambda: float(plain))
assert refuses(lambda: [1][plain]) and refuses(lambda: -plain) and refuses(lambda: round(plain))
assert refuses(lambda: hash(Money(1))) and refuses(lambda: Money(1) - Money(1))
assert refuses(lambda: iter(Plain)) and refuses(lambda: len(Plain)) and refuses(lambda: Plain["a"])
def held():
    with plain:
        pass
assert refuses(held)
""",
    "called": """
assert callable(Called(1)) and Called(1)(2) == 3
assert not callable(Plain(1)) and not callable(Countdown(1)) and callable(Plain)
""",
    "held": """
with Held(1) as held:
    raise ValueError("x")
assert held.what == "ValueError"
from contextlib import AbstractContextManager
assert isinstance(held, AbstractContextManager) and not isinstance(Plain(1), AbstractContextManager)
""",
    "money": """
from collections.abc import Hashable
assert Money(1) == Money(1) != Money(2) and Money(1) < Money(2) and Money(2) > Money(1)
assert repr(Money(3)) == str(Money(3)) == "Money(3)" and [1, 2, 3][Money(1)] == 2
assert divmod(Money(7), 2) == (3, 1)
assert not Money(0) and Money(1) + 2 == Money(3) and Money(1) + Money(1) == Money(2)
total = Money(1)
total += Money(2)
assert total == Money(3)
assert not isinstance(Money(1), Hashable) and isinstance(Plain(1), Hashable)
assert Money.__eq__ is not object.__eq__ and Plain.__eq__ is object.__eq__
assert Plain.__repr__ is object.__repr__ and Plain.__str__ is object.__str__
assert Plain.__hash__ is object.__hash__
assert Money.__repr__ is not object.__repr__ and Plain(1) != Plain(1)
""",
    "matched": """
match Money(3):
    case Money(n):
        assert n == 3
    case _:
        assert False
match Stack([1]):
    case []:
        assert False
    case [one]:
        assert one == 1
""",
    "temperature": """
from typing import SupportsFloat, SupportsInt, SupportsIndex, SupportsAbs
warm = Temperature(3)
assert float(warm) == 3.0 and f"{warm}" == "3 degrees" and hash(warm) == 7 and 3 in warm and 4 not in warm
assert isinstance(warm, SupportsFloat) and not isinstance(warm, (SupportsInt, SupportsIndex, SupportsAbs))
assert {warm: 1}[warm] == 1
""",
    "abstract": """
from collections.abc import *
assert isinstance(Table(), Mapping) and not isinstance(Table(), MutableMapping) and dict(Table()) == {"a": 1}
assert isinstance(Stack(), MutableSequence) and isinstance(Stack(), Sequence)
assert not isinstance(Items(1), Sequence)
assert not issubclass(Plain, Mapping) and issubclass(Table, Mapping)
""",
    "later": """
from collections.abc import AsyncIterator, Awaitable
ticks = Ticks(3)
assert isinstance(ticks, AsyncIterator) and isinstance(ticks, Awaitable)
assert [tick async for tick in ticks] == [2, 1, 0]
async with Ticks(1) as inside:
    assert inside == "in"
    raise ValueError
assert await Ticks(4) == 4
""",
    "classes": """
assert list(Color) == [Color.RED] and len(Color) == 1 and Color["RED"] is Color.RED
assert Color.RED in list(Color)
assert not hasattr(Plain, "__len__") and hasattr(Color, "__len__")
assert Plain.__doc__ is None and Countdown.__doc__ == "Counts down." == Countdown(1).__doc__
assert Box[int] is int and Box.__slots__ == ("n",) and not hasattr(Plain, "__slots__")
import inspect
assert list(inspect.signature(Plain.__init__).parameters) == ["self", "n"] and Box.__init__ is object.__init__
assert "n" in dir(Plain(1)) and "__iter__" in dir(Countdown) and "__len__" not in dir(Countdown)
assert Plain(1)._number == 5
""",
    "ancestors": """
assert [kind.__name__ for kind in Both.__mro__] == ["Both", "Left", "Right", "Countdown", "Plain", "object"]
assert Both.mro() == [*Both.__mro__] and Both.__bases__ == (Left, Right) and Both.__base__ is Left
assert Plain.__bases__ == (object,) and Plain.__base__ is object and Called.__mro__ == (Called, Plain, object)
import inspect, operator
assert inspect.getmro(Right) == (Right, Countdown, Plain, object)
assert operator.length_hint(Left(4)) == 4 and not hasattr(Right(4), "__length_hint__")
assert pow(Money(3), 2) == 9 and pow(Money(3), 2, 5) == 4
""",
    "errors": """
error = TooDear(9, money=5)
assert error.missing == 4 and str(error) == "4 too much" and error.args == ("4 too much",)
assert isinstance(error, TooDear) and isinstance(error, ValueError)
try:
    raise TooDear(7)
except TooDear as caught:
    assert caught.missing == 7
try:
    TooDear()
    assert False
except TypeError as caught:
    assert "price" in str(caught)
""",
    "bound": """
import inspect, types
both = Both(3)
assert inspect.ismethod(both.halves) and isinstance(both.halves, types.MethodType) and callable(both.halves)
assert inspect.isfunction(Both.halves) and not inspect.ismethod(Both.halves)
assert both.halves() == () and both.halves.__func__ is Both.halves and both.halves.__self__.n == 3
assert same.__wrapped__(4) == 4 == same(4) and same.__name__ == "same" and not hasattr(squares, "__wrapped__")
assert list(inspect.signature(same).parameters) == ["x"]
assert both.halves.__name__ == "halves" and inspect.ismethod(Both.make) and Both.make().n == 3
assert str(inspect.signature(both.halves)) == "(number: int = 2) -> tuple"
assert inspect.signature(Both.wait).return_annotation is inspect.Signature.empty
assert inspect.iscoroutinefunction(both.wait) and not inspect.iscoroutinefunction(both.halves)
""",
    "generators": """
from collections.abc import Generator, Iterator, Sized
assert isinstance(squares(3), Generator) and isinstance(squares(3), Iterator)
assert not isinstance(squares(3), Sized)
numbers = squares(3)
assert next(numbers) == 0 and list(numbers) == [1, 4]
""",
    "methods": """
class Animal:
    show = shown
assert Animal.show(Plain(1)) == "Plain" and callable(Animal().show)
import copy
plain = Plain(1)
twin = copy.copy(plain)
deep = copy.deepcopy(plain)
twin.n = 2
assert (plain.n, twin.n, deep.n) == (1, 2, 1) and isinstance(twin, Plain)
""",
}


def test_a_remote_object_has_the_special_methods_of_the_students_class_and_no_others() -> None:
    tests = [Cell("test", name, source, points=1.0) for name, source in TESTS.items()]
    answer = Cell("answer", "classes_", "", handed=CLASSES, solved=CLASSES)
    assert scores_of([answer, *tests]) == dict.fromkeys(TESTS, 1.0)


def test_the_tests_of_remote_objects_hold_in_one_process() -> None:
    import ast
    import asyncio
    import inspect

    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(CLASSES, "<classes>", "exec", dont_inherit=True), names)
    for source in TESTS.values():
        code = compile(source, "<test>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        value = eval(code, names)
        if inspect.iscoroutine(value):
            asyncio.run(value)
