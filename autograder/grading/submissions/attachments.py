"""Pictures that students paste into a written answer.

JupyterLab stores them in the cell, and the text names them: `![plot](attachment:plot.png)`. If a named
picture is missing, nbconvert stops with an error, and so does formgrader.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import quote

from autograder.grading.submissions.pictures import header, problem_with

Attachments = dict[str, dict[str, str]]
"""Pictures by name: their type and their content in base64, as a notebook has them."""
MOST = 20
"""The most pictures of one cell."""
_GAP = "\u200b"


def attachments_of(cell: dict[str, Any]) -> Attachments:
    """The attachments of a cell; anything malformed is left out."""
    found = cell.get("attachments")
    return {
        name: {kind: text for kind, text in content.items() if isinstance(text, str)}
        for name, content in (found.items() if isinstance(found, dict) else ())
        if isinstance(content, dict) and name
    }


def shown(source: str, attached: Attachments) -> tuple[str, Attachments, list[str]]:
    """The text with its pictures under plain names, those pictures, and why others were left out.

    In the text, names of missing pictures are changed so that nothing looks for them.
    """
    kept: Attachments = {}
    problems = []
    for name, content in attached.items():
        data = _decoded(next(iter(content.values()), ""))
        problem = problem_with(data) if len(kept) < MOST else f"a cell may have {MOST} pictures"
        if problem:
            problems.append(problem)
            continue
        kind = header(data)[0]
        plain = f"picture-{len(kept) + 1}.{kind.removeprefix('image/')}"
        kept[plain] = {kind: base64.b64encode(data).decode()}
        for written in {name, quote(name, errors="replace")}:
            source = re.sub(rf"attachment:{re.escape(written)}(?![\w.-])", f"attachment\0:{plain}", source)
    source = re.sub(r"(?i)\b(attachment)([\s\\]*:)", rf"\1{_GAP}\2", source)
    return source.replace("attachment\0:", "attachment:"), kept, problems


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""
