"""Modules that are compiled when the site is built: a browser then need not do it at every start.

Each version of Python has its own compiled code. So Pyodide runs under node, imports what a start imports,
and compiles the modules that are then loaded.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path

from autograder.site.in_node import run_in_pyodide

COMPILE = """
import base64, importlib, json, py_compile, sys
from pathlib import Path

printed = sys.stdout  # the kernel replaces it
for name in json.loads(given):
    importlib.import_module(name)
modules = list(sys.modules.values())
loaders = {getattr(module, "__file__", None): getattr(module, "__loader__", None) for module in modules}
readable = {path: loader for path, loader in loaders.items()
            if path and path.endswith(".py") and hasattr(loader, "get_data")}

def compiled(path):
    Path("/tmp/source.py").write_bytes(readable[path].get_data(path))
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH  # Python looks at no file's time
    py_compile.compile("/tmp/source.py", "/tmp/compiled", path, doraise=True, invalidation_mode=mode)
    return base64.b64encode(Path("/tmp/compiled").read_bytes()).decode()

print(json.dumps({path: compiled(path) for path in sorted(readable)}), file=printed)
"""


def compiled(folder: Path, packages: Sequence[str], imports: Sequence[str]) -> dict[str, bytes]:
    """Compiled modules, by the paths of their sources in Pyodide's file system: all that `imports` load.

    `folder` has Pyodide and these `packages`.
    """
    said = json.loads(run_in_pyodide(folder, COMPILE, packages, json.dumps(imports)))
    return {path: base64.b64decode(text) for path, text in said.items()}
