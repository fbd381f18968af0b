"""CSV files as systems and spreadsheets write them: commas or semicolons, any encoding, `="text"` cells."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from autograder.course import CourseError

MOST_BYTES = 50 << 20


def read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    """The heading and the rows, each as long as the heading; blank rows are left out. Raises CourseError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise CourseError(f"{path} has {len(data) >> 20} MiB; that is not a list of students")
    if data.startswith(b"PK"):
        raise CourseError(f"{path} is a spreadsheet (or a zip file); save it as CSV and name that file")
    text = _decoded(data)
    csv.field_size_limit(MOST_BYTES)  # Moodle's worksheet may have whole essays as cells
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise CourseError(f"{path} cannot be read as CSV: {error}") from None
    rows = [[_plain(cell) for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if not rows or "\0" in text:
        raise CourseError(f"{path} cannot be read as CSV: it {'holds no text' if rows else 'is empty'}")
    head = rows[0]
    return head, [(row + [""] * len(head))[: len(head)] for row in rows[1:]]


def _decoded(data: bytes) -> str:
    """The text: UTF-8, UTF-16 with its mark (Excel's "Unicode text"), else Windows' Latin letters."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """The separator that the first line has most of, outside quotes."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").partition("\n")[0])
    return max(",;\t", key=first.count)


def _plain(cell: str) -> str:
    """The text of a cell: Canvas and Excel write `="007"` for text that looks like a number or a formula."""
    found = re.fullmatch(r'="(.*)"', cell.strip(), re.DOTALL)
    return (found[1] if found else cell).strip()
