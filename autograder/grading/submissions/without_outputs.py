"""A notebook file without the outputs that it was saved with: plots can make it larger than anything in it.

Nothing of the outputs is kept while the file is read, and no JSON is built: only the ends of texts and lists
are looked for, so a file that is made to be large costs its bytes and a few seconds.
"""

from __future__ import annotations

import re

MOST_BYTES = 20 << 20
"""Bytes of a notebook without its outputs; a file that has no more is taken as it is."""
MOST_PIECES = 2_000_000
"""Texts and lists that are looked at."""

_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BEGINNING = re.compile(rb'"outputs"\s*+:\s*+\[|' + _TEXT + rb'|"', re.DOTALL)
_WITHIN = re.compile(_TEXT + rb'|"|[\[\]]', re.DOTALL)


def without_outputs(data: bytes) -> bytes:
    """The file, if it is a large one without its outputs; what is no JSON stays as it is."""
    if len(data) <= MOST_BYTES:
        return data
    kept: list[bytes] = []
    begin = deep = at = 0
    for _ in range(MOST_PIECES):
        found = (_WITHIN if deep else _BEGINNING).search(data, at)
        if found is None:
            return data if deep else b"".join([*kept, data[begin:]])
        piece, at = found.group(), found.end()
        if piece == b'"':  # a text that does not end
            return data
        if not deep and piece.endswith(b"["):
            kept.append(data[begin:at])
            deep = 1
        elif deep and piece in (b"[", b"]"):
            deep += 1 if piece == b"[" else -1
            begin = at - 1
    return data
