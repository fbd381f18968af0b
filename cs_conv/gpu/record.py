"""The measurements on a GPU that `cs-conv bench --gpu --record` has made; None if there are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "record.json"


def recorded() -> dict[str, Any] | None:
    """Return the record: `about` (GPU, versions, date), `limits` and `rows`; None if there is none yet."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else None
