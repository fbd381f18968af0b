"""Runs at Gradescope: finds the result of a submission that was graded elsewhere, and runs nothing of it."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any


def main(place: Path) -> int:
    """Write results/results.json in `place`; returns 1 and writes nothing if it was not graded."""
    known = json.loads((place / "source" / "results.json").read_text(encoding="utf-8"))
    facts = json.loads((place / "submission_metadata.json").read_text(encoding="utf-8"))
    emails = {str(user.get("email", "")).casefold() for user in facts.get("users", [])}
    found = [one for one in known if set(one["files"]) <= _digests(place / "submission")]
    mine = [one for one in found if emails & set(one["emails"])]
    nobody = [one for one in found if not one["emails"]]
    results: list[Any] = [one["result"] for one in mine or nobody]
    if not results or any(result != results[0] for result in results):
        print("This version was not graded. The last one that was keeps its points; ask your instructor.")
        return 1
    out = place / "results" / "results.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results[0]), encoding="utf-8")
    return 0


def _digests(folder: Path) -> set[str]:
    plain = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in plain}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder")))
