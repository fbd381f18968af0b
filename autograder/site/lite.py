"""The whole course as JupyterLite: notebooks that run and are checked in a browser, without installation."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.site import lite_kernel, packages, pyodide
from autograder.site.live_files import CDN
from autograder.site.wheels import Wheel, read_wheel

WIDGETS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
"""Extensions of this environment's JupyterLab that live pictures need in the browser, too."""
NO_PICTURES = Path(__file__).with_name("no_pictures.py")
LEFT_OUT = frozenset(
    {"jedi", "parso", "jupyterlab-widgets", "widgetsnbextension", "prompt-toolkit", "wcwidth"}
)
"""What others require, and do without: suggestions while one types come from Python itself, and there is no
terminal."""
LEXERS = ("__init__", "_mapping", "python", "special")
"""What is kept of Pygments' lexers, which know hundreds of languages."""
AT_START = ("piplite", "pyodide_kernel", "ipywidgets", "anywidget", "autograder", "cs_conv.live.component")
"""What a notebook's start imports; it is compiled ahead."""
ASKED_FOR = ("ssl", "sqlite3", "jedi")
"""Modules for which the kernel asks although it needs none of them: they get packages without content."""
MENDED = {
    "kernel": {
        "should_run_async(code)": "should_run_async(code, transformed_cell=exec_code)",
        "run_cell_async(code,": "run_cell_async(code, transformed_cell=exec_code,",
    },
    "interpreter": {"Completer.use_jedi = True": "Completer.use_jedi = False"},
}
"""Old and new text in modules of this kernel: IPython 9 demands more of two calls, and there is no jedi."""
BEFORE_IT_STARTS = "  CONFIG_SCRIPT.textContent = JSON.stringify(config, null, 2);"
NAMES_STORAGE = """\
  const { storage } = await import('./storage.mjs');
  config.contentsStorageName = await storage();
"""
"""A line of JupyterLite's config-utils.js, and what comes before it."""
ZIP_LIBRARY = "node_modules/fflate/esm/browser.js"
IN_LITE = Path(__file__).with_name("in_lite")
NEEDED = {
    ".js",
    ".mjs",
    ".json",
    ".html",
    ".css",
    ".ipynb",
    ".woff2",
    ".png",
    ".webmanifest",
    ".wasm",
    ".zip",
    ".whl",
}
"""The kinds of files that a visit without a network needs."""
PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel"


@dataclass(frozen=True)
class Sizes:
    """The megabytes of JupyterLite and of Python, and of Python if the web server compresses it."""

    lite: float
    python: float
    compressed: float

    def __str__(self) -> str:
        return f"{self.lite:.0f} MB, and {self.python:.0f} MB of Python, {self.compressed:.0f} MB if gzipped"


def build_lite(course: Course, site: Path, say: Callable[[str], None], pictures: bool = False) -> Sizes:
    """Write JupyterLite with the notebooks of `course` into `site`/lite, and Python into `site`/pyodide.

    `pictures` lets browsers fetch matplotlib from Pyodide's own server. Returns how large they are. Raises
    CourseError if npm cannot fetch Python for the browser, or if JupyterLite does not build.
    """
    work = course.root / "build" / "lite"
    shutil.rmtree(work, ignore_errors=True)
    say("putting together Python for the browser")
    cache = course.root / "build" / "npm"
    pyodide.assemble(site / "pyodide", cache)
    fetched = lite_kernel.fetch(cache)
    wheels = [*packages.course(), *kernel(fetched)]
    pyodide.add(site / "pyodide", wheels)
    if pictures:
        pyodide.refer(site / "pyodide", cache, "matplotlib", CDN.format(pyodide.version()))
    else:
        pyodide.add(site / "pyodide", [without_pictures()])
    pyodide.compile_ahead(site / "pyodide", AT_START)
    say("making JupyterLite")
    shutil.copytree(course.releases, work / "content", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    _write(work / "jupyter_lite_config.json", {"LiteBuildConfig": _settings(work, site / "lite", fetched)})
    _write(work / "jupyter-lite.json", _page([wheel.name for wheel in wheels]))
    _jupyter_lite(work, fetched)
    _add_ours(site, cache)
    return measured(site)


def measured(site: Path) -> Sizes:
    """How large the parts of a site in this folder are."""

    def megabytes(folder: str, size: Callable[[bytes], int]) -> float:
        return sum(size(path.read_bytes()) for path in (site / folder).rglob("*") if path.is_file()) / 1e6

    compressed = megabytes("pyodide", lambda content: len(gzip.compress(content, 6)))
    return Sizes(megabytes("lite", len), megabytes("pyodide", len), compressed)


def _settings(work: Path, target: Path, fetched: Path) -> dict[str, object]:
    installed = Path(sys.prefix) / "share/jupyter/labextensions"
    extensions = [fetched / lite_kernel.EXTENSION, *(installed / name for name in WIDGETS)]
    return {
        "output_dir": str(target),
        "contents": [str(work / "content")],
        "cache_dir": str(work / "cache"),
        "apps": ["lab"],
        "ignore_sys_prefix": True,
        "federated_extensions": [str(path) for path in extensions],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
    }


def _page(names: list[str]) -> dict[str, object]:
    """What the page itself reads: its name, where Python is, and which packages it loads at once."""
    options = {"packages": ["numpy", "piplite", *ASKED_FOR, *names]}
    kernel = {
        "pyodideUrl": "./../pyodide/pyodide.js",
        "disablePyPIFallback": True,
        "loadPyodideOptions": options,
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Convolutional networks by hand",
            "disabledExtensions": ["@jupyterlite/application-extension:clear-browser-data"],
            "litePluginSettings": {PLUGIN: kernel},
            "settingsOverrides": {
                # Live pictures that are scrolled away stay as they are.
                "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},
                "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
            },
        },
    }


def kernel(fetched: Path) -> list[Wheel]:
    """What a notebook's kernel consists of, live pictures included; `fetched` comes from lite_kernel."""
    wheels = (fetched / lite_kernel.EXTENSION / "static" / "pypi").glob("*.whl")
    parts = [read_wheel(path) for path in sorted(wheels)]
    own = {part.name: part for part in parts if part.name != "widgetsnbextension"}
    own["pyodide-kernel"] = _mended(own["pyodide-kernel"])
    needed = packages.installed("ipython", "comm", "ipywidgets", "anywidget", "micropip", without=LEFT_OUT)
    needed = [_few_lexers(wheel) if wheel.name == "pygments" else wheel for wheel in needed]
    return [*own.values(), *needed, *(Wheel(name, "1.0", {}) for name in ASKED_FOR)]


def _few_lexers(pygments: Wheel) -> Wheel:
    kept = {f"pygments/lexers/{name}.py" for name in LEXERS}
    files = {path: text for path, text in pygments.files.items() if path in kept or "/lexers/" not in path}
    return replace(pygments, files=files)


def _mended(kernel: Wheel) -> Wheel:
    """The kernel, so that it works with the IPython of this environment."""
    files = dict(kernel.files)
    for module, changes in MENDED.items():
        text = files[f"pyodide_kernel/{module}.py"].decode()
        for old, new in changes.items():
            assert text.count(old) == 1, f"{module}.py is not that of the version that is pinned: {old}"
            text = text.replace(old, new)
        files[f"pyodide_kernel/{module}.py"] = text.encode()
    return replace(kernel, files=files)


def without_pictures() -> Wheel:
    """What stands in for matplotlib, of which neither npm nor PyPI has a build for browsers."""
    return Wheel("matplotlib", "0", {"matplotlib/__init__.py": NO_PICTURES.read_bytes()}, depends=("numpy",))


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _jupyter_lite(work: Path, fetched: Path) -> None:
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(work)]
    with_kernel = os.environ | {"PYTHONPATH": str(fetched)}
    tried = subprocess.run(command, cwd=work, env=with_kernel, capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise CourseError(f"JupyterLite could not be built:\n{(tried.stdout + tried.stderr)[-2000:]}")


def _add_ours(site: Path, cache: Path) -> None:
    """Add what JupyterLite lacks: what is loading, visits without a network, all work as one zip."""
    lite = site / "lite"
    _put_before("</head>", '<script defer src="../course.js"></script>', lite / "lab" / "index.html")
    _put_before(BEFORE_IT_STARTS, NAMES_STORAGE, lite / "config-utils.js")
    (lite / "service-worker.js").rename(lite / "jupyterlite-service-worker.js")
    shutil.copyfile(pyodide.fetch(cache) / ZIP_LIBRARY, lite / "fflate.mjs")
    for path in IN_LITE.iterdir():
        shutil.copyfile(path, lite / path.name)
    kept = [path for part in (lite, site / "pyodide") for path in part.rglob("*") if _is_needed(path)]
    names = sorted(Path(os.path.relpath(path, lite)).as_posix() for path in kept)
    build = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(kept))).hexdigest()[:12]
    _fill_in(lite / "service-worker.js", build=build, files=json.dumps(names))


def _put_before(place: str, new: str, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(place) == 1, f"{path.name} is not that of the version that is pinned: {place}"
    path.write_text(text.replace(place, new + place), encoding="utf-8")


def _is_needed(path: Path) -> bool:
    return path.suffix in NEEDED and "pypi" not in path.parts and path.name != "service-worker.js"


def _fill_in(path: Path, **values: str) -> None:
    text = path.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"{{{{ {name} }}}}", value)
    path.write_text(text, encoding="utf-8")
