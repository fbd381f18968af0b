"""How many points a test earns: a number of any kind is that number or nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograder.grading.trusted import worker
from autograder.grading.trusted.run.instructor_cells import Ran
from autograder.grading.trusted.run.last_line import Meant
from autograder.grading.trusted.run.points import points


@pytest.mark.parametrize(
    ("value", "earned"),
    [
        (np.bool_(True), 4), (np.bool_(False), 0), (False, 0), (np.float64(3.0), 3), (np.array(2), 2),
        (np.longdouble("1.5"), 1.5), (np.array(2.5, np.longdouble), 2.5), (np.longdouble("inf"), 0),
        (np.float16(0.5), 0.5), (np.uint8(3), 3), (np.array(1j), 0), (np.complex64(1), 0), (3 + 0j, 0),
        (Fraction(7, 2), 3.5), (Fraction(10**400), 0), (Fraction(-1, 2), 0), (10**400, 0),
        (Decimal("1.25"), 1.25), (Decimal("NaN"), 0), (Decimal("sNaN"), 0), (Decimal("-1"), 0),
        (4.000000000000001, 4), (-1e-17, 0), (4.01, 0),
    ],
)  # fmt: skip
def test_a_number_of_any_kind_is_that_number_of_points_or_none(value: object, earned: float) -> None:
    found = points(Ran(value=value, meant=Meant(worked_out=True, a_number=True)), 4.0)[0]
    assert (found, type(found)) == (earned, float)


@pytest.mark.parametrize(
    "value", ["", "4", [], [4], (), {}, None, b"4", np.timedelta64(4, "ns"), np.datetime64(4, "ns")]
)
def test_what_is_no_number_where_only_a_number_can_be_meant_earns_nothing(value: object) -> None:
    assert points(Ran(value=value, meant=Meant(a_number=True)), 4)[0] == 0
    assert points(Ran(value=value), 4)[0] == 4


@pytest.mark.parametrize(
    ("source", "answer", "earned"),
    [
        ("max(0, 4 - abs(f() - 3))", Fraction(3), 4),
        ("max(0, 4 - abs(f() - 3))", Decimal("2.5"), 3.5),
        ("max(0, 4 - abs(f() - 3))", np.longdouble(20), 0),
        ("4 * f()", "", 0),
        ("4 * f()", [], 0),
        ("f() * 4 / 4", 1j, 0),
        ("score = 0\nfor part in f():\n    score += part\nscore", [Fraction(1, 2), 1], 1.5),
        ("score = f()\nscore *= 4\nscore", (), 0),
        ("f() == 3 and 4", 3, 4),
        ("f() == 3 and 4", 2, 0),
        ("4 if f() == 3 else None", 2, 0),
        ("(share := 2 * f())", "", 0),
        ("f() + f()", ["a"], 4),
        ("'%s' % f()", 3, 4),
        ("max(f())", ["b", "a"], 4),
        ("set(f()) - set()", [1], 4),
        ("not f()", 1, 4),
        ("x = 5\nx = f()\nx", [1], 4),
        ("f();", 27, 4),
        ("f();  # 27", 27, 4),
        ("f()", 3, 3),
        ("f() == 4", 3, 4),
    ],
)
def test_a_last_line_that_counts_gives_a_number_or_none(source: str, answer: object, earned: float) -> None:
    cells = worker.warm_up()
    cells.names["f"] = lambda: answer
    assert points(cells.run(source, "cell", 10), 4)[0] == earned
