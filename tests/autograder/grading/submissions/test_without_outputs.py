"""Plots that were saved in a notebook cost it nothing, however large they make the file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autograder.grading.submissions.cells import Unreadable, read
from autograder.grading.submissions.intake import MOST_FILE, read_notebook_file
from autograder.grading.submissions.without_outputs import MOST_BYTES, without_outputs

PLOT = "iVBORw0KGgo" * (1 << 20)


def notebook(*cells: Any) -> bytes:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


def cell(source: str, *outputs: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": outputs, "source": source, "id": "a"}


def plot(data: str = PLOT) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "data": {"image/png": data, "text/plain": ['"]', "[\\"]},
        "metadata": {},
    }


def test_the_cells_of_a_file_with_large_plots_are_read() -> None:
    sources = ['x = ["outputs", [1]]\n"outputs": [3]', "y = '\\\\\"'", "z = 1"]
    data = notebook(
        cell(sources[0], plot(), plot()), cell(sources[1], plot(), {"text": [[["]"]]]}), cell(sources[2])
    )
    assert len(data) > 21 << 20
    assert [each.source for each in read(data)] == sources
    assert len(without_outputs(data)) < 2000
    assert json.loads(without_outputs(data))["cells"][0]["outputs"] == []


def test_a_small_file_stays_as_it_is() -> None:
    data = notebook(cell("x = 1", plot("small")))
    assert without_outputs(data) is data


def test_a_notebook_may_have_more_bytes_than_other_files(tmp_path: Any) -> None:
    data = notebook(cell("x = 1", *[plot()] * 3))
    assert len(data) > MOST_FILE
    (tmp_path / "a.ipynb").write_bytes(data)
    assert read_notebook_file(tmp_path / "a.ipynb") == data


def test_what_is_large_without_its_outputs_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"2. MiB without its outputs; the limit is 20 MiB"):
        read(notebook(cell(PLOT + PLOT, plot())))


@pytest.mark.parametrize(
    "piece",
    [b"[", b"]", b'"', b'\\"', b'""', b'"outputs": [', b'{"outputs": []}', b"\x00", b'"outputs"   ', b"\\"],
)
def test_whatever_a_large_file_holds_it_is_refused(piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these is a case in which looking for an end could begin anew at each byte."""
    monkeypatch.setattr("autograder.grading.submissions.without_outputs.MOST_PIECES", 20_000)
    data = piece * ((MOST_BYTES + (1 << 20)) // len(piece))
    for each in (data, b'{"cells": [{"outputs": [' + data, b'"' + data):
        with pytest.raises(Unreadable):
            read(each)
