"""How far a training is, while it runs: a bar by rich, or a line of text without rich, as in a browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Tell = Callable[[float], None]
"""Called with the loss after each step."""
PAUSE = 0.5
"""Seconds between two lines of text."""


def progress(title: str, steps: int) -> AbstractContextManager[Tell]:
    """Show how many of these steps are done, as long as the block runs."""
    try:
        import rich.progress  # noqa: F401
    except ImportError:
        return _line(title, steps)
    return _bar(title, steps)


@contextmanager
def _bar(title: str, steps: int) -> Iterator[Tell]:
    """A bar in a terminal or a notebook; rich draws it in a thread of its own."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console()
    loss_column = TextColumn("loss {task.fields[loss]:.3f}")
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), loss_column, TimeRemainingColumn())
    watched = console.is_terminal or console.is_jupyter
    with Progress(*columns, console=console, transient=True, disable=not watched) as bar:
        task = bar.add_task("", total=steps, loss=float("nan"))
        yield lambda loss: bar.update(task, advance=1, loss=loss)


@contextmanager
def _line(title: str, steps: int) -> Iterator[Tell]:
    """A line below the cell, which is empty in the end. Outside a notebook there is none."""
    try:
        from IPython import get_ipython
        from IPython.display import DisplayHandle
    except ImportError:
        yield lambda loss: None
        return
    if get_ipython() is None:
        yield lambda loss: None
        return
    handle = DisplayHandle()  # type: ignore[no-untyped-call]
    done, shown = 0, time.perf_counter()

    def tell(loss: float) -> None:
        nonlocal done, shown
        done += 1
        if time.perf_counter() - shown >= PAUSE:
            shown = time.perf_counter()
            show(f"{title}: {done} of {steps} steps, loss {loss:.3f}")

    def show(text: str) -> None:
        handle.update({"text/plain": text}, raw=True)  # type: ignore[no-untyped-call]

    handle.display({"text/plain": f"{title}: {steps} steps"}, raw=True)  # type: ignore[no-untyped-call]
    try:
        yield tell
    finally:
        show("")
