"""Due dates and what being late costs, as course.yml says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from autograder.course import CourseError, Late, load_course
from autograder.course.change_due import with_due
from autograder.course.dates import due_words, moment, next_due, span

from .test_description import GOOD, load

HOUR, DAY = 3600, 86400
TEN = {"percent_a_day": 10}


@pytest.mark.parametrize(
    ("policy", "seconds", "lost"),
    [
        ({}, 100 * DAY, 0),
        (TEN, 1, 0.8),
        (TEN, DAY, 0.8),
        (TEN, DAY + 1, 1.6),
        (TEN, 11 * DAY, 8),
        (TEN | {"days": 2}, 2 * DAY, 1.6),
        (TEN | {"days": 2}, 2 * DAY + 1, 8),
        (TEN | {"grace_minutes": 60}, HOUR, 0),
        (TEN | {"grace_minutes": 60}, HOUR + 1, 0.8),
        ({"days": 0, "grace_minutes": 5}, 300, 0),
        ({"days": 0, "grace_minutes": 5}, 301, 8),
    ],
)
def test_what_a_submission_of_eight_points_loses(policy, seconds, lost):
    assert Late(**policy).penalty(8, seconds) == pytest.approx(lost)


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ({}, "nothing is lost"),
        (TEN | {"days": 1}, "10% less for each day begun, nothing counts after 1 day"),
        (
            {"days": 0, "grace_minutes": 5},
            "nothing counts that is late, 5 minutes late count as in time",
        ),
    ],
)
def test_a_policy_says_what_it_does(policy, says):
    assert str(Late(**policy)) == says


def test_an_assignment_has_its_own_policy_or_the_courses(tmp_path):
    text = GOOD.replace("allow: [numpy]\n\n", "late: {percent_a_day: 10}\n\n")
    one, two = load(tmp_path, text.replace("    title: Two", "    title: Two\n    late: {}")).assignments
    assert (str(one.late), str(two.late)) == ("10% less for each day begun", "nothing is lost")
    assert load(tmp_path, GOOD).assignments[0].late is None, "nbgrader_config.py decides"


@pytest.mark.parametrize(
    ("late", "says"),
    [
        ("{percent_a_day: 110}", "line 6: late.percent_a_day: "),
        ("{per_day: 10}", "line 6: late.per_day: is not known here"),
        ("10", "line 6: late: must be a section"),
        ("{days: -1}", "line 6: late.days: "),
    ],
)
def test_a_wrong_policy_is_named_with_its_line(tmp_path, late, says):
    with pytest.raises(CourseError) as raised:
        load(tmp_path, GOOD.replace("allow: [numpy]\n\n", f"late: {late}\n\n"))
    assert says in str(raised.value)


NOW = datetime(2027, 2, 10, 22, 59, tzinfo=UTC)


def test_dates_in_words(tmp_path):
    one, two = load(tmp_path, GOOD).assignments
    assert due_words(one, NOW) == "due 2027-02-12 23:59 +01:00, in 2 days"
    assert due_words(one, NOW + timedelta(days=4, hours=12)) == (
        "was due 2027-02-12 23:59 +01:00, 2.5 days ago"
    )
    assert due_words(two, NOW) == ""
    assert next_due([two, one], NOW) == "next: 01-one, due 2027-02-12 23:59 +01:00, in 2 days"
    assert next_due([two, one], NOW + timedelta(days=4)) == ""
    assert moment(datetime(2027, 2, 12, 22, 59)) == "2027-02-12 22:59 UTC"
    assert [span(timedelta(seconds=s)) for s in (60, 90, HOUR, -36 * HOUR)] == [
        "1 minute",
        "1.5 minutes",
        "1 hour",
        "1.5 days",
    ]


@pytest.mark.parametrize("name", ["01-one", "02-two"])
def test_a_due_date_is_changed_and_nothing_else(tmp_path, name):
    text = GOOD.replace("title: One", "title: One  # the first")
    load(tmp_path, text)
    due = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
    changed = with_due(tmp_path, name, due)
    (tmp_path / "course.yml").write_text(changed, encoding="utf-8")
    now = load_course(tmp_path)
    assert now.assignment(name).due == due
    lines, before = changed.splitlines(), text.splitlines()
    added = [line for line in lines if line not in before]
    assert added == ["    due: 2027-03-01 12:00 +00:00"]
    assert [line for line in before if line not in lines] == (
        ["    due: 2027-02-12 23:59 +01:00"] if name == "01-one" else []
    )


def test_a_due_date_that_has_no_line_of_its_own_is_left_to_a_person(tmp_path):
    load(tmp_path, "course: a\ntitle: A\nassignments: [{name: x, title: X, notebooks: [x]}]\n")
    with pytest.raises(CourseError, match=r"write it into course\.yml yourself: due: 2027-02-10 22:59"):
        with_due(tmp_path, "x", NOW)
