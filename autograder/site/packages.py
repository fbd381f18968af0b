"""The course's own code, and packages of this environment, as wheels for Pyodide."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.site.wheels import Wheel

CODE = Path(__file__).resolve().parents[2]
"""The folder that holds `autograder` and `cs_conv`."""
CHECKS = (
    *("__init__.py", "predictions.py", "skip_slow_imports.py", "checks", "exercises"),
    *(f"notebooks/{name}.py" for name in ("__init__", "earlier_answers", "free_names", "ipython_syntax")),
    "notebooks/unwritten.py",
)
"""What a notebook needs of `autograder`. Release, grading and reports stay out."""
CLOTHES = "cs_conv/data/fashion_mnist.npz"
"""Three quarters of the library's size, in a wheel of its own: most pages do without."""
BROWSER = {
    "extra": "",
    "sys_platform": "emscripten",
    "python_version": "3.12",
    "python_full_version": "3.12.7",
}
"""How a package that asks for others sees Pyodide."""


def course() -> list[Wheel]:
    """The wheels of the course: the library, the images of clothes, and the checks."""
    own = distribution("cs-conv").version
    library = _files(CODE / "cs_conv")
    clothes = {CLOTHES: library.pop(CLOTHES)}
    checks = {path: text for name in CHECKS for path, text in _files(CODE / "autograder" / name).items()}
    return [
        Wheel("cs-conv", own, library, depends=("numpy",)),
        Wheel("cs-conv-clothes", own, clothes, depends=("cs-conv",)),
        Wheel("autograder", own, checks, depends=("cs-conv",)),
    ]


def _files(place: Path) -> dict[str, bytes]:
    """A file, or the files of a folder, by their paths below the course's code."""
    paths = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    kept = (path for path in paths if "__pycache__" not in path.parts)
    return {path.relative_to(CODE).as_posix(): path.read_bytes() for path in kept}


def installed(*names: str, without: frozenset[str] = frozenset()) -> list[Wheel]:
    """Packages of this environment and all that they require in a browser, except for those `without`.

    Code that is compiled for this machine is left out: each of these packages has the same in Python.
    """
    wheels: dict[str, Wheel] = {}
    names_left = [canonicalize_name(name) for name in names]
    while names_left:
        name = names_left.pop()
        if name in wheels or name in without:
            continue
        package = distribution(name)
        needs = [Requirement(text) for text in package.requires or ()]
        asked = [canonicalize_name(r.name) for r in needs if r.marker is None or r.marker.evaluate(BROWSER)]
        paths = [path for path in package.files or () if _is_of_use(path.as_posix())]
        files = {path.as_posix(): Path(path.locate()).read_bytes() for path in paths}
        depends = tuple(need for need in asked if need not in without)
        wheels[name] = Wheel(name, package.version, files, depends)
        names_left += asked
    return list(wheels.values())


def _is_of_use(path: str) -> bool:
    unwanted = path.startswith("..") or "/__pycache__/" in path or ".dist-info/" in path
    return not unwanted and not path.endswith((".so", ".pyd", ".pyi"))
