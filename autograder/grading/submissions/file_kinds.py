"""Why a file that is named like a notebook cannot be read as one, in words for its author."""

from __future__ import annotations

import json
import re

_BYTES = [
    (
        b"PK\x03\x04",
        "a ZIP archive (or a file of an office program); unpack it and hand in the notebook in it",
    ),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"%PDF", "a PDF file; hand in the notebook itself"),
    (b"\x1f\x8b", "a gzip archive; unpack it and hand in the notebook in it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it and hand in the notebook in it"),
    (b"Rar!", "a RAR archive; unpack it and hand in the notebook in it"),
    (b"\x89PNG", "a picture (PNG); hand in the notebook itself"),
    (b"\xff\xd8\xff", "a picture (JPEG); hand in the notebook itself"),
    (b"GIF8", "a picture (GIF); hand in the notebook itself"),
    (b"\xd0\xcf\x11\xe0", "a file of an office program; hand in the notebook itself"),
    (b"\x00\x05\x16\x07", "what macOS keeps beside a file (its name began with ._); hand in the file itself"),
    (b"\x80\x04", "a Python pickle; hand in the notebook itself"),
    (b"SQLite format 3", "a database; hand in the notebook itself"),
]
_TEXTS = [
    (r"version https://git-lfs", "a Git LFS pointer, not the file that it stands for; run: git lfs pull"),
    (r"(?i)(<!--.*?-->\s*)?(<!doctype html|<html|<head|<body)",
     "a web page (a login page, or the notebook as HTML); download the .ipynb itself"),
    (r"<\?xml|<svg", "an XML file; hand in the .ipynb itself"),
    (r"\[InternetShortcut\]|\[Desktop Entry\]", "a shortcut to a web page; hand in the .ipynb itself"),
    (r"---\r?\n(?s:.{0,4000}?)jupy?text", "a notebook as text (Jupytext); save it as .ipynb"),
    (r"(?:#!.*python|# %%|#.*coding[:=]|from \w[\w.]* import |import \w|def \w+\(|class \w|\"\"\"|@\w)",
     "a Python file; hand in the notebook (.ipynb)"),
    (r"Traceback \(most recent call last\)", "an error message; hand in the notebook (.ipynb)"),
]  # fmt: skip

_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decoded(data: bytes) -> str:
    """The text of a file. Jupyter writes UTF-8; other tools add byte order marks or use other encodings."""
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("utf-16", "replace") if data[:2] in _MARKS else ""
    sure = encoding.startswith("utf-8") or data[:2] in _MARKS or text.lstrip()[:1] in ("{", "[")
    return text if sure and text else data.decode("latin-1")


def why_not_a_notebook(data: bytes, text: str, error: json.JSONDecodeError) -> str:
    """Why `data`, decoded as `text`, is not a notebook; `error` came from reading it as JSON."""
    start = text.strip("\ufeff\0 \t\r\n")
    if not start:
        return f"the file is empty ({len(data)} bytes, all of them blank)" if data else "the file is empty"
    for beginning, what in _BYTES:
        if data.startswith(beginning):
            return f"it is {what}"
    marker = re.search(r"^<{7}(?:[ \r].*)?$", text, re.MULTILINE)
    if marker and re.search(r"^(=|>){7}(?:[ \r].*)?$", text[marker.end() :], re.MULTILINE):
        line = text.count("\n", 0, marker.start()) + 1
        return f"it has Git's conflict markers, the first in line {line}; choose a version and remove them"
    for pattern, what in _TEXTS:
        if re.match(pattern, start):
            return f"it is {what}"
    if start[0] in "{[":
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            return f"it ends in the middle, in line {text.count(chr(10)) + 1}; save it or upload it again"
        return f"broken JSON in line {error.lineno}: {error.msg}"
    if sum(map(str.isprintable, start[:200])) < 0.8 * len(start[:200]):
        return "it is not text; hand in the notebook (.ipynb)"
    first = "".join(filter(str.isprintable, start.splitlines()[0]))[:40]
    return f"it is text that begins with {first!r}, not a notebook (.ipynb)"
