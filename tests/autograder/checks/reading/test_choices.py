"""The fewest faults come first; each kind of error has a condition; a wrong size of dx has its causes."""

from autograder.checks.reading.choices import fewest_faults
from autograder.checks.reading.full import fulls
from autograder.checks.reading.geometry import PROBES
from autograder.checks.reading.raising import conditions


def test_what_is_right_comes_first_then_one_fault_then_two():
    found = list(fewest_faults((("r", "a", "b"), ("r", "c"))))
    assert found == [("r", "r"), ("a", "r"), ("b", "r"), ("r", "c"), ("a", "c"), ("b", "c")]
    assert list(fewest_faults((("r", "a"), ("r", "b")), most=1)) == [("r", "r"), ("a", "r"), ("r", "b")]


def test_two_kinds_of_errors_have_a_condition_each():
    def error(g):
        return "ValueError" if g.FH != g.FW else "IndexError" if g.OH > g.OW else ""

    found = conditions([(g, error(g)) for g in PROBES])
    assert found == ("for filters that are not square", "where the output is higher than wide")


def test_errors_without_a_condition_have_none():
    assert conditions([(g, "ValueError" if number % 3 == 0 else "") for number, g in enumerate(PROBES)]) == ()


def test_no_wrong_way_to_make_dx_gives_the_right_size_everywhere():
    for name in ("H", "W"):
        ways = list(fulls(name))
        assert [len(way.causes) for way in ways] == sorted(len(way.causes) for way in ways)
        alone = [way for way in ways if len(way.causes) == 1]
        assert all(any(way.size(g) != getattr(g, name) for g in PROBES) for way in alone)
