"""What live parts load: components, the course's own Python, its data, Pyodide, and the service worker."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import autograder
from autograder.site.live_parts import DATA
from autograder.site.pyodide import LOCK, version
from autograder.site.wheels import WHEN
from cs_conv import data
from cs_conv.live.component import MODULES

LIVE = Path(__file__).with_name("live")
CDN = "https://cdn.jsdelivr.net/pyodide/v{}/full/"
IN_BROWSER = (
    *("cs_conv/**/*", "autograder/__init__.py", "autograder/checks/**/*", "autograder/exercises/**/*"),
    *("autograder/site/__init__.py", "autograder/site/functions.py"),
)
"""What of the course runs in a reader's browser."""
_IMPORT = re.compile(r'^(?:import|export) [^;]*?from "(\./[^"]+)";$', re.MULTILINE)
LARGE = {name for names in DATA.values() for name in names}


def write_live(site: Path, pyodide: Path | None) -> None:
    """Write all of it into the folder `site`; without `pyodide`, Pyodide's own server is named."""
    live = site / "live"
    for folder, to in ((LIVE, live), (MODULES, live / "modules")):
        to.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.mjs"):
            shutil.copyfile(path, to / path.name)
    (live / "data").mkdir()
    for name in LARGE:
        shutil.copyfile(Path(data.__file__).with_name(name), live / "data" / name)
    course = archive()
    name = f"course-{sha256(course).hexdigest()[:10]}.zip"
    (live / name).write_bytes(course)
    about: dict[str, object] = {"pyodide": CDN.format(version()), "course": name}
    if pyodide is not None:
        shutil.copytree(pyodide, site / "pyodide")
        sizes = [path.stat().st_size for path in pyodide.iterdir() if path.name != "pyodide.js"]
        about |= {"pyodide": "../pyodide/", "bytes": sum(sizes) + len(course)}
    (live / "python.json").write_text(json.dumps(about), encoding="utf-8")
    (site / ".nojekyll").touch()  # GitHub Pages leaves out folders such as _static without it
    _write_service_worker(site, "pyodide/" if pyodide is not None else str(about["pyodide"]))


def _write_service_worker(site: Path, pyodide: str) -> None:
    """A new build has other caches, so that nothing of an old one is shown.

    The cache of Python changes with Pyodide's lock file: it has hashes, and refuses a NumPy of another build.
    """
    paths = sorted(path for path in site.rglob("*") if path.is_file())
    build = sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:10]
    lock = site / "pyodide" / LOCK
    python = version() + (f" {sha256(lock.read_bytes()).hexdigest()[:10]}" if lock.is_file() else "")
    script = (LIVE / "sw.js").read_text(encoding="utf-8")
    for slot, value in {"build": build, "python": python, "pyodide": pyodide}.items():
        script = script.replace(f"{{{{ {slot} }}}}", value)
    (site / "sw.js").write_text(script, encoding="utf-8")


def with_imports(files: Iterable[Path]) -> list[Path]:
    """These files, and all modules that the scripts among them import, each once."""
    waiting, done = list(files), list[Path]()
    while waiting:
        file = waiting.pop(0)
        if file in done:
            continue
        done.append(file)
        if file.suffix == ".mjs":
            names = _IMPORT.findall(file.read_text(encoding="utf-8"))
            waiting += [(file.parent / name).resolve() for name in names]
    return done


def archive() -> bytes:
    """The course's own Python for a browser as a ZIP file: the library, the checks, what draws live parts."""
    house = Path(autograder.__file__).parents[1]
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in sorted(path for part in IN_BROWSER for path in house.glob(part)):
            if path.suffix in (".py", ".npz", ".md", ".css", ".html", ".json") and path.name not in LARGE:
                entry = zipfile.ZipInfo(path.relative_to(house).as_posix(), WHEN)
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(entry, path.read_bytes())
    return kept.getvalue()
