"""Which of the students' pictures are safe to show, judged by their headers alone.

A picture of 20,000 by 20,000 pixels can be a small file, but takes a gigabyte of a browser's memory.
"""

from __future__ import annotations

import io
import warnings

MOST_PIXELS = 8_000_000
MOST_BYTES = 4 << 20
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
"""The types that pages show. Browsers would open other types as well."""
_ALL = (*TYPES, "BMP", "ICO", "AVIF")
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"\0\0\1\0", b"\0\0\2\0")
_ENDLESS = 1 << 62


def header(data: bytes) -> tuple[str, int]:
    """The type of a picture ("" if it is not one) and its number of pixels, without decoding it.

    If the header cannot be read, the number is huge.
    """
    sure = data.startswith(_BEGINNINGS[:3]) or data[4:8] == b"ftyp"
    if not sure and not data.startswith(_BEGINNINGS):
        return "", 0
    from PIL import Image  # slow to import, and few cells hold pictures

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_ALL) as picture:
                kind = str(picture.format)
                return TYPES.get(kind, f"image/{kind.lower()}"), picture.width * picture.height
    except Exception:  # hostile headers fail in many ways
        return ("image/unknown", _ENDLESS) if sure else ("", 0)


def problem_with(data: bytes) -> str:
    """Why a page does not show this picture; "" if it does."""
    kind, _ = header(data)
    if kind not in TYPES.values() and too_large(data) == "":
        return f"it is not a picture of the types {', '.join(TYPES)}"
    if len(data) > MOST_BYTES:
        return f"it has {len(data) / 2**20:.1f} MiB; the limit is {MOST_BYTES >> 20} MiB"
    return too_large(data)


def too_large(data: bytes) -> str:
    """Why a browser must not open this picture; "" if it may, or if it is not a picture."""
    _, pixels = header(data)
    if pixels == _ENDLESS:
        return "its header cannot be read, or promises far too many pixels"
    if pixels > MOST_PIXELS:
        return f"it has {pixels / 1e6:.0f} million pixels; the limit is {MOST_PIXELS // 10**6} million"
    return ""
