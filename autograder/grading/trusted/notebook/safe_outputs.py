"""Outputs and prose that are safe to show: text and PNG pictures that cannot do anything in a browser."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.grading.submissions.pictures import problem_with
from autograder.grading.trusted.notebook.step import Step
from autograder.grading.trusted.notebook.template import Template

# Control characters, and those that turn the direction of writing and so hide what is there.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")
MOST_OUTPUTS, MOST_PNG = 200, 500_000
_PNG = b"\x89PNG\r\n\x1a\n"


def inert(text: str) -> str:
    """Prose without tags, entities and links that run a script.

    An invisible character breaks each of them, so the text looks the same.
    """
    gap = "\u200b"
    text = _CONTROL.sub("", text)
    text = re.sub(r"<(?=[A-Za-z/!?])", "<" + gap, text)
    text = re.sub(r"&(?=#|colon;|Tab;|NewLine;)", "&" + gap, text)
    return re.sub(r"(?i)\b((?:java|vb|live)\s*script|data|file)([\s\\]*:)", rf"\1{gap}\2", text)


def printable(text: str, most: int) -> str:
    """Text without control characters, of at most `most` characters."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.encode("utf-8", "replace").decode() if len(text) <= most else text[:most] + "\n..."


def failure(name: str, text: str) -> dict[str, Any]:
    """An output that says why a cell was not run, or lost its process."""
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}


def printed(text: str) -> dict[str, Any]:
    """An output with text, as if the test had printed it."""
    return {"output_type": "stream", "name": "stdout", "text": text}


def student_error(kinds: tuple[str, ...], message: str, trace: str) -> dict[str, Any]:
    """An output with the error of a student's cell, as text."""
    return {
        "output_type": "error",
        "ename": printable(kinds[0] if kinds else "Exception", 100),
        "evalue": printable(message, 2000),
        "traceback": printable(trace, 20_000).split("\n"),
    }


def student_outputs(outputs: list[Any], most: int) -> list[dict[str, Any]]:
    """The outputs of a student's cell, as text and PNG pictures only. What is left out is named."""
    kept: list[dict[str, Any]] = []
    for number, output in enumerate(outputs):
        if most <= 0 or number >= MOST_OUTPUTS:
            kept.append(_shown(f"(further output is not kept: {len(outputs) - number} more)"))
            break
        kind, text, png = (
            output.get(key) if type(output) is dict else None for key in ("kind", "text", "png")
        )
        if type(kind) is not str:
            continue
        if kind in ("stdout", "stderr", "value") and type(text) is str:
            text = printable(text, most)
            most -= len(text)
            is_value = kind == "value"
            kept.append(_shown(text) if is_value else {"output_type": "stream", "name": kind, "text": text})
        elif type(kind) is str and kind == "figure" and type(png) is bytes:
            kept.append(_picture(png))
    return kept


def _shown(text: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}


def _picture(png: bytes) -> dict[str, Any]:
    problem = problem_with(png) if png.startswith(_PNG) else "it is not a PNG picture"
    if problem or len(png) >= MOST_PNG:
        return _shown(f"(a picture is not kept: {problem or f'it has {len(png) // 1000} kB'})")
    data = {"image/png": base64.b64encode(png).decode()}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def capped(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The outputs of a test, without control characters and not too long.

    Whatever they hold of the student's is text.
    """
    for output in outputs:
        if output["output_type"] == "stream":
            output["text"] = printable(output["text"], 100_000)
        else:
            text = output["data"].get("text/plain")
            if type(text) is str:
                output["data"]["text/plain"] = printable(text, 100_000)
    return outputs[:200]


def valid(output: dict[str, Any]) -> dict[str, Any]:
    """The output with texts that can all be encoded, as nbformat requires."""
    return dict(json.loads(json.dumps(output, ensure_ascii=False).encode("utf-8", "replace")))


def document(
    template: Template, steps: Sequence[Step], outputs: Mapping[int, list[dict[str, Any]]]
) -> dict[str, Any]:
    """The executed notebook, in nbformat 4."""
    cells = []
    for number, step in enumerate(steps):
        known = step.template
        source = step.source.encode("utf-8", "replace").decode()
        kind = step.cell_type
        if known is None or (known.cell_type == "markdown" and known.role in ("written", "task", "text")):
            if kind == "raw":
                kind = "markdown"
            if kind == "markdown" and (known is None or step.source != known.source):
                source = inert(source)
        cell: dict[str, Any] = {
            "cell_type": kind,
            "id": known.id if known and known.id else f"cell-{number}",
            "metadata": dict(known.metadata) if known else {},
            "source": source,
        }
        if step.attachments and kind == "markdown":
            cell["attachments"] = step.attachments
        if kind == "code":
            cell["execution_count"] = number + 1 if step.inside or step.outside else None
            cell["outputs"] = [valid(output) for output in outputs.get(number, [])]
        cells.append(cell)
    return {"cells": cells, "metadata": template.metadata, "nbformat": 4, "nbformat_minor": 5}
