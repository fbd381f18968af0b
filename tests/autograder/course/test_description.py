"""course.yml: what it says arrives, and what is wrong in it is named with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.course import CourseError, find_root, load_course
from tests.autograder.conftest import REPOSITORY

GOOD = """\
course: small
title: Small
limits:
  seconds_a_cell: 20
  seconds_in_all: 120
allow: [numpy]

assignments:
  - name: 01-one
    title: One
    due: 2027-02-12 23:59 +01:00
    notebooks:
      one: 7
      more: 3
  - name: 02-two
    title: Two
    limits: {seconds_a_cell: 5}
    allow: [numpy, math]
    notebooks: {two: 4}
"""


def load(folder: Path, text: str):
    (folder / "course.yml").write_text(text, encoding="utf-8")
    return load_course(folder)


def test_says_what_it_says(tmp_path):
    course = load(tmp_path, GOOD)
    one, two = course.assignments
    assert (course.id, course.title) == ("small", "Small")
    assert (one.notebooks, two.notebooks) == ({"one": 7, "more": 3}, {"two": 4})
    assert one.due == datetime(2027, 2, 12, 22, 59, tzinfo=UTC)
    assert two.due is None
    assert (one.limits.seconds_a_cell, one.limits.seconds_in_all) == (20, 120)
    assert (two.limits.seconds_a_cell, two.limits.seconds_in_all) == (5, 120), "own limits over the course's"
    assert (one.allow, two.allow) == (("numpy",), ("numpy", "math"))
    assert course.assignment("02") is two
    assert course.assignment("02-two") is two


@pytest.mark.parametrize(
    ("good", "bad", "line", "says"),
    [
        ("seconds_a_cell: 20", "seconds_a_cell: soon", 4, "seconds_a_cell"),
        ("seconds_a_cell: 20", "seconds_a_cell: 0", 4, "greater than or equal to 1"),
        ("seconds_a_cell: 20", "seconds_a_cell: 200", 3, "more than seconds_in_all, 120"),
        ("seconds_a_cell: 20", "secconds: 20", 4, "not known here"),
        ("title: One", "titel: One", 10, "titel"),
        ("title: One", "title: 3", 10, "string"),
        ("2027-02-12 23:59 +01:00", "next week", 11, "write it as 2027-02-12 23:59"),
        ("      more: 3", "      one: 3", 14, "already given on line 13"),
        ("one: 7", "one: many", 13, "many"),
        ("one: 7", "one: -1", 13, "greater than or equal to 0"),
        ("name: 01-one", "name: ../one", 9, "cannot be a folder's name"),
        ("name: 02-two", "name: 01-one", 15, "described twice, first on line 9"),
        ("name: 02-two", "name: 01-ONE", 15, "described twice, first on line 9"),
        ("one: 7", "one: 7,5", 13, "must be a number, not '7,5'"),
        ("one: 7", "one: true", 13, "must be a number, not True"),
        ("one: 7", 'one: "7"', 13, "must be a number, not '7'"),
        ("one: 7", "one: 010", 13, "must be a number, not '010'"),
        ("one: 7", f"one: {'9' * 5000}", 13, "must be a number"),
        ("seconds_a_cell: 20", "seconds_a_cell: true", 4, "must be a whole number"),
        ("2027-02-12 23:59 +01:00", "2027-02-30 23:59", 11, "day is out of range for month"),
        ("2027-02-12 23:59 +01:00", "2027-02-12 25:00:00", 11, "hour must be in 0..23"),
        ("2027-02-12 23:59 +01:00", "20270212", 11, "write it as"),
        ("2027-02-12 23:59 +01:00", "[2027]", 11, "write it as"),
        ("2027-02-12 23:59 +01:00", "9999-12-31 23:59 -14:00", 11, "the date of a course"),
        ("allow: [numpy]", "allow: numpy", 6, "must be a list"),
        ("allow: [numpy]", "allow: [import numpy]", 6, "not a module's name"),
        ("allow: [numpy]", "allow: &a [*a]", 6, "write it out"),
        ("allow: [numpy]", "allow: {[a]: 1}", 6, "a name is expected before the colon"),
        ("allow: [numpy]", f"allow: {'[' * 5000}", 6, "nested too deeply"),
        ("allow: [numpy]", "allow: !!python/name:os.system x", 6, "python/name"),
        ("title: One", "title: O\0ne", 10, "a character that text cannot hold (number 0)"),
        ("    limits: {seconds_a_cell: 5}", "    limits: 5", 17, "must be a section"),
        ("    notebooks: {two: 4}", "    notebooks: two", 19, "must list names, as in [conv_forward]"),
        ("    notebooks: {two: 4}", "    notebooks: [two, {three: 4}]", 19, "cannot be a notebook's name"),
        ("    notebooks: {two: 4}", "    notebooks: [two, 3]", 19, "cannot be a notebook's name"),
        ("    notebooks: {two: 4}", "    notebooks: [two, two]", 19, "two is listed twice"),
        ("    notebooks: {two: 4}", "    notebooks:\n    - two\n    - t/o", 21, "cannot be a folder's name"),
        ("    notebooks: {two: 4}", "    notebooks: []", 19, "must not be empty"),
        ("    notebooks: {two: 4}", "    notebooks: {}", 19, "must not be empty"),
        ("title: Two", "title: [Two", 17, "look at the indentation"),
        ("    notebooks: {two: 4}", "", 15, "notebooks: is missing"),
        ("course: small\n", "", 1, "course: is missing"),
    ],
)
def test_names_the_line(tmp_path, good, bad, line, says):
    assert good in GOOD
    with pytest.raises(CourseError) as error:
        load(tmp_path, GOOD.replace(good, bad, 1))
    assert f"line {line}:" in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize("text", ["[two]", "{two: }", "\n    - two", "\n      two:"])
def test_notebooks_need_no_points(tmp_path, text):
    course = load(tmp_path, GOOD.replace("{two: 4}", text))
    assert course.assignment("02").notebooks == {"two": None}


def test_says_one_mistake_once(tmp_path):
    with pytest.raises(CourseError) as error:
        load(tmp_path, GOOD.replace("seconds_a_cell: 20", "seconds_a_cell: soon"))
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("text", ["", "[]", "just words", "\t: x"])
def test_refuses_what_is_no_description(tmp_path, text):
    with pytest.raises(CourseError, match=r"course\.yml, line 1"):
        load(tmp_path, text)


def test_refuses_other_encodings(tmp_path):
    (tmp_path / "course.yml").write_bytes("course: caf\u00e9".encode("latin-1"))
    with pytest.raises(CourseError, match=r"line 1: is not UTF-8 text"):
        load_course(tmp_path)


def test_a_date_without_a_time_is_the_end_of_the_day(tmp_path):
    course = load(tmp_path, GOOD.replace("2027-02-12 23:59 +01:00", "2027-02-12"))
    assert course.assignments[0].due == datetime(2027, 2, 12, 23, 59, tzinfo=UTC)


def test_says_which_folder_was_meant(tmp_path):
    load(tmp_path, GOOD)
    with pytest.raises(CourseError, match=f"is a file; .*--course {tmp_path}$"):
        load_course(tmp_path / "course.yml")
    (tmp_path / "folder" / "course.yml").mkdir(parents=True)
    with pytest.raises(CourseError, match="cannot be read: Is a directory"):
        load_course(tmp_path / "folder")


def test_unknown_and_ambiguous_assignments(tmp_path):
    course = load(tmp_path, GOOD)
    with pytest.raises(
        CourseError, match="'0' fits several assignments of this course; it has 01-one, 02-two"
    ):
        course.assignment("0")
    with pytest.raises(CourseError, match="'03' is not an assignment"):
        course.assignment("03")


def test_the_root_is_found_from_below(tmp_path):
    load(tmp_path, GOOD)
    below = tmp_path / "assignments" / "01-one"
    below.mkdir(parents=True)
    assert find_root(below) == tmp_path.resolve()
    with pytest.raises(CourseError, match="--course"):
        find_root(Path("/"))


def test_this_course_is_described_and_has_its_points_elsewhere():
    course = load_course(REPOSITORY)
    assert {points for a in course.assignments for points in a.notebooks.values()} == {None}
    assert [a.name for a in course.assignments] == sorted(a.name for a in course.assignments)
    assert all(a.due is not None for a in course.assignments)
