"""Collecting: every file finds its student or is said to be left over, and nothing is lost."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder.course import Course, CourseError
from autograder.grading.collect import hand_over
from autograder.grading.collect.collect import collect, read_rosters
from autograder.grading.gradebook.open import open_gradebook
from tests.autograder.conftest import RIGHT
from tests.autograder.grading.collect.zips import (
    CANVAS,
    GRADESCOPE,
    MOODLE,
    NAME,
    make_zip,
    notebook,
    write,
    zipped,
)


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def submitted(course: Course) -> dict[str, bytes]:
    return files(course.submitted()) if course.submitted().is_dir() else {}


def why(found) -> dict[str, str]:
    return {f"{left.who}/{left.name}": left.why for left in found.left}


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    return write(tmp_path / "canvas.csv", CANVAS)


def test_canvas_names_are_undone(course, tmp_path, roster):
    ana, ben, chie = (notebook(course, add=f"def add(a, b):\n    return {n}") for n in (1, 2, 3))
    path = make_zip(
        tmp_path / "submissions.zip",
        {
            "leeana_70001_900001_sums.ipynb": ana,
            "nunezben_LATE_70002_900002_sums-1.ipynb": ben,
            "satochie_70003_900003_sums (1).ipynb": chie,
            "satochie_70003_900004_my notes_2.txt": "by chie",
            "studenttest_70099_900005_sums.ipynb": ana,
            "__MACOSX/._leeana_70001_900001_sums.ipynb": "junk",
        },
    )
    found = collect(course, "canvas", path, [roster], None, None)
    assert found.assignment == NAME
    assert submitted(course) == {
        f"ana/{NAME}/sums.ipynb": ana,
        f"ben/{NAME}/sums.ipynb": ben,
        f"chie/{NAME}/sums.ipynb": chie,
        f"chie/{NAME}/my notes_2.txt": b"by chie",
    }
    assert found.late == ["ben"], "Canvas says late, but not how late"
    assert why(found) == {"70099/sums.ipynb": "70099 is in no roster and not in the gradebook"}
    aside = course.root / "collected" / NAME / "left-over"
    assert (aside / "70099" / "sums.ipynb").read_bytes() == ana
    assert "70099\tsums.ipynb\t70099 is in no roster" in (aside / "why.txt").read_text(encoding="utf-8")
    again = collect(course, "canvas", path, [roster], None, None)
    assert set(again.done.values()) == {"same"}


def test_what_was_unknown_is_taken_once_a_roster_knows_it(course, tmp_path, roster):
    path = make_zip(tmp_path / "s.zip", {f"x_7000{n}_{n}_sums.ipynb": notebook(course) for n in (1, 4)})
    collect(course, "canvas", path, [roster], None, None)
    assert (course.root / "collected" / NAME / "left-over" / "70004").is_dir()
    longer = write(tmp_path / "longer.csv", CANVAS + '"Wu, Dan",70004,S4,dan,Monday,,\n')
    assert collect(course, "canvas", path, [longer], None, None).done == {"ana": "same", "dan": "new"}
    assert not (course.root / "collected" / NAME / "left-over" / "70004").exists()


@pytest.mark.parametrize(
    "form",
    ["{}_{}_assignsubmission_file/{}", "{}_{}_assignsubmission_file_/{}", "{}_{}_assignsubmission_file_{}"],
)
def test_moodle_folders_and_flat_names_with_times_of_the_due_dates_zone(course, tmp_path, form):
    ana, ben = notebook(course, **RIGHT), notebook(course)
    path = make_zip(
        tmp_path / "sums.zip",
        {
            form.format("Ana Lee", 4001, "sums.ipynb"): ana,
            form.format("Participant", 4002, "sums.ipynb"): ben,
        },
    )
    worksheet = write(tmp_path / "worksheet.csv", MOODLE)
    found = collect(course, "moodle", path, [worksheet], None, None)
    stamps = {name: data.decode() for name, data in submitted(course).items() if name.endswith(".txt")}
    assert stamps == {
        f"ana@example.invalid/{NAME}/timestamp.txt": "2027-02-12 12:00:00.000000 UTC",
        f"ben@example.invalid/{NAME}/timestamp.txt": "2027-02-13 09:30:00.000000 UTC",
    }
    assert found.timed == 2
    zone = timezone(timedelta(hours=2))
    assert set(collect(course, "moodle", path, [worksheet], None, zone).done.values()) == {"timed"}


def test_gradescope_says_itself_who_came_when(course, tmp_path):
    files_ = {
        "assignment_1_export/submission_metadata.yml": GRADESCOPE,
        "assignment_1_export/submission_300001/sums.ipynb": notebook(course, **RIGHT),
        "assignment_1_export/submission_300002/work/sums.ipynb": notebook(course),
        "assignment_1_export/submission_300009/sums.ipynb": b"{}",
    }
    path = make_zip(tmp_path / "export.zip", files_)
    found = collect(course, "gradescope", path, [], None, None)
    chie = "chie@example.invalid"
    assert set(found.done) == {"S1", "ben@example.invalid", chie}, "a group's work counts for each of them"
    stamp = course.submitted(chie, NAME) / "timestamp.txt"
    assert stamp.read_text() == "2027-02-13 01:30:00.000000 UTC"
    assert list(why(found)) == ["300009/sums.ipynb"]


def test_gradescopes_facts_come_from_no_students_files(course, tmp_path):
    ana, eve = notebook(course, **RIGHT), notebook(course)
    facts = GRADESCOPE.replace("300002", "300001").replace("300001", "999", 1)
    files_ = {
        "submission_300002/submission_metadata.yml": facts,
        "submission_300002/submission_300001/sums.ipynb": eve,
        "submission_300001/sums.ipynb": ana,
        "submission_metadata.yml": GRADESCOPE,
    }
    collect(course, "gradescope", make_zip(tmp_path / "export.zip", files_), [], "01", None)
    assert submitted(course)[f"S1/{NAME}/sums.ipynb"] == ana
    assert set(files(course.submitted("ben@example.invalid", NAME))) == {
        "sums.ipynb", "submission_metadata.yml", "timestamp.txt"
    }  # fmt: skip


def test_an_address_at_gradescope_takes_nobodys_name(course, tmp_path):
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ana", email="ana@u.example")
    facts = GRADESCOPE.replace("ana@example.invalid", "ana@evil.example").replace("  :sid: S1", "")
    files_ = {f"e/submission_30000{n}/sums.ipynb": notebook(course) for n in (1, 2)}
    path = make_zip(tmp_path / "export.zip", {"e/submission_metadata.yml": facts, **files_})
    found = collect(course, "gradescope", path, [], None, None)
    assert set(found.done) == {"ana@evil.example", "ben@example.invalid", "chie@example.invalid"}


def test_the_name_of_an_attachment_makes_it_nobody_elses(course, tmp_path, roster):
    path = make_zip(
        tmp_path / "s.zip",
        {
            "leeana_70001_900001_sums.ipynb": notebook(course, **RIGHT),
            "nunezben_70002_900002_sums.ipynb": notebook(course),
            "nunezben_70002_900003_70001_text.html": "not ana's",
        },
    )
    collect(course, "canvas", path, [roster], None, None)
    assert {name for name in submitted(course) if name.endswith("html")} == {f"ben/{NAME}/70001_text.html"}


def test_the_number_of_one_may_be_the_login_of_another(course, tmp_path):
    with open_gradebook(course) as gradebook:
        gradebook.add_student("70002")
    people = CANVAS.replace("S1,ana", "70002,ana")
    found = read_rosters(course, [write(tmp_path / "r.csv", people)])
    assert len(found.people) == 3
    assert found.find(student="70002") is found.find(number="70001")


def full_disk(path: Path, data: bytes) -> None:
    raise OSError("the disk is full")


def test_what_could_not_be_written_is_not_noted_as_collected(course, tmp_path, roster, monkeypatch):
    path = make_zip(tmp_path / "1.zip", {"leeana_70001_1_sums.ipynb": notebook(course)})
    with monkeypatch.context() as patch:
        patch.setattr(hand_over, "write_whole", full_disk)
        with pytest.raises(OSError, match="full"):
            collect(course, "canvas", path, [roster], None, None)
    assert hand_over.read_record(course, NAME).students == {}
    assert collect(course, "canvas", path, [roster], None, None).done == {"ana": "new"}


def test_your_own_zip_by_folders_or_by_names(course, tmp_path):
    one = notebook(course, **RIGHT)
    people = write(
        tmp_path / "people.csv",
        "login;e-mail;handed in\nana;ana@u.example;2027-02-12 10:00\nben;ben@u.example;\n",
    )
    flat = make_zip(
        tmp_path / "flat.zip", {"ana_sums.ipynb": one, "BEN sums(2).ipynb": one, "zoe_sums.ipynb": one}
    )
    found = collect(course, "zip", flat, [people], None, timezone(timedelta(hours=1)))
    assert found.done == {"ana": "new", "ben": "new"}
    assert why(found) == {
        "nobody/zoe_sums.ipynb": "its name begins with no student of the list, as ana_sums.ipynb would"
    }
    assert (course.submitted("ana", NAME) / "timestamp.txt").read_text() == "2027-02-12 09:00:00.000000 UTC"
    folders = make_zip(
        tmp_path / "folders.zip",
        {
            "class/ana@u.example/sums.ipynb": one,
            f"class/dan/{NAME}/sums.ipynb": one,
            "class/dan/timestamp.txt": "2001-01-01",
        },
    )
    found = collect(course, "zip", folders, [], None, None)
    assert set(found.done) == {"ana@u.example", "dan"}
    assert f"dan/{NAME}/sums.ipynb" in submitted(course)
    assert why(found)["dan/timestamp.txt"] == "a time or key that was handed in is not believed"


def test_the_latest_attempt_counts_and_an_untouched_copy_never_does(course, tmp_path, roster):
    old, new, untouched = notebook(course, add=RIGHT["add"]), notebook(course, **RIGHT), notebook(course)
    path = make_zip(
        tmp_path / "s.zip",
        {
            "leeana_70001_12_sums-1.ipynb": new,
            "leeana_70001_11_sums.ipynb": old,
            "leeana_70001_13_sums-2.ipynb": untouched,
            "leeana_70001_10_sums (3).ipynb": new,
        },
    )
    found = collect(course, "canvas", path, [roster], None, None)
    assert submitted(course) == {f"ana/{NAME}/sums.ipynb": new}
    assert why(found) == {
        "ana/sums.ipynb": "sums-1.ipynb is a later sums.ipynb",
        "ana/sums-2.ipynb": "sums-1.ipynb is a later sums.ipynb",
    }


def test_a_notebook_is_known_by_its_cells_and_another_lessons_is_kept_aside(course, tmp_path, roster):
    other = {"cells": [{"cell_type": "code", "metadata": {}, "source": "1"}], "metadata": {}, "nbformat": 4}
    path = make_zip(
        tmp_path / "s.zip",
        {
            "leeana_70001_1_my homework.ipynb": notebook(course, **RIGHT),
            "nunezben_70002_2_scratch.ipynb": json.dumps(other),
            "satochie_70003_3_homework.zip": zipped(
                {"hw/sums.ipynb": notebook(course), "hw/data/a.csv": b"1", "hw/.DS_Store": b""}
            ),
        },
    )
    found = collect(course, "canvas", path, [roster], "01", None)
    assert set(submitted(course)) == {
        f"ana/{NAME}/sums.ipynb",
        f"ben/{NAME}/scratch.ipynb",
        f"chie/{NAME}/sums.ipynb",
        f"chie/{NAME}/data/a.csv",
    }
    assert found.without_notebook == ["ben"]
    assert found.left == []


def test_a_later_version_is_no_older_because_the_zone_was_wrong(course, tmp_path):
    """Ana hands in at 12:00 and 12:30, Berlin's time; the first is collected as if that were in UTC."""
    for minute, zone, done in (("00", None, "new"), ("30", ZoneInfo("Europe/Berlin"), "replaced")):
        sheet = write(tmp_path / "worksheet.csv", MOODLE.replace("12:00 PM", f"12:{minute} PM"))
        data = notebook(course, add=f"minute {minute}")
        path = make_zip(tmp_path / "a.zip", {"Ana Lee_4001_assignsubmission_file/sums.ipynb": data})
        assert list(collect(course, "moodle", path, [sheet], NAME, zone).done.values()) == [done]
    stamp = next(data for name, data in submitted(course).items() if name.endswith("timestamp.txt"))
    assert stamp.startswith(b"2027-02-12 11:30:00")
    sheet = write(tmp_path / "worksheet.csv", MOODLE)
    path = make_zip(tmp_path / "a.zip", {"Ana Lee_4001_assignsubmission_file/sums.ipynb": notebook(course)})
    assert list(collect(course, "moodle", path, [sheet], NAME, None).done.values()) == ["older"]


@pytest.mark.parametrize("numbers", [(4001, 4009), (4009, 4001), (4009, 4008)])
@pytest.mark.parametrize("listed", [True, False])
def test_two_of_one_name_in_moodle_of_whom_the_list_has_one(course, tmp_path, numbers, listed):
    """Nobody gets what the other handed in, whoever comes first in the file, and whoever handed in at all."""
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ana", first_name="Ana", last_name="Lee", email="ana@example.invalid")
    path = make_zip(
        tmp_path / "submissions.zip",
        {
            "Ben Núñez_4002_assignsubmission_file/sums.ipynb": notebook(course),
            **{
                f"Ana Lee_{number}_assignsubmission_file/sums.ipynb": notebook(course, add=f"{number}")
                for number in numbers
            },
        },
    )
    lists = [write(tmp_path / "worksheet.csv", MOODLE)] if listed else []
    if not listed:
        with open_gradebook(course) as gradebook:
            gradebook.add_student("ben", first_name="Ben", last_name="Núñez")
    found = collect(course, "moodle", path, lists, NAME, None)
    left = {number for number in numbers if number != 4001 or not listed}
    reason = "no list has the number or address of this Ana Lee, and there may be two of that name"
    assert why(found) == {f"Ana Lee_{number}/sums.ipynb": reason for number in left}
    taken = [data for name, data in submitted(course).items() if name == "ana/01-sums/sums.ipynb"]
    assert [b"4001" in data for data in taken] == [True] * len(set(numbers) - left)


def test_two_of_one_name_in_gradescope_of_whom_the_gradebook_has_one(course, tmp_path):
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ana", first_name="Ana", last_name="Lee", email="ana@example.invalid")
    facts = GRADESCOPE.replace("Ben Núñez", "Ana Lee")
    path = make_zip(
        tmp_path / "export.zip",
        {
            "e/submission_metadata.yml": facts,
            "e/submission_300001/sums.ipynb": notebook(course, add="by ana"),
            "e/submission_300002/sums.ipynb": notebook(course, add="by another"),
        },
    )
    found = collect(course, "gradescope", path, [], NAME, None)
    assert found.done["ana"] == "new"
    assert b"by ana" in submitted(course)["ana/01-sums/sums.ipynb"]
    assert why(found)["ben@example.invalid/sums.ipynb"].startswith("no list has the number or address")


def test_of_two_accounts_of_a_person_the_later_counts(course, tmp_path):
    roster = write(tmp_path / "r.csv", CANVAS + '"Lee, Ana",70011,S1,ana.lee,Monday,,\n')
    old, new = notebook(course), notebook(course, **RIGHT)
    path = make_zip(tmp_path / "s.zip", {"leeana_70001_1_sums.ipynb": old, "leeana_70011_2_sums.ipynb": new})
    found = collect(course, "canvas", path, [roster], None, None)
    assert submitted(course) == {f"ana/{NAME}/sums.ipynb": new}
    assert "ana handed in with two accounts; 70011 was taken and 70001 kept aside" in found.notes
    assert "Lee, Ana has several accounts: ana, ana.lee" in found.notes
    assert (course.root / "collected" / NAME / "left-over" / "ana" / "sums.ipynb").read_bytes() == old


def test_what_was_there_is_kept_and_an_older_file_takes_nothing_back(course, tmp_path, roster, hand_in):
    by_hand = hand_in("ana", add="# typed in by a teacher").read_bytes()
    first, second = notebook(course), notebook(course, **RIGHT)
    one = make_zip(tmp_path / "1.zip", {"leeana_70001_1_sums.ipynb": first})
    two = make_zip(tmp_path / "2.zip", {"leeana_70001_2_sums.ipynb": second})
    done = [
        collect(course, "canvas", path, [roster], None, None).done["ana"] for path in (one, two, one, two)
    ]
    assert done == ["replaced", "replaced", "older", "same"]
    assert submitted(course) == {f"ana/{NAME}/sums.ipynb": second}
    kept = files(course.root / "collected" / NAME / "earlier" / "ana")
    assert kept == {"1/sums.ipynb": by_hand, "2/sums.ipynb": first}


def test_a_time_that_a_teacher_wrote_stays_where_the_zip_has_none(course, tmp_path, roster):
    path = make_zip(tmp_path / "1.zip", {"leeana_70001_1_sums.ipynb": notebook(course)})
    collect(course, "canvas", path, [roster], None, None)
    (course.submitted("ana", NAME) / "timestamp.txt").write_text("2027-02-01 10:00")
    assert collect(course, "canvas", path, [roster], None, None).done == {"ana": "same"}
    assert (course.submitted("ana", NAME) / "timestamp.txt").exists()


def test_a_time_that_was_read_in_a_wrong_zone_is_corrected(course, tmp_path):
    """Moodle's times have no zone. Whoever forgot `--zone` collects the same file again."""
    worksheet = write(tmp_path / "w.csv", MOODLE)
    path = make_zip(
        tmp_path / "m.zip", {"Ana Lee_4001_assignsubmission_file/sums.ipynb": notebook(course, **RIGHT)}
    )
    east, west = timezone(timedelta(hours=9)), timezone(timedelta(hours=-5))
    done = [
        collect(course, "moodle", path, [worksheet], None, zone).done["ana@example.invalid"]
        for zone in (west, east, east, None)
    ]
    assert done == ["new", "timed", "same", "timed"]
    folder = course.submitted("ana@example.invalid", NAME)
    assert (folder / "timestamp.txt").read_text() == "2027-02-12 12:00:00.000000 UTC", "that of the due date"
    kept = files(course.root / "collected" / NAME / "earlier")
    assert kept["ana@example.invalid/1/timestamp.txt"] == b"2027-02-12 17:00:00.000000 UTC"
    earlier = write(tmp_path / "e.csv", MOODLE.replace("12:00 PM", "11:00 AM"))
    other = make_zip(tmp_path / "o.zip", {"Ana Lee_4001_assignsubmission_file/sums.ipynb": notebook(course)})
    assert set(collect(course, "moodle", other, [earlier], None, None).done.values()) == {"older"}


def test_students_who_get_a_second_name_are_said(course, tmp_path, roster):
    """Canvas knows a student by a login, Moodle by an address: only a list of both makes them one."""
    canvas = make_zip(tmp_path / "c.zip", {"leeana_70001_1_sums.ipynb": notebook(course)})
    assert not collect(course, "canvas", canvas, [roster], None, None).notes, "the first are all new"
    worksheet = write(tmp_path / "w.csv", MOODLE)
    moodle = make_zip(tmp_path / "m.zip", {"Lee Ana_4001_assignsubmission_file/sums.ipynb": notebook(course)})
    local = write(tmp_path / "l.csv", MOODLE.replace("ana@example.invalid", "a.lee@example.invalid"))
    notes = collect(course, "moodle", moodle, [local], None, None).notes
    assert [note.partition(";")[0] for note in notes] == ["new in this course: a.lee@example.invalid"]
    both = write(tmp_path / "both.csv", "login,email\nana,a.lee@example.invalid\n")
    found = collect(course, "moodle", moodle, [local, both], None, None)
    assert (set(found.done), found.notes) == ({"ana"}, [])
    assert set(collect(course, "moodle", moodle, [worksheet], None, None).done) == {"ana"}


def test_two_students_of_one_name_are_not_called_unknown(course, tmp_path):
    names = write(tmp_path / "n.csv", "name,email\nAna Lee,a@example.invalid\nLee Ana,b@example.invalid\n"
                  "Bo Day,bo@example.invalid\n")  # fmt: skip
    path = make_zip(
        tmp_path / "m.zip",
        {f"{who}_assignsubmission_file/sums.ipynb": notebook(course) for who in ("Ana Lee_1", "Bo Day_2")},
    )
    found = collect(course, "moodle", path, [names], None, None)
    assert why(found) == {
        "Ana Lee_1/sums.ipynb": "2 students are called Ana Lee, and no list tells which of them this is"
    }


def test_the_gradebook_knows_students_without_a_roster_and_who_was_taken_out(course, tmp_path):
    with open_gradebook(course) as gradebook:
        gradebook.add_student("ana", lms_user_id="70001")
        gradebook.add_student("ben", first_name="Ben", last_name="Núñez", lms_user_id="70002")
    from autograder.grading.submissions.students import remember_students

    remember_students(course)
    with open_gradebook(course) as gradebook:
        gradebook.remove_student("ana")
    canvas = make_zip(tmp_path / "c.zip", {f"x_7000{n}_{n}_sums.ipynb": notebook(course) for n in (2, 3)})
    assert collect(course, "canvas", canvas, [], None, None).done == {"ben": "new"}
    moodle = make_zip(tmp_path / "m.zip", {"Ben Nunez_9_assignsubmission_file/sums.ipynb": notebook(course)})
    assert collect(course, "moodle", moodle, [], None, None).done == {"ben": "same"}
    people = write(tmp_path / "people.csv", "login,name\nana,A\nBEN,B\ndan,D\n")
    mixed = make_zip(
        tmp_path / "b.zip", {"Ben/sums.ipynb": notebook(course), "dan/sums.ipynb": notebook(course)}
    )
    assert collect(course, "zip", mixed, [people], None, None).done == {"ben": "same", "dan": "new"}
    own = make_zip(
        tmp_path / "z.zip", {"ana/sums.ipynb": notebook(course), "ben/sums.ipynb": notebook(course)}
    )
    assert (
        "ana was taken out of the gradebook, so is not graded"
        in collect(course, "zip", own, [], None, None).notes
    )


@pytest.mark.parametrize(
    ("system", "names", "says"),
    [
        ("canvas", ["leeana_70001_1_sums.ipynb"], "none of the 1 senders in s.zip is known"),
        ("canvas", ["anon_Ab3dE_9_sums.ipynb"], "the assignment is anonymous in Canvas"),
        ("moodle", ["leeana_70001_1_sums.ipynb"], "has no submissions as moodle packs them"),
        ("zip", ["ana/holiday.txt"], "it is unclear of which assignment s.zip is"),
        ("zip", [], "it holds no files"),
    ],
)  # fmt: skip
def test_a_file_that_fits_nothing_changes_nothing(course, tmp_path, system, names, says):
    path = make_zip(tmp_path / "s.zip", dict.fromkeys(names, b""))
    before = files(course.root)
    with pytest.raises(CourseError, match=says):
        collect(course, system, path, [], None, None)
    assert {
        name: data for name, data in files(course.root).items() if not name.endswith("collecting")
    } == before


KILLED = """
import os, sys
from pathlib import Path
from autograder.course import load_course
from autograder.grading.collect.collect import collect
calls = 0
def dying(self, target, real=Path.rename):
    global calls
    calls += 1
    if calls == int(sys.argv[4]):
        os.kill(os.getpid(), 9)
    return real(self, target)
Path.rename = dying
collect(load_course(sys.argv[1]), "canvas", Path(sys.argv[2]), [Path(sys.argv[3])], None, None)
"""


def digest(course: Course) -> str:
    content = files(course.submitted()) | files(course.root / "collected")
    return hashlib.sha256(repr(sorted(content.items())).encode()).hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize("when", [1, 2, 3, 4, 5])
def test_killed_midway_and_run_again_it_is_as_if_nothing_had_happened(
    course, tmp_path, roster, hand_in, when
):
    hand_in("ana")
    hand_in("ben")
    path = make_zip(
        tmp_path / "s.zip",
        {f"x_7000{n}_{n}_sums.ipynb": notebook(course, add=f"# {n}") for n in (1, 2, 3)},
    )
    command = [sys.executable, "-c", KILLED, course.root, path, roster, str(when)]
    ended = subprocess.run(command, env=os.environ, capture_output=True, check=False)
    assert ended.returncode == -9, ended.stderr.decode()
    collect(course, "canvas", path, [roster], None, None)
    resumed = digest(course)
    kept = files(course.root / "collected" / NAME / "earlier")
    assert set(kept) == {"ana/1/sums.ipynb", "ben/1/sums.ipynb"}
    collect(course, "canvas", path, [roster], None, None)
    assert digest(course) == resumed
    assert not list((course.root / "collected" / NAME).glob(".new*"))
