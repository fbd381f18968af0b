"""Zip files that were made to do harm: they fill no disk, write nothing elsewhere, and stop no class."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.grading.collect.collect import collect
from autograder.grading.collect.file_names import safe_name, safe_path, undone
from tests.autograder.grading.collect.test_collect import files, why
from tests.autograder.grading.collect.zips import NAME, link, make_zip, notebook, write, zipped


def collected(course, path: Path):
    return collect(course, "zip", path, [], "01", None)


def test_nothing_is_written_outside(course, tmp_path):
    outside = files(tmp_path)
    path = make_zip(
        tmp_path / "s.zip",
        {
            "ana/sums.ipynb": notebook(course),
            "ana/../../../evil.txt": "x",
            "ana//etc/passwd": "x",
            "ana/C:\\evil.txt": "x",
            "ana\\..\\..\\evil.txt": "x",
            "../ben/sums.ipynb": "x",
            "/ben/sums.ipynb": "x",
            "ana/d/e/e/p/e/r/t/h/a/n/t/e/n.txt": "x",
        },
    )
    found = collected(course, path)
    assert found.done == {"ana": "new"}
    assert set(files(course.submitted())) == {f"ana/{NAME}/sums.ipynb"}
    elsewhere = {name for name in files(tmp_path) if not name.startswith("course/")}
    assert elsewhere == {name for name in outside if not name.startswith("course/")} | {"s.zip"}
    assert "leads out of its folder" in why(found)["ana/../../../evil.txt"]


def test_links_encrypted_and_damaged_files_are_left_over(course, tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ana/sums.ipynb", notebook(course))
        archive.writestr(link("ana/link.txt"), "/etc/passwd")
        archive.writestr("ana/locked.txt", "secret")
        archive.writestr("ana/broken.txt", "twelve bytes")
    data = path.read_bytes().replace(b"twelve bytes", b"TWELVE BYTES", 1)
    for head, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = (
            data.index(head, data.index(b"ana/locked.txt") - (30 if flags == 6 else 0) - 20)
            if flags == 6
            else (data.rindex(b"ana/locked.txt") - 46)
        )
        data = data[: at + flags] + struct.pack("<H", 1) + data[at + flags + 2 :]
    path.write_bytes(data)
    found = collected(course, path)
    assert set(files(course.submitted())) == {f"ana/{NAME}/sums.ipynb"}
    said = why(found)
    assert said["ana/link.txt"] == "it is a link, and links are not followed"
    assert said["ana/locked.txt"] == "it is encrypted; ask for it without a password"
    assert "damaged" in said["ana/broken.txt"]


@pytest.mark.slow
def test_a_bomb_costs_its_limit_and_no_more(course, tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ana/sums.ipynb", notebook(course))
        for number in range(5):
            archive.writestr(f"ana/bomb{number}.bin", bytes(90 << 20))
        archive.writestr("ben/sums.ipynb", notebook(course))
    tracemalloc.start()  # the process may have held more before
    try:
        found = collected(course, path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.done == {"ana": "new", "ben": "new"}
    assert sum(map(len, files(course.submitted()).values())) < 1 << 20
    assert sum("limit" in text or "MiB" in text for text in why(found).values()) == 5
    aside = sum(path.stat().st_size for path in (course.root / "collected").rglob("*") if path.is_file())
    assert aside <= 200 << 20
    assert peak < 512 << 20


def test_a_size_that_lies_and_a_zip_in_a_zip_in_a_zip(course, tmp_path):
    liar = zipped({"big.bin": bytes(30 << 20)})
    size = struct.pack("<I", 30 << 20)
    path = make_zip(
        tmp_path / "s.zip",
        {
            "ana/sums.zip": zipped({"sums.ipynb": notebook(course), "more.zip": zipped({"x.txt": b"x"})}),
            "ben/sums.zip": liar.replace(size, struct.pack("<I", 10)),
            "chie/sums.zip": b"PK\1\2" * 1000,
            "dan/sums.zip": b"not a zip",
        },
    )
    found = collected(course, path)
    content = files(course.submitted())
    assert f"ana/{NAME}/sums.ipynb" in content
    assert f"ana/{NAME}/more.zip" in content, "unpacked once"
    assert not any(len(data) > 1 << 20 for data in content.values())
    assert why(found)["chie/sums.zip"] == "it was not unpacked: it is a zip file of more than 200 files"
    assert "it is a damaged zip file" in why(found)["dan/sums.zip"]


def test_damage_of_every_kind_of_packing_is_left_over(course, tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ana/sums.ipynb", notebook(course))
        for kind in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            archive.writestr(f"ana/{kind}.txt", "words " * 99, kind)
        starts = [info.header_offset + 30 + len(info.filename) for info in archive.infolist()[1:]]
    data = bytearray(path.read_bytes())
    for at in starts:
        data[at + 4 : at + 24] = b"\xff" * 20
    path.write_bytes(data)
    found = collected(course, path)
    assert set(files(course.submitted())) == {f"ana/{NAME}/sums.ipynb"}
    assert len([said for said in why(found).values() if "damaged" in said]) == 3


def test_a_folder_or_a_sender_with_the_name_of_a_file_of_ours_stops_no_class(course, tmp_path):
    names = {"ana/sums.ipynb": notebook(course), "ana/timestamp.txt/x": "x", "why.txt/sums.ipynb": "{}"}
    people = write(tmp_path / "people.csv", "login,time\nana,2027-02-12 10:00\n")
    found = collect(course, "zip", make_zip(tmp_path / "s.zip", names), [people], "01", None)
    assert found.done == {"ana": "new"}
    assert why(found)["ana/timestamp.txt/x"] == "another file or folder has that name"
    aside = course.root / "collected" / NAME / "left-over"
    assert (aside / "_why.txt" / "sums.ipynb").is_file()
    assert "why.txt is in no roster" in (aside / "why.txt").read_text(encoding="utf-8")


def test_names_that_a_system_forbids_clash_or_lie(course, tmp_path):
    path = tmp_path / "s.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ana/sums.ipynb", notebook(course))
        for name in (
            "aux.txt",
            "a?.txt",
            "end. ",
            "Notes.txt",
            "notes.txt",
            "x",
            "x/y.txt",
            "n" * 300 + ".txt",
        ):
            archive.writestr(f"ana/{name}", name)
        utf8 = zipfile.ZipInfo("ana/XX.txt")
        archive.writestr(utf8, "umlaut")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("ana/x", "again")
    path.write_bytes(path.read_bytes().replace(b"XX.txt", "ü.txt".encode()))
    found = collected(course, path)
    names = {name.removeprefix(f"ana/{NAME}/") for name in files(course.submitted())}
    assert {"_aux.txt", "a_.txt", "end", "Notes.txt", "x", "ü.txt"} <= names
    assert (course.submitted("ana", NAME) / "x").read_bytes() == b"again", "the later of two of one name"
    assert not {"notes.txt", "x/y.txt"} & names
    assert max(map(len, names)) <= 100
    said = why(found)
    assert said["ana/notes.txt"] == said["ana/x/y.txt"] == "another file or folder has that name"
    assert said["ana/aux.txt"] == "it was taken as _aux.txt: some systems forbid its own name"


@pytest.mark.parametrize("data", [b"", b"PK\5\6", b"PK\3\4 nonsense", b"<html>log in first"])
def test_a_file_that_is_no_zip_is_one_sentence(course, tmp_path, data):
    (tmp_path / "s.zip").write_bytes(data)
    with pytest.raises(CourseError, match="cannot be read as a zip file"):
        collected(course, tmp_path / "s.zip")


@pytest.mark.parametrize(
    ("name", "copy"),
    [
        ("sums.ipynb", 0), ("SUMS.IPYNB", 0), ("sums (1).ipynb", 1), ("sums(12).ipynb", 12),
        ("sums-2.ipynb", 2), ("sums-Copy1.ipynb", 1), ("sums - Copy.ipynb", 1),
        ("sums - Kopie (2).ipynb", 2), ("Copy of sums.ipynb", 1),
        ("sums_attempt3.ipynb", 3), ("sums_late.ipynb", 1), ("LATE_sums.ipynb", 1), ("sums.ipynb.txt", 0),
        ("sums.ipynb.json", 0), ("hw/sums_final.ipynb", 1), ("sums-1 (1).ipynb", 1),
    ],
)  # fmt: skip
def test_what_is_added_to_a_name_is_taken_off(name, copy):
    found = undone(name, frozenset(["sums"]))
    assert found is not None
    assert (found.name, found.copy) == ("sums", copy)


@pytest.mark.parametrize("name", ["summary.ipynb", "sums2.ipynb", "mysums.ipynb", ".ipynb", "(1).ipynb"])
def test_other_names_stay_other_names(name):
    assert undone(name, frozenset(["sums"])) is None


@pytest.mark.parametrize(
    "name", ["CON", "nul.tar.gz", "a:b", "x\u202etxt.exe", "..", "-rf", "é" * 200, "\ud800"]
)
def test_every_safe_name_is_plain(name):
    plain = safe_name(name)
    assert plain
    assert safe_name(plain) == plain
    assert safe_path(f"a/{plain}") == f"a/{plain}"
    assert len(plain.encode()) <= 200
