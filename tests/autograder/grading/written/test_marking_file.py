"""The file for points and comments: nothing of an answer is read back, and mistakes have their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course import Assignment, CourseError, strict_yaml
from autograder.grading.written.answers import Answer, Question
from autograder.grading.written.marking_file import marking_file, quoted, read_marks
from autograder.grading.written.record_marks import compare

ASSIGNMENT = Assignment(name="01-sums", title="Sums", notebooks={"sums": None})
EVIL = [
    '"\\ : # - [x] \u2028 \x07 \ud800 {ana: 1}\n  - students:\n      "ana": v1\n    points: 4\n...\n---\n',
    "",
    "a\tb\r\nc\x85d",
    "'''\n```\n%YAML 1.2",
    "\ufeff#",
    "x" * 5000,
    "&a *a !!python/object",
]


def question(*texts: str, points: float | None = None, comment: str = "") -> Question:
    answers = [
        Answer(f"student {n}", text, (), points, comment, points is None, str(n))
        for n, text in enumerate(texts)
    ]
    return Question("sums", "essay", 4, False, "Why?", "YOUR ANSWER HERE", answers)


def read(path: Path, text: str):
    path.write_bytes(text.encode("utf-8", "replace"))
    return read_marks(path, ASSIGNMENT)


def test_no_answer_becomes_part_of_the_file(tmp_path):
    asked = question(*EVIL)
    judged = read(tmp_path / "marks.yml", marking_file(ASSIGNMENT, [asked], {}))
    assert {j.student for j in judged.values()} == {f"student {n}" for n in range(len(EVIL))}
    assert {(j.points, j.comment) for j in judged.values()} == {(None, None)}
    assert compare([asked], judged).changes == []


@pytest.mark.parametrize("comment", ["plain", *EVIL])
def test_a_file_that_nobody_edited_changes_nothing(tmp_path, comment):
    comment = comment.encode("utf-8", "replace").decode().strip()
    asked = question("one", "two", points=2.5, comment=comment)
    found = compare([asked], read(tmp_path / "marks.yml", marking_file(ASSIGNMENT, [asked], {})))
    assert (found.changes, found.stale, found.gone) == ([], [], [])


@pytest.mark.parametrize(("points", "comment"), [(10 / 3, "a third"), (2.5, "  blanks around\n")])
def test_long_numbers_and_blanks_around_a_comment_change_nothing(tmp_path, points, comment):
    asked = question("one", points=points, comment=comment)
    found = compare([asked], read(tmp_path / "marks.yml", marking_file(ASSIGNMENT, [asked], {})))
    assert (found.changes, found.stale, found.gone) == ([], [], [])


def test_points_of_a_rubric_are_added_up_as_a_person_does(tmp_path):
    rubric = ASSIGNMENT.model_copy(update={"rubrics": {"essay": {"border": 0.1, "example": 0.2}}})
    text = marking_file(rubric, [question("one")], {}).replace("meets:", "meets: [border, example]")
    (found,) = read(tmp_path / "marks.yml", text.replace("points:", "points: 0.3")).values()
    assert found.points == 0.3


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_quoted_text_is_read_back_exactly(text):
    assert strict_yaml.read(f"key: {quoted(text)}")[1] == {"key": text}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("points:", "points: 5", "5 points, but essay gives 0 to 4"),
        ("points:", "points: -1", "-1 points, but essay gives 0 to 4"),
        ("points:", "points: many", "must be a number of points, not 'many'"),
        ("points:", "points: .nan", "finite number"),
        ("points:", "pionts: 3", "is not known here"),
        ("points:", "meets: [the border]", "'the border' is not in the rubric; it has nothing"),
        ('"student 1": v', '"student 0": v', "student 0 is in two groups of essay"),
        ('assignment: "01-sums"', "assignment: 02", "the file is for 02, not for 01-sums"),
        ("questions:", "questions: [", "look at the indentation"),
    ],
)
def test_a_mistake_in_the_file_is_said_with_its_line(tmp_path, old, new, says):
    text = marking_file(ASSIGNMENT, [question("one", "two")], {})
    assert old in text
    with pytest.raises(CourseError, match=r"marks\.yml, line \d+: .*") as found:
        read(tmp_path / "marks.yml", text.replace(old, new, 1))
    assert says in str(found.value)


def test_points_by_a_rubric_and_points_that_contradict_it(tmp_path):
    rubric = ASSIGNMENT.model_copy(
        update={"rubrics": {"essay": {"border": 3, "example": 1, "wrong sign": -1}}}
    )
    text = marking_file(rubric, [question("one")], {})
    filled = text.replace("meets:", "meets: [border, wrong sign]")
    (found,) = read(tmp_path / "marks.yml", filled).values()
    assert (found.points, found.comment) == (2, "border: 3 of 3\nexample: 0 of 1\nwrong sign: -1")
    with pytest.raises(
        CourseError, match="points is 4, but the lines of the rubric give 2; keep one of them"
    ):
        read(tmp_path / "marks.yml", filled.replace("points:", "points: 4"))
    (nothing,) = read(tmp_path / "marks.yml", text.replace("meets:", "meets: []")).values()
    assert nothing.points == 0
    with pytest.raises(CourseError, match="-1 points, but essay gives 0 to 4"):
        read(tmp_path / "marks.yml", text.replace("meets:", "meets: [wrong sign]"))
