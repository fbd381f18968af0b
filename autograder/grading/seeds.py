"""The seeds that a class is graded with: different for every student, the same each time, not to be guessed.

The public seed of the notebooks could be learnt by heart. Here the cases come from HMAC(secret, student
and assignment), where the secret is the instructor's and lies in a file that git never sees.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from autograder.course import Course, CourseError

SEED_VARIABLE = "CS_CONV_SEED"


def secret_file(course: Course) -> Path:
    """Where the course's secret lies."""
    return course.root / ".cs-conv" / "secret"


def read_secret(course: Course) -> bytes:
    """The course's secret; made on first use, readable by its owner alone, in a folder that git ignores."""
    path = secret_file(course)
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(secrets.token_hex(32) + "\n")
        except FileExistsError:
            pass  # another process was faster; its secret is as good
    try:
        secret = bytes.fromhex(path.read_text(encoding="utf-8"))
    except ValueError:
        secret = b""
    if len(secret) < 16:
        raise CourseError(
            f"{path} holds no secret; delete it to have a new one made (grading seeds then change)"
        )
    return secret


def seed_for(secret: bytes, student: str, assignment: str) -> int:
    """A seed of 63 bits for one student's assignment."""
    message = b"\0".join([b"cs-conv seed 1", student.encode(), assignment.encode()])
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:8], "big") >> 1
