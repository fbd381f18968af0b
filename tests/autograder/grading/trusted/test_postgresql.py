"""The same tests on PostgreSQL as on SQLite: a server of our own in a temporary folder, on a socket there."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from autograder.course import Course, load_course
from autograder.grading.gradebook.open import gradebook_address
from autograder.grading.results import Status
from autograder.grading.trusted import TrustedEngine
from autograder.notebooks.release import release
from tests.autograder.conftest import RIGHT, SAMPLE, HandIn, submissions
from tests.needs import postgresql

from .test_again import (  # noqa: F401  (likewise, with its own course for `written`)
    test_a_cell_changes_while_a_student_is_taken_out,
    test_a_test_that_is_added_mended_or_dropped_asks_nobody_again,
    test_points_by_hand_are_done_until_their_own_answer_changes,
    test_who_is_brought_back_has_the_points_that_must_not_fall,
    test_who_is_taken_out_and_brought_back_has_what_people_gave,
    written,
)
from .test_engine import (  # noqa: F401  (collected here once more, with this module's `course`)
    KINDS,
    grade,
    rows,
    test_a_class_is_graded,
    test_a_notebook_that_went_away_leaves_no_grade_behind,
    test_a_second_run_computes_nothing_and_changes_nothing,
    test_killed_anywhere_it_goes_on,
    test_late_penalties_are_nbgraders,
    test_what_people_wrote_survives,
)

pytestmark = [pytest.mark.slow, pytest.mark.sandbox, pytest.mark.postgresql]


@dataclass
class Server:
    """A running server; its data and its socket are in `folder`."""

    folder: Path
    programs: Path
    who: dict[str, Any]

    def run(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, as the user who owns the data."""
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True, capture_output=True, cwd=self.folder, **self.who,
        )  # fmt: skip

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off"
        self.run(
            "pg_ctl", "start", "-w", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-o", options
        )

    def stop(self) -> None:
        """Stop at once; whoever is connected is cut off."""
        self.run("pg_ctl", "stop", "-w", "-D", f"{self.folder}/data", "-m", "immediate")

    def address(self, name: str) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg2://grader@/{name}?host={self.folder}"

    def sql(self, text: str) -> None:
        """Something that is no part of a transaction."""
        self.run("psql", "-q", "-h", str(self.folder), "-U", "grader", "-d", "postgres", "-c", text)


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    programs = postgresql()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="cs-conv-postgresql-"))
    found = Server(folder, programs, _unprivileged())
    try:
        if found.who:
            os.chown(folder, found.who["user"], found.who["group"])
        found.run("initdb", "-D", f"{folder}/data", "-U", "grader", "-A", "trust", "-E", "UTF8", "--no-sync")
        found.start()
        yield found
        found.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _course(root: Path, address: str) -> Course:
    with (root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(f"\nget_config().CourseDirectory.db_url = {address!r}\n")
    return load_course(root)


@pytest.fixture(scope="module")
def released(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample course, released into a database that is copied for each test."""
    root = tmp_path_factory.mktemp("released") / "course"
    shutil.copytree(SAMPLE, root)
    server.sql("CREATE DATABASE released")
    course = _course(root, server.address("released"))
    release(course, course.assignments[0])
    assert not course.gradebook.exists()
    return root


@pytest.fixture
def course(tmp_path: Path, released: Path, server: Server, request: pytest.FixtureRequest) -> Course:
    name = f"db{abs(hash(request.node.name))}"
    server.sql(f"CREATE DATABASE {name} TEMPLATE released")
    shutil.copytree(released, tmp_path / "course")
    return _course(tmp_path / "course", server.address(name))


def test_who_does_not_own_nbgraders_tables_grades_without_our_indexes(
    course: Course, hand_in: HandIn, server: Server
) -> None:
    hand_in("ann", **RIGHT)
    address = gradebook_address(course)
    engine = create_engine(address)
    with engine.begin() as connection:
        for name in ("base_cell", "comment", "grade", "submitted_assignment", "submitted_notebook"):
            connection.execute(text(f"DROP INDEX cs_conv_{name}"))
        connection.execute(text("CREATE ROLE other LOGIN"))
        connection.execute(text("GRANT ALL ON SCHEMA public TO other"))
        connection.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO other"))
    engine.dispose()
    other = _course(course.root, address.replace("grader@", "other@"))
    assert grade(other, "ann")["ann"].score == 6


def test_a_database_that_is_away_for_a_while_costs_nothing(
    course: Course, hand_in: HandIn, server: Server
) -> None:
    for student, answers in KINDS.items():
        hand_in(student, **answers)
    back = None
    results = {}
    for result in TrustedEngine(workers=2).grade(course, submissions(*KINDS)):
        results[result.student] = result
        if back is None:
            server.stop()
            back = threading.Thread(target=lambda: (time.sleep(1), server.start()))
            back.start()
    assert back is not None
    back.join()
    assert {name: result.score for name, result in results.items()} == {
        "right": 6, "half": 3, "blank": 0, "wrong": 0, "broken": 5, "noisy": 6, "own": 6,
    }  # fmt: skip


def test_a_database_that_stays_away_changes_nothing(
    course: Course, hand_in: HandIn, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.grading.trusted import engine as engine_module

    monkeypatch.setattr(engine_module, "WAITS", (0.05,))
    for student in ("ann", "ben"):
        hand_in(student, **RIGHT)
    seen = []
    try:
        for result in TrustedEngine(workers=1).grade(course, submissions("ann", "ben")):
            seen.append((result.status, result.score))
            if len(seen) == 1:
                server.stop()
    finally:
        server.start()
    assert seen == [(Status.GRADED, 6), (Status.NOT_GRADED, None)]
    assert {name: result.score for name, result in grade(course, "ann", "ben").items()} == {
        "ann": 6,
        "ben": 6,
    }
    assert [row for row in rows(course) if row[0] == "ben"]
