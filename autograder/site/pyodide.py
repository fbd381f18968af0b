"""Python and NumPy for a browser, as a folder of files, made of npm's packages alone.

`assemble` writes that folder. A page or a worker of node loads `pyodide.mjs` from it, and then
`loadPackage("numpy")`. `add` puts further wheels beside them. `npm/package-lock.json` pins what npm fetches.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from autograder.course import CourseError
from autograder.site.compiled import compiled
from autograder.site.side_module import BACKTRACE
from autograder.site.wheels import Wheel, add_files, names_in, write_wheel

NPM = Path(__file__).with_name("npm")
STDLIB = "python_stdlib.zip"
CORE = ("pyodide.mjs", "pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", STDLIB)
LOCK = "pyodide-lock.json"
NUMPY = "node_modules/@emscripten-forge/numpy/pkg/*.tar.gz"
IN_NUMPY = "lib/python3.12/site-packages/"
IN_STDLIB, INSTALLED = "/lib/python312.zip/", "/lib/python3.12/site-packages/"
"""Where Python finds its own modules, and those of packages."""
NOT_NEEDED = re.compile(
    r"/tests/|/f2py/|/distutils/|/_pyinstaller/|/doc/|/lib/[^/]*\.a$|/_(umath|rational|operand_flag|struct_ufunc)_tests\.|/_simd\."
    r"|\.(pyi|pyc|h|c|a|pxd)$"
)
"""Parts of NumPy that no lesson uses: its own tests, what compiles against it, and types."""


def version() -> str:
    """The version of Pyodide that npm/package-lock.json pins."""
    pinned = json.loads((NPM / "package-lock.json").read_text(encoding="utf-8"))
    return str(pinned["packages"]["node_modules/pyodide"]["version"])


def is_assembled(target: Path) -> bool:
    """Whether the folder `target` has all of Pyodide, in the version that is pinned."""
    lock = target / LOCK
    return lock.is_file() and json.loads(lock.read_text(encoding="utf-8"))["info"]["version"] == version()


def assemble(target: Path, cache: Path) -> None:
    """Write Pyodide, its lock file and NumPy into the folder `target`, in place of an earlier version.

    npm fetches each version once, into `cache`. Raises CourseError if npm is missing or cannot fetch it.
    """
    fetched = fetch(cache)
    begun = target.with_name(f"{target.name}.part")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    for name in CORE:
        shutil.copyfile(fetched / "node_modules" / "pyodide" / name, begun / name)
    whole = json.loads((fetched / "node_modules" / "pyodide" / LOCK).read_text(encoding="utf-8"))
    _write_lock(begun, whole | {"packages": {}})
    add(begun, [_numpy(fetched)])
    compile_ahead(begun, ("numpy",))
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.whl"):
        old.unlink()
    for path in sorted(begun.iterdir(), key=lambda path: path.name == LOCK):  # the lock file is the last
        path.replace(target / path.name)
    begun.rmdir()


def fetch(cache: Path) -> Path:
    """The folder in which npm has put node_modules; npm runs only if `cache` does not have it yet."""
    pins = (NPM / "package-lock.json").read_bytes()
    done = cache / f"npm-{hashlib.sha256(pins).hexdigest()[:12]}"
    if done.is_dir():
        return done
    npm = shutil.which("npm")
    if npm is None:
        raise CourseError(
            "npm is not installed, and it fetches Python for the browser: install Node.js 18 or newer"
        )
    begun = done.with_suffix(".part")
    shutil.rmtree(begun, ignore_errors=True)
    shutil.copytree(NPM, begun)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    tried = subprocess.run(command, cwd=begun, capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        said = "\n".join(tried.stderr.strip().splitlines()[:6])
        raise CourseError(
            f"npm could not fetch Pyodide {version()} and NumPy; connect this machine to npm's registry, and "
            f"run the command again: it goes on where it stopped. npm said:\n{said}"
        )
    begun.replace(done)
    return done


def _numpy(fetched: Path) -> Wheel:
    """NumPy as a wheel, with the function `backtrace`, without which it ends at its first large array.

    If a temporary result takes 256 KB or more, NumPy asks C's `backtrace` who called it. Pyodide has no such
    function, so a module of ours provides one. It must be loaded before NumPy, and for all modules
    (RTLD_GLOBAL). NumPy imports `_distributor_init_local` first, and leaves it to those who pack it.
    """
    (archive,) = fetched.glob(NUMPY)
    files = {"numpy/_backtrace.wasm": BACKTRACE, "numpy/_distributor_init_local.py": _LOADS_BACKTRACE}
    with tarfile.open(archive) as packed:
        for member in packed:
            name = member.name.removeprefix("./").removeprefix(IN_NUMPY)
            wanted = name.startswith(("numpy/", "numpy-")) and not NOT_NEEDED.search("/" + name)
            if member.isfile() and wanted and not name.endswith(("/RECORD", "/WHEEL")):
                content = packed.extractfile(member)
                assert content is not None
                files[name] = content.read()
    number = re.search(r"numpy-([\d.]+)\.dist-info/", " ".join(files))
    assert number is not None
    return Wheel("numpy", number[1], files, tag="cp312-cp312-pyodide_2024_0_wasm32")


_LOADS_BACKTRACE = b"""\
import ctypes
import pathlib

ctypes.CDLL(str(pathlib.Path(__file__).with_name("_backtrace.wasm")), mode=ctypes.RTLD_GLOBAL)
"""


def add(target: Path, wheels: Iterable[Wheel]) -> None:
    """Write wheels into the folder `target`, and into its lock file, so that Pyodide finds them by name."""
    lock = json.loads((target / LOCK).read_text(encoding="utf-8"))
    for wheel in wheels:
        path = write_wheel(wheel, target)
        lock["packages"][wheel.name] = {
            "name": wheel.name,
            "version": wheel.version,
            "file_name": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "install_dir": "site",
            "package_type": "package",
            "imports": wheel.imports,
            "depends": list(wheel.depends),
            "unvendored_tests": False,
        }
    _write_lock(target, lock)


def compile_ahead(target: Path, imports: Sequence[str]) -> None:
    """Compile all modules in `target` that Python has loaded after these `imports`.

    A compiled module lies beside its source, where Python looks for it first.
    """
    lock = json.loads((target / LOCK).read_text(encoding="utf-8"))
    here = {name: about for name, about in lock["packages"].items() if "://" not in about["file_name"]}
    found = compiled(target, [*here], imports)
    _add_compiled(
        target / STDLIB, {path.removeprefix(IN_STDLIB): code for path, code in found.items()}, _beside
    )
    installed = {path.removeprefix(INSTALLED): code for path, code in found.items()}
    for about in here.values():
        path = target / about["file_name"]
        _add_compiled(path, installed, _cached)
        about["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    _write_lock(target, lock)


def _add_compiled(path: Path, codes: dict[str, bytes], place: Callable[[str], str]) -> None:
    """Add compiled modules to the archive that has their sources, unless it has them already."""
    there = names_in(path)
    new = {place(source): code for source, code in codes.items() if source in there}
    add_files(path, {name: code for name, code in new.items() if name not in there})


def _beside(source: str) -> str:
    """Where Python looks for a compiled module if it imports from an archive."""
    return f"{source}c"


def _cached(source: str) -> str:
    """Where Python looks for a compiled module if it imports from a folder."""
    folder, _, name = source.rpartition("/")
    return f"{folder}/__pycache__/{name[:-3]}.cpython-312.pyc".removeprefix("/")


def refer(target: Path, cache: Path, name: str, server: str) -> None:
    """Let Pyodide in `target` fetch a package, and what it requires, from `server`, a folder's address.

    The packages are those of Pyodide's own lock file, with their hashes, so nothing else is accepted.
    """
    lock = json.loads((target / LOCK).read_text(encoding="utf-8"))
    known = json.loads((fetch(cache) / "node_modules" / "pyodide" / LOCK).read_text(encoding="utf-8"))[
        "packages"
    ]
    wanted = [name]
    while wanted:
        key = wanted.pop()  # what Pyodide looks up; the name may have capitals
        package = known[key]
        if key not in lock["packages"]:
            lock["packages"][key] = package | {"file_name": server + package["file_name"]}
            wanted += package["depends"]
    _write_lock(target, lock)


def _write_lock(target: Path, lock: dict[str, object]) -> None:
    (target / LOCK).write_text(json.dumps(lock, indent=1), encoding="utf-8")
