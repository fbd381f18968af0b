"""A package called `IPython` for the sandbox, because many notebooks import from it."""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any

from .magics import ZMQInteractiveShell
from .student_cells import Absent, StudentCells


class DisplayObject:
    """Something to display, with its data. Nobody sees it."""

    def __init__(self, data: Any = None, *more: Any, **named: Any) -> None:
        self.data = data
        vars(self).update(named)


_OBJECTS = (
    *("Audio", "Code", "DisplayHandle", "FileLink", "FileLinks", "GeoJSON", "HTML", "IFrame"),
    *("Image", "JSON", "Javascript", "Latex", "Markdown", "Math", "Pretty", "ProgressBar", "SVG"),
    *("ScribdDocument", "TextDisplayObject", "Video", "VimeoVideo", "YouTubeVideo"),
)
_KINDS = ("html", "javascript", "jpeg", "json", "latex", "markdown", "pdf", "png", "pretty", "svg")
_SILENT = ("clear_output", "publish_display_data", "update_display")


_LOOKS = {
    "HTML": ("html",),
    "IFrame": ("html",),
    "Markdown": ("markdown",),
    "Latex": ("latex",),
    "Math": ("latex",),
    "SVG": ("svg",),
    "Image": ("png", "jpeg"),
}


def _data_of(shown: DisplayObject) -> Any:
    """Its data, or the content of the file that it names."""
    name = vars(shown).get("filename") or (shown.data if type(shown).__name__ == "Image" else None)
    if isinstance(name, str) and not name.startswith(("http:", "https:")):
        with open(name, "rb") as file:
            return file.read()
    return shown.data


def _display_names(cells: StudentCells) -> dict[str, Any]:
    """The names in `IPython.display`."""
    names: dict[str, Any] = {"DisplayObject": DisplayObject}
    for name in _OBJECTS:
        looks = {f"_repr_{kind}_": _data_of for kind in _LOOKS.get(name, ())}
        names[name] = type(name, (DisplayObject,), {"__module__": "IPython.core.display", **looks})
    names |= dict.fromkeys((f"display_{kind}" for kind in _KINDS), cells.display)
    names |= dict.fromkeys(_SILENT, lambda *ignored, **also: None)
    names["display"] = cells.display
    return names


class _Package(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `IPython` and every module below it; any other name in them is an `Absent`."""

    def __init__(self, everywhere: dict[str, Any], display: dict[str, Any]) -> None:
        self.everywhere, self.display = everywhere, display

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The module of this name, if it is one of IPython's."""
        ours = name.partition(".")[0] == "IPython"
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if ours else None

    def create_module(self, spec: Any) -> types.ModuleType:
        """A module with its names."""
        module = types.ModuleType(spec.name)
        names = dict(self.everywhere)
        if "display" in spec.name:
            names |= self.display
            names["__all__"] = [*self.display]
        names["__getattr__"] = _anything
        vars(module).update(names)
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is left to do: it has its names already."""


def _anything(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return Absent(name)


def install(cells: StudentCells) -> None:
    """Let notebooks import from `IPython` and call `display` and `get_ipython`."""
    shell = ZMQInteractiveShell(cells)
    everywhere = {"get_ipython": lambda: shell, "version_info": (9, 0, 0, ""), "__version__": "9.0.0"}
    display = _display_names(cells)
    sys.meta_path.insert(0, _Package(everywhere, display))
    ipython = importlib.import_module("IPython")
    vars(ipython)["display"] = importlib.import_module("IPython.display")
    vars(builtins).update(get_ipython=everywhere["get_ipython"], display=cells.display)
