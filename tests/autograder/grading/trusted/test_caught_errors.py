"""Errors that a test asks for: an answer's error class catches what the answer raised, and nothing else."""

from __future__ import annotations

import pytest

from .test_ordinary import graded

ACCOUNT = """
# %% plain
import contextlib
import unittest

# %% answer NotEnough
class NotEnough(Exception):
    ### BEGIN SOLUTION
    pass
    ### END SOLUTION

# %% answer Account
class Account:
    ### BEGIN SOLUTION
    NotEnough = NotEnough

    def __init__(self, balance):
        self.balance = balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise NotEnough(f"{amount} of {self.balance}")
        self.balance -= amount
    ### END SOLUTION

# %% test except_test 1
try:
    Account(10).withdraw(20)
    assert False, "no error"
except NotEnough as error:
    assert isinstance(error, NotEnough)

# %% test tuple_test 1
try:
    Account(10).withdraw(20)
    assert False
except (NotEnough, ZeroDivisionError):
    pass

# %% test nested_test 1
try:
    Account(10).withdraw(20)
    assert False
except Account.NotEnough:
    pass

# %% test suppress_test 1
done = []
with contextlib.suppress(NotEnough):
    Account(10).withdraw(20)
    done.append(1)
    assert False
assert not done

# %% test unittest_test 1
case = unittest.TestCase()
with case.assertRaises(NotEnough):
    Account(10).withdraw(20)

# %% test helper_test 1
def raises(kind, act):
    try:
        act()
        raise AssertionError("no error")
    except kind:
        return True

assert raises(NotEnough, lambda: Account(10).withdraw(20))

# %% test index_test 1
try:
    Account(10).withdraw(20)
    [][0]
except NotEnough:
    pass
"""
SILENT = """
# %% {who} Account
class Account:
    NotEnough = NotEnough

    def __init__(self, balance):
        self.balance = balance

    def withdraw(self, amount):
        {act}
"""
ALIASES = [
    "Exception", "BaseException", "AssertionError", "KeyboardInterrupt", "(Exception, AssertionError)",
    "((BaseException,), ValueError)", "LookupError", "ExceptionGroup", "StopIteration",
]  # fmt: skip


def with_alias(alias: str, act: str) -> str:
    return f"{ACCOUNT}\n# %% other NotEnough\nNotEnough = {alias}\n" + SILENT.format(who="other", act=act)


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_of_pythons_errors_catches_nothing_of_the_tests(alias: str) -> None:
    assert set(graded(with_alias(alias, "pass"), "other").values()) == {0.0}


@pytest.mark.parametrize(
    ("alias", "act"),
    [
        ("Exception", "raise NotEnough('too much')"),
        ("ValueError", "raise NotEnough('too much')"),
        ("(ValueError, KeyError)", "raise KeyError('much')"),
        ("OSError", "open('no such file')"),
        ("UnicodeError", "b'\\xff'.decode()"),
        ("BaseException", "raise SystemExit(1)"),
        ("StopIteration", "raise StopIteration"),
    ],
)
def test_an_alias_catches_what_the_answer_raised(alias: str, act: str) -> None:
    scores = graded(with_alias(alias, act), "other")
    if alias.startswith("("):
        assert scores.pop("tuple_test") == 0, "a tuple within a tuple catches nothing in Python either"
    assert set(scores.values()) == {1.0}, scores


@pytest.mark.parametrize(
    "base", ["Exception", "BaseException", "KeyboardInterrupt", "StopIteration", "LookupError"]
)
def test_a_class_of_the_answers_own_may_derive_from_any_error(base: str) -> None:
    own = f"# %% other NotEnough\nclass NotEnough({base}):\n    pass\n"
    assert set(graded(ACCOUNT + own, "other").values()) == {1.0}
    nothing = SILENT.format(who="other", act="pass")
    assert set(graded(ACCOUNT + own + nothing, "other").values()) == {0.0}


def test_a_name_that_is_compared_with_pythons_error_is_that_error() -> None:
    text = """
# %% answer answer
### BEGIN SOLUTION
answer, several = ValueError, [ValueError, KeyError]
### END SOLUTION

# %% test is_test 1
assert answer is ValueError and answer in (ValueError, TypeError)

# %% test list_test 1
assert several == [ValueError, KeyError]

# %% other answer
answer, several = TypeError, [KeyError]
"""
    assert set(graded(text).values()) == {1.0}
    assert graded(text, "other") == {"is_test": 0.0, "list_test": 0.0}


ENDLESS = """
# %% answer wait
def wait():
    ### BEGIN SOLUTION
    raise ValueError
    ### END SOLUTION

# %% test call_test 1
try:
    wait()
    assert False
except Exception:
    pass

# %% test everything_test 1
try:
    while wait() is None:
        pass
except BaseException:
    pass

# %% test count_test 2
right = 0
for tries in range(2):
    try:
        wait()
    except Exception:
        right += 1
right

# %% endless wait
def wait():
    while True:
        pass

# %% stubborn wait
def wait():
    try:
        while True:
            sum([1])
    except BaseException:
        raise ValueError from None

# %% often wait
def wait():
    pass
"""


def test_a_test_that_was_ended_by_time_earns_nothing_whatever_it_caught() -> None:
    assert set(graded(ENDLESS, seconds=1).values()) == {1.0, 2.0}
    for student in ("endless", "stubborn"):
        assert set(graded(ENDLESS, student, seconds=1).values()) == {0.0}, student
    assert graded(ENDLESS, "often", seconds=1)["everything_test"] == 0.0
