"""Python for the browser, put together from npm's packages."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from autograder.course import CourseError
from autograder.site import pyodide
from autograder.site.in_node import run_in_pyodide
from autograder.site.wheels import Wheel, write_wheel
from tests.autograder.site.in_node import CACHE


def test_the_pins_of_npm_have_hashes_and_no_addresses():
    pins = json.loads((pyodide.NPM / "package-lock.json").read_text())["packages"]
    wanted = json.loads((pyodide.NPM / "package.json").read_text())["dependencies"]
    assert {name: pins[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    fetched = [pin for path, pin in pins.items() if path]
    assert all(pin["integrity"].startswith("sha512-") and "resolved" not in pin for pin in fetched)


def test_without_npm_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CourseError, match=r"npm is not installed.*Node\.js"):
        pyodide.fetch(tmp_path)


def test_a_wheel_is_the_same_bytes_each_time_and_lists_its_files(tmp_path):
    wheel = Wheel("two-words", "1.2", {"two_words/__init__.py": b"", "single.py": b"x = 1\n"})
    path = write_wheel(wheel, tmp_path)
    first = path.read_bytes()
    assert path.name == "two_words-1.2-py3-none-any.whl"
    assert wheel.imports == ["single", "two_words"]
    assert write_wheel(wheel, tmp_path).read_bytes() == first
    with zipfile.ZipFile(path) as archive:
        record = archive.read("two_words-1.2.dist-info/RECORD").decode().split()
        assert {line.split(",")[0] for line in record} == set(archive.namelist())


@pytest.fixture
def few_files(tmp_path, monkeypatch):
    """In place of npm's packages: files of a few bytes."""
    packed = tmp_path / "npm" / "node_modules" / "pyodide"
    packed.mkdir(parents=True)
    for name in pyodide.CORE:
        (packed / name).write_text(name)
    (packed / pyodide.LOCK).write_text(json.dumps({"info": {"version": pyodide.version()}, "packages": {}}))
    monkeypatch.setattr(pyodide, "fetch", lambda _: tmp_path / "npm")
    monkeypatch.setattr(pyodide, "_numpy", lambda _: Wheel("numpy", "2", {"numpy/__init__.py": b""}))
    monkeypatch.setattr(pyodide, "compile_ahead", lambda *_: None)
    return tmp_path / "pyodide"


def test_a_folder_is_assembled_if_it_has_all_of_the_pinned_version(few_files):
    assert not pyodide.is_assembled(few_files)
    pyodide.assemble(few_files, CACHE)
    assert pyodide.is_assembled(few_files)
    (few_files / pyodide.LOCK).write_text('{"info": {"version": "0.1"}, "packages": {}}')
    (few_files / "numpy-1-py3-none-any.whl").touch()
    assert not pyodide.is_assembled(few_files)
    pyodide.assemble(few_files, CACHE)
    assert pyodide.is_assembled(few_files)
    names = {*pyodide.CORE, pyodide.LOCK, "numpy-2-py3-none-any.whl"}
    assert {path.name for path in few_files.iterdir()} == names
    assert not few_files.with_name("pyodide.part").exists()


def test_what_is_interrupted_leaves_the_folder_as_it_was(few_files, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pyodide, "_numpy", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pyodide.assemble(few_files, CACHE)
    assert not few_files.exists()


@pytest.mark.pyodide
def test_without_a_registry_the_error_says_what_to_do_and_a_later_try_goes_on(tmp_path, monkeypatch):
    with monkeypatch.context() as offline:
        offline.setenv("npm_config_registry", "http://127.0.0.1:9/")
        offline.setenv("npm_config_cache", str(tmp_path / "empty"))
        offline.setenv("npm_config_fetch_retries", "0")
        with pytest.raises(CourseError, match="connect this machine") as raised:
            pyodide.fetch(tmp_path)
    assert "ECONNREFUSED" in str(raised.value)
    fetched = pyodide.fetch(tmp_path)
    monkeypatch.setenv("PATH", "")  # what is there needs no npm
    assert pyodide.fetch(tmp_path) == fetched


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Pyodide and NumPy."""
    target = tmp_path_factory.mktemp("pyodide")
    pyodide.assemble(target, CACHE)
    return target


@pytest.mark.pyodide
def test_numpy_computes_with_large_temporary_results(folder):
    code = """
        import numpy as np
        x = np.ones((300, 300))
        print(np.__version__, (x + x * 2 - x / 2).sum(), np.linalg.inv(2 * np.eye(2))[0])
    """
    assert run_in_pyodide(folder, code).split("\n")[0] == "2.0.1 225000.0 [0.5 0. ]"


COMPILED = """
import json, zipimport
from importlib.machinery import SourceFileLoader

compiled = []
plain, from_zip = SourceFileLoader.source_to_code, zipimport._compile_source

def noted(path, code):
    compiled.append(path)
    return code

SourceFileLoader.source_to_code = lambda self, data, path: noted(path, plain(self, data, path))
zipimport._compile_source = lambda path, source: noted(path, from_zip(path, source))
for name in json.loads(given):
    __import__(name)
print("\\n".join(compiled), file=__import__("sys").__stdout__)
"""
"""Prints which modules Python compiles while it imports others."""


@pytest.mark.pyodide
def test_what_numpy_imports_is_compiled_already(folder):
    assert run_in_pyodide(folder, COMPILED, given='["numpy"]').split() == []
    others = run_in_pyodide(folder, COMPILED, given='["wave", "numpy.fft"]').split()
    assert "/lib/python312.zip/wave.py" in others


@pytest.mark.pyodide
def test_without_backtrace_it_would_not(folder, tmp_path):
    """The module of ours is needed as long as this fails; if it does not fail any more, leave it out."""
    bare = tmp_path / "bare"
    pyodide.assemble(bare, CACHE)
    (wheel,) = bare.glob("numpy-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        files = {
            name: archive.read(name) for name in archive.namelist() if "_distributor_init_local" not in name
        }
    pyodide.add(bare, [Wheel("numpy", "2.0.1", files, tag="cp312-cp312-pyodide_2024_0_wasm32")])
    code = "import numpy as np\nx = np.ones((300, 300))\nx + x * 2 - x / 2"
    with pytest.raises(CourseError, match="backtrace"):
        run_in_pyodide(bare, code)


@pytest.mark.pyodide
def test_a_wheel_that_is_added_is_found_by_its_name(folder):
    wheel = Wheel("one-two", "1.0", {"one_two.py": b"value = 12\n"}, depends=("numpy",))
    pyodide.add(folder, [wheel])
    lock = json.loads((folder / "pyodide-lock.json").read_text())["packages"]["one-two"]
    assert lock["sha256"] == hashlib.sha256((folder / lock["file_name"]).read_bytes()).hexdigest()
    said = run_in_pyodide(folder, "import numpy, one_two; print(one_two.value)", ("one-two",))
    assert said.strip() == "12"


@pytest.mark.pyodide
def test_a_package_of_another_server_comes_with_all_that_it_requires_and_with_hashes(folder):
    pyodide.refer(folder, CACHE, "matplotlib", "https://example.org/full/")
    lock = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    assert {"matplotlib", "pillow", "kiwisolver", "fonttools", "numpy"} <= set(lock)
    assert all(set(package["depends"]) <= set(lock) for package in lock.values())
    assert lock["matplotlib"]["file_name"].startswith("https://example.org/full/matplotlib-")
    assert len(lock["matplotlib"]["sha256"]) == 64
    assert "://" not in lock["numpy"]["file_name"], "what is here stays here"
