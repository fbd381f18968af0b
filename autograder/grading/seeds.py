"""The seeds for grading a class: nobody can guess them, each submission has its own, and it never changes.

An answer could be written for the public seed of the notebooks, or for a seed that feedback has shown. So a
seed is HMAC(secret, student, assignment and every byte that was handed in). Feedback can show it, so that a
failure can be repeated, because no other submission gets the same seed. The secret is the instructor's and
lies in a file that git ignores.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from autograder.course import Course, CourseError

SEED_VARIABLE = "CS_CONV_SEED"


def secret_file(course: Course) -> Path:
    """The file with the course's secret."""
    return course.root / ".cs-conv" / "secret"


def read_secret(course: Course) -> bytes:
    """The course's secret. It is made on first use, and only its owner can read it. Raises CourseError."""
    path = secret_file(course)
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        (path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(secrets.token_hex(32) + "\n")
        except FileExistsError:
            pass  # another process made one first
    try:
        secret = bytes.fromhex(path.read_text(encoding="utf-8"))
    except ValueError:
        secret = b""
    if len(secret) < 16:
        raise CourseError(
            f"{path} holds no secret; delete it to have a new one made (grading seeds then change)"
        )
    return secret


def seed_for(
    secret: bytes,
    student: str,
    assignment: str,
    notebook: bytes = b"",
    files: Mapping[str, bytes] | None = None,
) -> int:
    """A seed of 63 bits for what one student handed in for an assignment."""
    parts = [b"cs-conv seed 2", student.encode(), assignment.encode(), notebook]
    for name, content in sorted((files or {}).items()):
        parts += [name.encode("utf-8", "surrogateescape"), content]
    message = b"".join(hashlib.sha256(part).digest() for part in parts)
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:8], "big") >> 1
