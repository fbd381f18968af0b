"""The files that live parts load: whole, small, and without what is large for everybody."""

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder.site.front import backward_part, forward_part
from autograder.site.live_files import LARGE, LIVE, archive, with_imports, write_live
from cs_conv.live.trainer import start

DRAWS = """\
import sys
sys.path.insert(0, {archive!r})
from autograder.site.functions import Part
import cs_conv
from cs_conv.live.window import start
assert cs_conv.__file__.startswith({archive!r}), cs_conv.__file__
assert "error" not in Part("window", ["conv_forward"]).picture(start())[0]
assert not {{"matplotlib", "anywidget", "nbformat", "typer"}} & set(sys.modules), sorted(sys.modules)
"""


@pytest.fixture(scope="module")
def packed() -> bytes:
    return archive()


def test_what_a_script_imports_is_found_with_it_and_once(tmp_path):
    (tmp_path / "a.mjs").write_text('import { b } from "./b.mjs";\nexport { c } from "./c.mjs";\n')
    (tmp_path / "b.mjs").write_text('import {\n  c,\n} from "./c.mjs";\n')
    (tmp_path / "c.mjs").write_text('import { a } from "./a.mjs";\n')
    found = with_imports([tmp_path / "a.mjs", tmp_path / "style.css"])
    assert [path.name for path in found] == ["a.mjs", "style.css", "b.mjs", "c.mjs"]


def test_what_runs_in_a_browser_needs_numpy_alone(packed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "course.zip"
    path.write_bytes(packed)
    script = DRAWS.format(archive=str(path))
    ran = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_the_archive_is_the_same_each_time_and_has_no_answers_of_notebooks(packed: bytes) -> None:
    assert archive() == packed
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert not [
        name for name in names if name.startswith(("solutions/", "assignments/")) or "shipped" in name
    ]
    assert not [name for name in names if Path(name).name in LARGE]
    assert len(packed) < 2_000_000


def test_a_site_without_pyodide_names_its_server_and_one_with_it_does_not(tmp_path: Path) -> None:
    write_live(tmp_path / "a", None)
    about = json.loads((tmp_path / "a" / "live" / "python.json").read_text())
    assert about["pyodide"].startswith("https://cdn.jsdelivr.net/pyodide/v0.")
    assert (tmp_path / "a" / "live" / about["course"]).is_file()
    pyodide = tmp_path / "pyodide"
    pyodide.mkdir()
    (pyodide / "pyodide.mjs").write_text("export {};")
    write_live(tmp_path / "b", pyodide)
    about = json.loads((tmp_path / "b" / "live" / "python.json").read_text())
    assert about["pyodide"] == "../pyodide/"
    for name in ("a", "b"):
        worker = (tmp_path / name / "sw.js").read_text()
        assert "{{" not in worker
        assert ("cdn.jsdelivr.net" in worker) == (name == "a")


def test_python_is_kept_under_another_name_if_its_lock_file_is_another(tmp_path: Path) -> None:
    """A kept NumPy whose hash is not that of the lock file would not be loaded."""
    names = []
    for lock in ("first", "second", "second"):
        site = tmp_path / str(len(names))
        (site / "pyodide").mkdir(parents=True)
        (site / "pyodide" / "pyodide-lock.json").write_text(lock)
        write_live(site, None)
        (name,) = re.findall(r"}(python [\w. ]+)`", (site / "sw.js").read_text())
        names.append(name)
    assert names[0] != names[1] == names[2]


def test_code_that_is_edited_is_used_by_a_training_that_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """What worker.mjs runs: training keeps the functions with which it began."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    space: dict[str, Any] = {}
    exec((LIVE / "worker.mjs").read_text(encoding="utf-8").split("`")[1], space)
    state = start("INPUT -> CONV(2) -> FC", batch=1, own=True)
    typed = "def conv_forward(x, w, b, stride=1, pad=0):\n    raise ValueError('{}')\n"
    names = '["conv_forward", "conv_backward"]'
    for step, word in enumerate(("first", "second")):
        assert space["define"](1, "trainer", names, "", typed.format(word)) == ""
        for single in (step, step + 1):  # the button "one step" counts how often it was pressed
            header, _, _ = space["picture"](1, json.dumps(state | {"single": single}))
        assert f"ValueError at step 1: {word}" in json.loads(header)["texts"]["stopped"]
    space["define"](1, "trainer", names, "", "")
    assert space["parts"][1].functions.typed == {}


def test_the_first_pages_pictures_are_recorded_and_right(tmp_path: Path) -> None:
    """Outputs of the notes' example: 1 1 -5 ...; the messages end in the right gradient."""
    import base64

    import numpy as np

    for part in (forward_part(), backward_part()):
        part.html(tmp_path, "")
    kept = {path.stem.partition("-")[0]: json.loads(path.read_text()) for path in tmp_path.glob("*.json")}
    window, messages = kept["window"], kept["messages"]
    assert len(window["recorded"]["values"]) == len(window["recorded"]["frames"]) == 18
    out = np.frombuffer(base64.b64decode(window["recorded"]["frames"][7]["data"]), count=18)
    assert out.tolist() == [1, 1, -5, 6, 2, -4, 2, 4, -3, -2, -3, 3, 7, -7, 2, 0, 2, 0]
    assert messages["follows"]
    assert len(messages["recorded"]["frames"]) == 10
    last = np.frombuffer(base64.b64decode(messages["recorded"]["frames"][-1]["data"]))
    assert last[9:34].tolist() == last[34:59].tolist()
