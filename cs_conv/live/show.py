"""Showing a component: a still picture for readers without a kernel, and the live one below it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from cs_conv.live import still
from cs_conv.live.frame import computed, packed


def show(name: str, source: Mapping[str, Any], state: dict[str, Any]) -> None:
    """Display the component whose Python module is called `name`; the live one hides the still one.

    Without anywidget the still picture stays, and without Jupyter its sentence.
    """
    module = importlib.import_module(name)
    words = module.sentence(state)
    try:
        from IPython.display import display
    except ImportError:
        print(words)
        return
    first = computed(module.frame, source, state)
    picture = still.svg(first if isinstance(first, str) else module.still(first, state), words)
    display({"image/svg+xml": picture, "text/plain": words}, raw=True)  # type: ignore[no-untyped-call]
    try:
        from cs_conv.live.component import Component, refresh_after_cells
    except ImportError:
        print('anywidget is not installed, so this picture stays as it is; run: pip install "cs-conv[lab]"')
        return
    bundle = Component(module, source, state, packed(first))._repr_mimebundle_()
    refresh_after_cells()
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
    display({**data, "text/plain": words}, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
