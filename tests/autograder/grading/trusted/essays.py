"""A course whose notebook has a written answer, pictures beside it and one pasted into it."""

from __future__ import annotations

import base64
import io
import shutil
import struct
import zlib
from pathlib import Path

from PIL import Image

from autograder.course import Course, load_course
from autograder.notebooks.files import graded_as, read_notebook, write_notebook
from autograder.notebooks.release import release
from tests.autograder.conftest import SAMPLE

ESSAY = """
# %% [markdown]
# Look at ![the sketch](sketch.png) first.

# %% [markdown] nbgrader={"grade": true, "grade_id": "essay", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# YOUR ANSWER HERE

# %% [markdown]
# ## The end
"""  # noqa: E501


def picture(width: int = 4, height: int = 3) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    return file.getvalue()


def bomb(side: int = 20_000) -> bytes:
    """A PNG of that many pixels a side, in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def make_course(root: Path) -> Course:
    shutil.copytree(SAMPLE, root)
    source = root / "solutions" / "01-sums" / "sums.py"
    source.write_text(source.read_text(encoding="utf-8") + ESSAY, encoding="utf-8")
    (source.parent / "sketch.png").write_bytes(picture(5, 5))
    course = load_course(root)
    release(course, course.assignments[0])
    return course


def hand_in_essay(
    course: Course, student: str, text: str, attached: dict[str, bytes] | None = None, **answers: str
) -> Path:
    """Hand in the released notebook with this essay; returns the folder."""
    notebook = read_notebook(course.releases / "01-sums" / "sums.ipynb")
    for cell in notebook.cells:
        name = graded_as(cell).get("grade_id", "")
        cell.source = answers.get(name, cell.source)
        if name == "essay":
            cell.source = text
            if attached:
                cell.attachments = {
                    name: {"image/png": base64.b64encode(data).decode()} for name, data in attached.items()
                }
    folder = course.submitted(student, "01-sums")
    write_notebook(notebook, folder / "sums.ipynb")
    return folder
