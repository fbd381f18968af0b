"""Lists of students as systems export them: read by their headings, joined by login, number and address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.grading.collect.moments import moment
from autograder.grading.collect.roster import Roster, course_names
from tests.autograder.grading.collect.zips import CANVAS, MOODLE

SCORES = """\
First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,Submission Time
Ana,Lee,S1,ana@example.invalid,A,,6.0,Graded,300001,2027-02-12 12:00:00 +0000
"""
GERMAN = (
    "ID;Vollständiger Name;E-Mail-Adresse;Status\nTeilnehmer/in 4001;Ana Lee;ana@example.invalid;Abgegeben\n"
)


def read(tmp_path: Path, *texts: str, encoding: str = "utf-8") -> Roster:
    roster = Roster()
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.csv"
        path.write_text(text, encoding=encoding)
        roster.read(path)
    return roster


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_gradebook_of_canvas(tmp_path, encoding):
    roster = read(tmp_path, CANVAS, encoding=encoding)
    assert len(roster.people) == 3, "the row of possible points is nobody"
    for known in ({"number": "70002"}, {"sid": "s2"}, {"login": "BEN"}, {"name": "ben nunez"}):
        person = roster.find(**known)
        assert person
        assert person.full_name() == "Núñez, Ben"
        assert course_names([person], []) == {"ben": person}
        assert course_names([person], ["S2"]) == {"S2": person}, "the course's own name comes first"
    assert roster.find(number="70099") is None


def test_lists_of_several_systems_are_one_person_each(tmp_path):
    roster = read(
        tmp_path,
        MOODLE,
        SCORES,
        "id,first_name,last_name,email,lms_user_id\nann1,A,L,ANA@example.invalid,7\n",
    )
    ana = roster.find(participant="4001")
    assert ana is not None
    assert ana is roster.find(sid="S1") is roster.find(submission="300001") is roster.find(number="7")
    assert course_names([ana], []) == {"ann1": ana}
    assert len(roster.people) == 2


def test_headings_of_another_language_and_semicolons(tmp_path):
    roster = read(tmp_path, GERMAN)
    person = roster.find(participant="4001")
    assert person is not None
    assert course_names(roster.people, []) == {"ana@example.invalid": person}
    assert course_names(roster.people, ["ana", "bo"]) == {"ana": person}


def test_a_name_that_two_have_finds_nobody(tmp_path):
    roster = read(tmp_path, "name,login\nAna Lee,ana\nLee Ana,ana2\n")
    assert roster.find(name="Ana Lee") is None
    assert roster.find(name="Ana Lee", login="ana2") is not None


def test_two_people_never_share_a_name(tmp_path):
    roster = read(tmp_path, "name,email\nA,ana@one.example\nB,ana@two.example\n")
    assert set(course_names(roster.people, ["ana"])) == {"ana@one.example", "ana@two.example"}
    roster = read(tmp_path, "name,login,sid\nA,x,y\nB,y,z\n")
    assert [person.full_name() for person in course_names(roster.people, []).values()] == ["A", "B"]
    assert set(course_names(roster.people, [])) == {"x", "y"}


def test_what_stands_before_the_at_takes_nobodys_own_login(tmp_path):
    roster = read(tmp_path, "name,login,email\nEve,eve,ana@evil.example\nAna,ana,a.lee@u.example\n")
    names = course_names(roster.people, ["ana"])
    assert {name: person.full_name() for name, person in names.items()} == {"ana": "Ana", "eve": "Eve"}
    roster = read(tmp_path, "name,login,sid\nEve,x,ana\n")
    roster.add({"student": "ana", "email": "a.lee@u.example", "name": "Ana"})
    names = course_names(roster.people, ["ana"])
    assert {name: person.full_name() for name, person in names.items()} == {"ana": "Ana", "x": "Eve"}


def test_a_name_of_the_gradebook_alone_is_found_by_an_address(tmp_path):
    roster = read(tmp_path, MOODLE)
    roster.add({"student": "ana"})
    assert course_names(roster.people, ["ana"])["ana"] is roster.find(participant="4001")


def test_two_rows_of_one_person_are_said(tmp_path):
    roster = read(tmp_path, CANVAS + '"Lee, Ana",70011,S1,ana.lee,Monday,,\n')
    assert roster.two_accounts() == ["Lee, Ana has several accounts: ana, ana.lee"]
    roster = read(tmp_path, CANVAS)
    roster.add({"login": "ANA"})
    assert roster.two_accounts() == [], "another case is no other account"


@pytest.mark.parametrize("text", ["", "colour,size\nred,1\n", "PK\3\4", "a\0b\n"])
def test_what_is_no_list_is_said(tmp_path, text):
    with pytest.raises(CourseError, match=r"0\.csv"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("Friday, 12 February 2027, 12:00 PM", 10),
        ("Friday, February 12, 2027, 12:00 PM", 10),
        ("12 Feb 2027, 12:00", 10),
        ("2027-02-12 12:00", 10),
        ("2027-02-12 12:00:00 +0000", 12),
        ("2027-02-12T12:00:00Z", 12),
        ("12 February 2027, 12:30 AM", 22),
    ],
)
def test_times_as_systems_write_them(text, hour):
    found = moment(text, timezone(timedelta(hours=2)))
    assert found is not None
    assert found.hour == hour
    assert found.tzinfo == UTC


def test_no_time_and_times_that_cannot_be_read():
    assert moment("-", UTC) is None
    with pytest.raises(ValueError, match="not in English"):
        moment("Freitag, 12. März 2027, 12:00", UTC)
    assert moment("12 March 2027, 12:00", UTC) == datetime(2027, 3, 12, 12, tzinfo=UTC)
