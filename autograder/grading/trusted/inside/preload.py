"""Importing once, for all submissions of a fork server, what notebooks draw with.

Importing matplotlib takes longer than everything else that most submissions do.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import io
import os
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

_LOADED: set[str] = set()
"""The names of the modules that were imported here."""


def preload(allow: list[str], place: str) -> None:
    """Import matplotlib and the course's own modules, if they may be imported, and draw a first picture.

    `place` is the folder in which matplotlib keeps its list of fonts. It is as it was when this returns.
    """
    before = set(sys.modules)
    with _writable(place), contextlib.suppress(Exception):  # whatever fails is imported when it is needed
        if "matplotlib" in allow:
            _draw(importlib.import_module("matplotlib.pyplot"))
        for name in allow:
            if name.startswith("cs_conv."):
                module = importlib.import_module(name)
                for part in pkgutil.iter_modules(getattr(module, "__path__", ())):
                    importlib.import_module(f"{name}.{part.name}")
    _LOADED.update(set(sys.modules) - before)


def make_way_for_files() -> None:
    """Let a student's file be imported in place of a module of the same name, as without a fork server."""
    files = {name.partition(".")[0] for name in os.listdir(".")}
    for name in _LOADED:
        if name.partition(".")[0] in files:
            sys.modules.pop(name, None)


def _draw(pyplot: Any) -> None:
    """Draw a small figure, for which matplotlib finds its fonts and loads what writes a PNG."""
    figure, axes = pyplot.subplots(1, 2)
    axes[0].set_title("1.5")
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
    pyplot.close("all")


@contextlib.contextmanager
def _writable(place: str) -> Iterator[None]:
    """An empty folder in memory at this place; nothing of it is left afterwards."""
    libc = ctypes.CDLL(None, use_errno=True)
    mounted = libc.mount(b"tmpfs", place.encode(), b"tmpfs", 2 | 4, b"mode=0700,size=8388608") == 0
    try:
        yield
    finally:
        if mounted and libc.umount2(place.encode(), 2):  # MNT_DETACH
            raise OSError(ctypes.get_errno(), f"umount {place}")
