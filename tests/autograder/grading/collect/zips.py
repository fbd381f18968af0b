"""Zip files as Canvas, Moodle and Gradescope make them, and as nobody should."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from autograder.course import Course

NAME = "01-sums"
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Sums (4711),Current Score
,,,,,Manual Posting,
    Points Possible,,,,,6.00,(read only)
"Lee, Ana",70001,S1,ana,Monday,,
"Núñez, Ben",70002,S2,ben,Monday,EX,
"Sato, Chie",70003,S3,chie,Monday,,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (submission),Last modified (grade)
Participant 4001,Ana Lee,ana@example.invalid,Submitted,,6.00,"Friday, 12 February 2027, 12:00 PM",-
Participant 4002,Ben Núñez,ben@example.invalid,Submitted,,6.00,"Saturday, 13 February 2027, 9:30 AM",-
"""
GRADESCOPE = """\
---
submission_300001:
  :submitters:
  - :name: Ana Lee
    :sid: S1
    :email: ana@example.invalid
  :created_at: 2027-02-12 12:00:00.000000000 Z
  :history: []
submission_300002:
  :submitters:
  - :name: Ben Núñez
    :email: ben@example.invalid
  - :name: Chie Sato
    :email: chie@example.invalid
  :created_at: 2027-02-13 01:30:00.000000000 Z
"""


def notebook(course: Course, **answers: str) -> bytes:
    """The released notebook with these answers by grade_id."""
    found = json.loads((course.releases / NAME / "sums.ipynb").read_text(encoding="utf-8"))
    for cell in found["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade_id") in answers:
            cell["source"] = answers[marks["grade_id"]]
    return json.dumps(found).encode()


def make_zip(path: Path, files: Mapping[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def zipped(files: Mapping[str, bytes]) -> bytes:
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return place.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    info.create_system = 3
    return info


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
