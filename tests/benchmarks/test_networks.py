"""The benchmarks of whole networks run at a tiny size and write what they measured."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]


def rows_of(folder: Path, benchmark: str, *options: str) -> tuple[list[dict], str]:
    files = ("--json", str(folder / "rows.json"), "--markdown", str(folder / "table.md"))
    command = [sys.executable, "-m", f"benchmarks.{benchmark}", *options, *files]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return json.loads((folder / "rows.json").read_text()), (folder / "table.md").read_text()


def test_every_network_trains_for_two_batches(tmp_path):
    rows, table = rows_of(tmp_path, "training", "--images", "60")
    ours = [row for row in rows if row["variant"] == "cs_conv"]
    assert [row["network"] for row in ours] == ["LeNet-5", "small ResNet", "small VGG"]
    assert [row["parameters"] for row in ours] == [61_706, 77_754, 474_618]
    assert all(len(row["losses"]) == 2 and np.isfinite(row["losses"]).all() for row in ours)
    assert all(len(row["seconds"]) == 1 and 0 <= row["accuracy"] <= 1 for row in ours)
    assert table.count("\n") == 2 + len(rows)


def test_one_image_goes_forward(tmp_path):
    rows, table = rows_of(tmp_path, "one_image", "--network", "LeNet-5", "--turns", "2")
    assert rows[0]["variant"] == "cs_conv"
    assert all(len(row["seconds"]) == 2 and row["error"] < 1e-5 for row in rows)
    assert "LeNet-5" in table
