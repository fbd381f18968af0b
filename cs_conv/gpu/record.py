"""What was measured on a GPU, by `cs-conv bench --gpu --record`; None while nothing was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "record.json"


def recorded() -> dict[str, Any] | None:
    """The record: `about` (GPU, versions, date), `limits` and `rows`. None where there is none yet."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else None
